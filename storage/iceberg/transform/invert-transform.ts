import type { DataType, PartitionTransform } from '../../../spi/index.ts';
import { daysOf } from '../../../runtime/arrow/index.ts';
import { floorDivide, NS_PER_US, US_PER_DAY, US_PER_HOUR } from '../value/calendar.ts';
import type { ColumnValue } from '../value/column-value.ts';
import { successorOfPrefix } from '../value/truncate-bound.ts';

/** The values of a column that a partition value allows; a missing end is open. Both ends are included. */
export interface SourceRange {
  readonly lower: ColumnValue | null;
  readonly upper: ColumnValue | null;
}

/** Returns the range of source values whose transform is the given partition value, null for transforms that keep no order (bucket, void).
 *  Guarantees: never narrower than the true set; may be wider. */
export function invertTransform(transform: PartitionTransform, source: DataType, value: ColumnValue): SourceRange | null {
  switch (transform.kind) {
    case 'identity':
      return { lower: value, upper: value };
    case 'bucket':
    case 'void':
      return null;
    case 'truncate':
      return typeof value === 'bigint'
        ? { lower: value, upper: value + BigInt(transform.width) - 1n }
        : { lower: value, upper: successorOfPrefix(value) };
    default:
      if (typeof value !== 'bigint') return null;
      return {
        // Early releases of other writers rounded instants before 1970 towards zero, so a unit up to 0 may hold rows of the one before it.
        lower: startOfUnit(transform.kind, source, value <= 0n ? value - 1n : value),
        upper: startOfUnit(transform.kind, source, value + 1n) - 1n,
      };
  }
}

function startOfUnit(unit: 'year' | 'month' | 'day' | 'hour', source: DataType, value: bigint): bigint {
  const perMicro = source.kind === 'timestamp_ns' ? NS_PER_US : 1n;
  if (unit === 'hour') return value * US_PER_HOUR * perMicro;
  const days = startDay(unit, value);
  return source.kind === 'date' ? days : days * US_PER_DAY * perMicro;
}

function startDay(unit: 'year' | 'month' | 'day', value: bigint): bigint {
  if (unit === 'day') return value;
  if (unit === 'year') return BigInt(daysOf({ year: Number(value) + 1970, month: 1, day: 1 }));
  const year = floorDivide(value, 12n);
  return BigInt(daysOf({ year: Number(year) + 1970, month: Number(value - year * 12n) + 1, day: 1 }));
}
