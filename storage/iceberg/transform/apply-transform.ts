import { type DataType, PlatformError, type PartitionTransform } from '../../../spi/index.ts';
import { civilDate } from '../../../runtime/arrow/index.ts';
import { floorDivide, NS_PER_US, US_PER_DAY, US_PER_HOUR } from '../value/calendar.ts';
import type { ColumnValue } from '../value/column-value.ts';
import { prefixOf } from '../value/truncate-bound.ts';
import { unscaledToBytes, valueToBytes } from '../value/value-bytes.ts';
import { murmur3 } from './murmur3.ts';

const INTEGER: DataType = { kind: 'integer' };

/** Returns the type of a transform's results. Days are plain integers here, as their text form in `DataFile.partition` is. */
export function transformResultType(transform: PartitionTransform, source: DataType): DataType {
  const { kind } = transform;
  return kind === 'identity' || kind === 'truncate' || kind === 'void' ? source : INTEGER;
}

/** Tells whether a transform is defined for a type. */
export function transformAccepts(transform: PartitionTransform, source: DataType): boolean {
  const { kind } = source;
  if (kind === 'list' || kind === 'map' || kind === 'struct') return false;
  switch (transform.kind) {
    case 'identity':
    case 'void':
      return true;
    case 'year':
    case 'month':
    case 'day':
      return kind === 'date' || isTimestamp(kind);
    case 'hour':
      return isTimestamp(kind);
    case 'bucket':
      return kind !== 'boolean' && kind !== 'real' && kind !== 'double';
    case 'truncate':
      return ['integer', 'bigint', 'decimal', 'varchar', 'varbinary'].includes(kind);
  }
}

const isTimestamp = (kind: DataType['kind']): boolean => kind === 'timestamp' || kind === 'timestamp_ns' || kind === 'timestamptz';

/** Returns the partition value of a column's value; null stands for NULL.
 *  @see Iceberg spec, "Partition Transforms" */
export function applyTransform(transform: PartitionTransform, source: DataType, value: ColumnValue): ColumnValue | null {
  switch (transform.kind) {
    case 'identity':
      return value;
    case 'void':
      return null;
    case 'bucket':
      return BigInt((bucketHash(source, value) & 0x7fffffff) % transform.buckets);
    case 'truncate':
      return truncate(value, transform.width);
    default:
      return calendarUnit(transform.kind, source, value);
  }
}

/** Returns the 32-bit hash that buckets are made of.
 *  @see Iceberg spec, Appendix B */
export function bucketHash(source: DataType, value: ColumnValue): number {
  if (typeof value !== 'bigint') return murmur3(valueToBytes(source, value));
  if (source.kind === 'decimal') return murmur3(unscaledToBytes(value));
  return murmur3(valueToBytes({ kind: 'bigint' }, inMicroseconds(source, value)));
}

/** Timestamps have the same partition whatever their unit is. */
function inMicroseconds({ kind }: DataType, value: bigint): bigint {
  return kind === 'timestamp_ns' ? floorDivide(value, NS_PER_US) : value;
}

function truncate(value: ColumnValue, width: number): ColumnValue {
  if (typeof value !== 'bigint') return prefixOf(value, width);
  const wide = BigInt(width);
  return floorDivide(value, wide) * wide;
}

function calendarUnit(unit: 'year' | 'month' | 'day' | 'hour', source: DataType, value: ColumnValue): bigint {
  if (typeof value !== 'bigint') throw new PlatformError('INTERNAL_INVARIANT', `${unit} of a value that is no time`);
  const micros = inMicroseconds(source, value);
  if (unit === 'hour') return floorDivide(micros, US_PER_HOUR);
  const days = source.kind === 'date' ? value : floorDivide(micros, US_PER_DAY);
  if (unit === 'day') return days;
  const { year, month } = civilDate(Number(days));
  return BigInt(unit === 'year' ? year - 1970 : (year - 1970) * 12 + month - 1);
}
