import type { ColumnValue } from './column-value.ts';

/** Units: code points or bytes of a bound that are kept. */
const BOUND_LENGTH_MAX = 16;
const CODE_POINT_MAX = 0x10ffff;

/** Returns a value of bounded length that is not above the given one. */
export function truncateLower(value: ColumnValue): ColumnValue {
  return prefixOf(value, BOUND_LENGTH_MAX);
}

/** Returns a value of bounded length that is not below the given one, null when there is none.
 *  @see Iceberg spec, "Manifests": upper bounds may be truncated when they are rounded up */
export function truncateUpper(value: ColumnValue): ColumnValue | null {
  const prefix = prefixOf(value, BOUND_LENGTH_MAX);
  return prefix === value ? value : successorOfPrefix(prefix);
}

/** Returns the first code points or bytes of a text or byte string; other values, and short ones, unchanged. */
export function prefixOf(value: ColumnValue, length: number): ColumnValue {
  if (value instanceof Uint8Array) return value.length <= length ? value : value.subarray(0, length);
  if (typeof value !== 'string' || value.length <= length) return value;
  const points = Array.from(value);
  return points.length <= length ? value : points.slice(0, length).join('');
}

/** Returns a value above everything that starts with the prefix, null when there is none. */
export function successorOfPrefix(prefix: ColumnValue): ColumnValue | null {
  if (typeof prefix === 'string') {
    const points = Array.from(prefix, (point) => point.codePointAt(0) ?? 0);
    for (let last = points.pop(); last !== undefined; last = points.pop()) {
      if (last >= CODE_POINT_MAX) continue;
      // Surrogates are no code points of their own.
      const next = last + 1 === 0xd800 ? 0xe000 : last + 1;
      return String.fromCodePoint(...points, next);
    }
    return null;
  }
  if (!(prefix instanceof Uint8Array)) return null;
  for (let length = prefix.length; length > 0; length -= 1) {
    const last = prefix[length - 1] ?? 0;
    if (last < 0xff) return Uint8Array.of(...prefix.subarray(0, length - 1), last + 1);
  }
  return null;
}
