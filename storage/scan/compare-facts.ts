import { bucketHash } from '../iceberg/transform/apply-transform.ts';
import { compareValues } from '../iceberg/value/column-value.ts';
import type { ColumnFacts } from './column-facts.ts';

/** Tells whether a value of one set of rows may be equal to a value of another: the ranges meet, and where one side is a constant its
 *  hash is in the other's buckets. */
export function mayBeEqual(left: ColumnFacts, right: ColumnFacts): boolean {
  const leftBelow = left.upper !== null && right.lower !== null && compareValues(left.upper, right.lower) < 0;
  const leftAbove = left.lower !== null && right.upper !== null && compareValues(left.lower, right.upper) > 0;
  return !leftBelow && !leftAbove && hashFits(left, right) && hashFits(right, left);
}

function hashFits(constant: ColumnFacts, other: ColumnFacts): boolean {
  const { lower, upper } = constant;
  if (lower === null || upper === null || compareValues(lower, upper) !== 0 || constant.mayBeNan) return true;
  return other.buckets.every((bucket) => {
    const number = BigInt((bucketHash(other.type, lower) & 0x7fffffff) % bucket.count);
    return number >= bucket.lower && number <= bucket.upper;
  });
}

/** Tells whether values of the two sides have one form that orders them as the types do. */
export function areComparable(left: ColumnFacts, right: ColumnFacts): boolean {
  const kinds = [left.type.kind, right.type.kind];
  if (kinds.every((kind) => kind === 'integer' || kind === 'bigint')) return true;
  if (kinds.every((kind) => kind === 'real' || kind === 'double')) return true;
  if (left.type.kind === 'decimal' && right.type.kind === 'decimal') return left.type.scale === right.type.scale;
  return kinds[0] === kinds[1];
}
