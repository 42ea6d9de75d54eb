import { type DataType, type Field, formatType, type PartitionTransform, type TableSnapshot } from '../../spi/index.ts';
import { formatQuoted, formatString } from '../format/index.ts';
import { WATERMARK_COLUMN, WATERMARK_DELAY } from './bind-watermark.ts';

/** Returns the CREATE TABLE statement that makes an empty table like the one given. */
export function createTableText(table: TableSnapshot): string {
  const columns = table.fields.map(
    (field) =>
      `  ${formatQuoted(field.name)} ${typeText(field.type)}${field.nullable ? '' : ' NOT NULL'}${defaultText(field)}${field.comment === undefined ? '' : ` COMMENT ${formatString(field.comment)}`}`,
  );
  const watermark = watermarkText(table);
  const elements = watermark === null ? columns : [...columns, watermark];
  const names = new Map(table.fields.map((field) => [field.id, field.name]));
  const partitions = table.partitionSpec.fields.map((field) =>
    transformText(field.transform, formatQuoted(names.get(field.sourceId) ?? field.name)),
  );
  const comment = table.comment === null ? '' : `\nCOMMENT ${formatString(table.comment)}`;
  const partitioned = partitions.length === 0 ? '' : `\nPARTITIONED BY (${partitions.join(', ')})`;
  const version = table.properties['format-version'];
  const properties = version === undefined ? '' : `\nWITH ("format-version" = ${version})`;
  return `CREATE TABLE ${formatQuoted(table.ref.schema)}.${formatQuoted(table.ref.name)} (\n${elements.join(',\n')}\n)${comment}${partitioned}${properties}`;
}

/** Returns the CREATE MATERIALIZED VIEW statement of a table and the query that it is kept from. */
export function materializedViewText({ ref, fields, comment }: TableSnapshot, query: string): string {
  const columns = fields.map((field) => formatQuoted(field.name)).join(', ');
  const remark = comment === null ? '' : ` COMMENT ${formatString(comment)}`;
  return `CREATE MATERIALIZED VIEW ${formatQuoted(ref.schema)}.${formatQuoted(ref.name)} (${columns})${remark} AS ${query}`;
}

function defaultText({ type, writeDefault }: Field): string {
  if (writeDefault === undefined) return '';
  if (type.kind === 'varbinary') return ` DEFAULT X'${Buffer.from(writeDefault, 'base64').toString('hex')}'`;
  const isPlain = ['boolean', 'integer', 'bigint', 'decimal'].includes(type.kind);
  return ` DEFAULT ${isPlain ? writeDefault : formatString(writeDefault)}`;
}

function watermarkText({ properties }: TableSnapshot): string | null {
  const column = properties[WATERMARK_COLUMN];
  if (column === undefined) return null;
  const name = formatQuoted(column);
  const delayUs = properties[WATERMARK_DELAY] ?? '0';
  return `  WATERMARK FOR ${name} AS ${name}${delayUs === '0' ? '' : ` - INTERVAL '${delayUs}' MICROSECOND`}`;
}

function typeText(type: DataType): string {
  switch (type.kind) {
    case 'list':
      return `${typeText(type.element)}[]`;
    case 'map':
      return `MAP(${typeText(type.key)}, ${typeText(type.value)})`;
    case 'struct':
      return `STRUCT(${type.fields.map((field) => `${formatQuoted(field.name)} ${typeText(field.type)}`).join(', ')})`;
    case 'timestamp_ns':
      return 'TIMESTAMP(9)';
    case 'timestamptz':
      return 'TIMESTAMP WITH TIME ZONE';
    default:
      return formatType(type).toUpperCase();
  }
}

function transformText(transform: PartitionTransform, column: string): string {
  if (transform.kind === 'identity') return column;
  if (transform.kind === 'bucket') return `bucket(${String(transform.buckets)}, ${column})`;
  return transform.kind === 'truncate' ? `truncate(${String(transform.width)}, ${column})` : `${transform.kind}(${column})`;
}
