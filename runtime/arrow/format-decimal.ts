/** Returns an unscaled integer as decimal text with `scale` digits after the point. */
export function formatDecimal(unscaled: bigint, scale: number): string {
  const negative = unscaled < 0n;
  const digits = String(negative ? -unscaled : unscaled);
  const sign = negative ? '-' : '';
  if (scale <= 0) return sign + digits + '0'.repeat(digits === '0' ? 0 : -scale);
  const padded = digits.padStart(scale + 1, '0');
  return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
}

/** Returns the two's complement integer at word `index * words` of a decimal column.
 *  Shape: little-endian 32-bit words, `words` per value. */
export function readUnscaled(values: Uint32Array, index: number, words: number): bigint {
  let value = BigInt((values[index * words + words - 1] ?? 0) | 0);
  for (let word = words - 2; word >= 0; word -= 1) value = (value << 32n) | BigInt(values[index * words + word] ?? 0);
  return value;
}
