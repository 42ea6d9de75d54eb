/** Division of integers towards negative infinity. */
export function floorDivide(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  return dividend % divisor !== 0n && dividend < 0n !== divisor < 0n ? quotient - 1n : quotient;
}

/** Nanoseconds in a microsecond. */
export const NS_PER_US = 1000n;
/** Units: microseconds. */
export const US_PER_DAY = 86_400_000_000n;
/** Units: microseconds. */
export const US_PER_HOUR = 3_600_000_000n;
