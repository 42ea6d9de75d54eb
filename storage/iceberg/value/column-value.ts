/** A value of a column that may stand in bounds, partitions and literals.
 *  Shape: boolean; bigint for integers, dates (days), times and timestamps (microseconds, or nanoseconds where the type is of them) and decimals (unscaled); number for real and
 *  double; string for varchar; bytes for varbinary, fixed and uuid. */
export type ColumnValue = boolean | bigint | number | string | Uint8Array;

/** Orders two values of one type: negative, zero or positive.
 *  Guarantees: strings by code point (as UTF-8 bytes), bytes unsigned, false before true; never called with NaN. */
export function compareValues(left: ColumnValue, right: ColumnValue): number {
  if (typeof left === 'string' && typeof right === 'string') return compareByCodePoint(left, right);
  if (left instanceof Uint8Array && right instanceof Uint8Array) return Buffer.compare(left, right);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** UTF-16 order differs from code point order only where a surrogate meets a unit above the surrogates. */
function compareByCodePoint(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a !== b) return lift(a) - lift(b);
  }
  return left.length - right.length;
}

const lift = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);
