import type { DataType } from '../../spi/index.ts';
import { type ColumnValue, compareValues } from '../iceberg/value/column-value.ts';

/** What is known about the values of an expression in a set of rows. Guarantees: never narrower than the truth. */
export interface ColumnFacts {
  readonly type: DataType;
  /** No value (NULL and NaN aside) is below; null is open. */
  readonly lower: ColumnValue | null;
  /** No value (NULL and NaN aside) is above; null is open. */
  readonly upper: ColumnValue | null;
  readonly mayBeNull: boolean;
  /** False when every row has NULL. */
  readonly mayBeValue: boolean;
  readonly mayBeNan: boolean;
  /** Bucket numbers, as ranges, that the values' hashes are in. */
  readonly buckets: readonly BucketFacts[];
}

/** The values' hash modulo `count` is from `lower` to `upper`. */
export interface BucketFacts {
  readonly count: number;
  readonly lower: bigint;
  readonly upper: bigint;
}

/** Returns what is known about a column before anything was looked at. */
export function unknownFacts(type: DataType): ColumnFacts {
  const mayBeNan = type.kind === 'real' || type.kind === 'double';
  return { type, lower: null, upper: null, mayBeNull: true, mayBeValue: true, mayBeNan, buckets: [] };
}

/** Returns what is known about a constant. */
export function constantFacts(type: DataType, value: ColumnValue): ColumnFacts {
  return { type, lower: value, upper: value, mayBeNull: false, mayBeValue: true, mayBeNan: false, buckets: [] };
}

/** Narrows a range by another; either end may be open. */
export function narrow(facts: ColumnFacts, lower: ColumnValue | null, upper: ColumnValue | null): ColumnFacts {
  return {
    ...facts,
    lower: lower !== null && (facts.lower === null || compareValues(lower, facts.lower) > 0) ? lower : facts.lower,
    upper: upper !== null && (facts.upper === null || compareValues(upper, facts.upper) < 0) ? upper : facts.upper,
  };
}
