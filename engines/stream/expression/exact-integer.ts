import { PlatformError } from '../../../spi/index.ts';

/** An integer of up to 128 bits: a number where that is exact (a safe integer), else a bigint. Equal values have equal forms. */
export type ExactInteger = number | bigint;

const SAFE_MAX = BigInt(Number.MAX_SAFE_INTEGER);
const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

/** Returns the one form of an integer. */
export function exactInteger(value: bigint): ExactInteger {
  return value <= SAFE_MAX && value >= -SAFE_MAX ? Number(value) : value;
}

/** Returns value `row` of 64-bit lanes. */
export function loadInt64(lanes: Int32Array, row: number): ExactInteger {
  const high = lanes[row * 2 + 1] as number;
  const low = lanes[row * 2] as number;
  if (high > -0x200000 && high < 0x200000) return high * 0x1_0000_0000 + (low >>> 0);
  return exactInteger((BigInt(high) << 32n) | BigInt(low >>> 0));
}

/** Writes value `row` of 64-bit lanes. */
export function storeInt64(lanes: Int32Array, row: number, value: ExactInteger): void {
  if (typeof value === 'number') {
    lanes[row * 2] = value | 0;
    lanes[row * 2 + 1] = Math.floor(value * 2 ** -32);
  } else {
    lanes[row * 2] = Number(BigInt.asIntN(32, value));
    lanes[row * 2 + 1] = Number(BigInt.asIntN(32, value >> 32n));
  }
}

/** Returns value `row` of 128-bit lanes. */
export function loadInt128(lanes: Int32Array, row: number): ExactInteger {
  const at = row * 4;
  const low = BigInt((lanes[at] as number) >>> 0) | (BigInt((lanes[at + 1] as number) >>> 0) << 32n);
  return exactInteger(low | (BigInt((lanes[at + 2] as number) >>> 0) << 64n) | (BigInt(lanes[at + 3] as number) << 96n));
}

/** Writes value `row` of 128-bit lanes. */
export function storeInt128(lanes: Int32Array, row: number, value: ExactInteger): void {
  let rest = BigInt(value);
  for (let lane = 0; lane < 4; lane += 1) {
    lanes[row * 4 + lane] = Number(BigInt.asIntN(32, rest));
    rest >>= 32n;
  }
}

/** @throws SQL_OVERFLOW */
export function overflow(what: string): never {
  throw new PlatformError('SQL_OVERFLOW', `a value leaves the range of ${what}`);
}

/** Checks the range of a 64-bit integer. @throws SQL_OVERFLOW */
export function checkInt64(value: bigint): ExactInteger {
  if (value > INT64_MAX || value < INT64_MIN) overflow('bigint');
  return exactInteger(value);
}

/** Checks that a decimal is below `bound`, a power of ten. @throws SQL_OVERFLOW */
export function checkDecimal(value: bigint, bound: ExactInteger): ExactInteger {
  if (value >= bound || value <= -bound) overflow('its decimal type');
  return exactInteger(value);
}

/** Returns a quotient rounded half away from zero. */
export function divideRounded(value: bigint, divisor: bigint): bigint {
  const half = divisor / 2n;
  return (value < 0n ? value - half : value + half) / divisor;
}

/** Returns ten to a power. */
export function powerOfTen(exponent: number): bigint {
  return 10n ** BigInt(exponent);
}

/** Returns the nearest integer, the even one of two. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
