import { type DataType, type Field, formatType, type PartitionField, PlatformError } from '../../spi/index.ts';
import { bucketExpressionSql, microsecondsSql } from './bucket-transform.ts';
import { canonicalText } from './canonical-text.ts';
import { quoteName } from './quote-sql.ts';

/** A computed column that a write partitions its files by. */
export interface PartitionColumn {
  readonly expressionSql: string;
  /** Turns the key that DuckDB reports for a file into the partition value's canonical text. */
  readonly toText: (key: string) => string | null;
}

function unsupported(field: PartitionField, type: DataType): PlatformError {
  return new PlatformError('STORAGE_UNSUPPORTED', `columns of type ${formatType(type)} cannot be partitioned by ${field.transform.kind}`);
}

/** The column as a timestamp in microseconds without a zone, in UTC, whatever the session's zone is. */
function wallClockSql(type: DataType, columnSql: string): string {
  if (type.kind === 'timestamp_ns') return `make_timestamp(${microsecondsSql(columnSql)})`;
  return type.kind === 'timestamptz' ? `make_timestamp(epoch_us(${columnSql}))` : columnSql;
}

function calendarSql(field: PartitionField, type: DataType, columnSql: string): string {
  const unit = field.transform.kind;
  const temporal = ['timestamp', 'timestamp_ns', 'timestamptz'].includes(type.kind) || (type.kind === 'date' && unit !== 'hour');
  if (!temporal) throw unsupported(field, type);
  const epoch = type.kind === 'date' ? `DATE '1970-01-01'` : `TIMESTAMP '1970-01-01 00:00:00'`;
  return `datediff('${unit}', ${epoch}, ${wallClockSql(type, columnSql)})`;
}

function truncateSql(field: PartitionField, type: DataType, columnSql: string, width: number): string {
  switch (type.kind) {
    case 'integer':
    case 'bigint': {
      const step = `${String(width)}::HUGEINT`;
      return `${columnSql}::HUGEINT - (((${columnSql}::HUGEINT % ${step}) + ${step}) % ${step})`;
    }
    case 'decimal': {
      const unscaled = `replace(${columnSql}::VARCHAR, '.', '')::HUGEINT`;
      const step = `${String(width)}::HUGEINT`;
      return `(${unscaled} - (((${unscaled} % ${step}) + ${step}) % ${step}))::VARCHAR`;
    }
    case 'varchar':
      return `substring(${columnSql}, 1, ${String(width)})`;
    case 'varbinary':
      return `substring(hex(${columnSql}), 1, ${String(2 * width)})`;
    default:
      throw unsupported(field, type);
  }
}

function identitySql(type: DataType, columnSql: string): string {
  switch (type.kind) {
    case 'varbinary':
    case 'fixed':
      return `hex(${columnSql})`;
    default:
      return `${columnSql}::VARCHAR`;
  }
}

function unscaledText(key: string, scale: number): string {
  if (scale === 0) return key;
  const digits = key.replace('-', '').padStart(scale + 1, '0');
  return `${key.startsWith('-') ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

function valueText(type: DataType, key: string): string {
  const text = canonicalText(type, key);
  if (text === undefined)
    throw new PlatformError('SQL_OVERFLOW', `the value ${key} cannot be a partition value of type ${formatType(type)}`);
  return text;
}

/** Returns the computed column of a partition field. `fields` are the table's columns.
 *  @throws STORAGE_UNSUPPORTED when the transform does not take the column's type
 *  @see Iceberg spec v2, "Partition Transforms" */
export function partitionColumn(partition: PartitionField, fields: readonly Field[]): PartitionColumn {
  if (partition.transform.kind === 'void') return { expressionSql: 'CAST(NULL AS INTEGER)', toText: () => null };
  const source = fields.find((field) => field.id === partition.sourceId);
  if (source === undefined)
    throw new PlatformError('STORAGE_UNSUPPORTED', `partition field "${partition.name}" has no column among those written`);
  const { type } = source;
  const columnSql = quoteName(source.name);
  const { transform } = partition;
  switch (transform.kind) {
    case 'identity':
      if (type.kind === 'list' || type.kind === 'map' || type.kind === 'struct') throw unsupported(partition, type);
      return { expressionSql: identitySql(type, columnSql), toText: (key) => valueText(type, key) };
    case 'bucket':
      return { expressionSql: bucketExpressionSql(formatType(type), columnSql, transform.buckets), toText: (key) => key };
    case 'truncate': {
      const toText = type.kind === 'decimal' ? (key: string) => unscaledText(key, type.scale) : (key: string) => valueText(type, key);
      return { expressionSql: truncateSql(partition, type, columnSql, transform.width), toText };
    }
    default:
      return { expressionSql: calendarSql(partition, type, columnSql), toText: (key) => key };
  }
}
