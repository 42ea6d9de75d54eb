import type { DataType } from '../../spi/index.ts';
import type { Value } from '../value/value.ts';
import { compareValues } from './compare-values.ts';
import { inRange, unknownPart } from './scope.ts';

/** Computes a function of values that are not NULL. */
type Scalar = (args: readonly NonNullable<Value>[], types: readonly DataType[], result: DataType) => Value;

const isWhole = ({ kind }: DataType): boolean => kind === 'integer' || kind === 'bigint';

/** Computes with whole numbers and decimals exactly, and with floating point as JavaScript does. */
function arithmetic(exact: (left: bigint, right: bigint) => bigint, float: (left: number, right: number) => number): Scalar {
  return ([left, right], types, result) => {
    if (typeof left === 'number' && typeof right === 'number')
      return result.kind === 'real' ? Math.fround(float(left, right)) : float(left, right);
    const [one, other] = types;
    if (typeof left !== 'bigint' || typeof right !== 'bigint' || one === undefined || other === undefined)
      return unknownPart('this arithmetic');
    if (isWhole(one) && isWhole(other)) return inRange(exact(left, right), result);
    if (one.kind !== 'decimal' || other.kind !== 'decimal' || result.kind !== 'decimal') return unknownPart('this arithmetic');
    const scale = (value: bigint, by: DataType & { kind: 'decimal' }): bigint => value * 10n ** BigInt(result.scale - by.scale);
    return inRange(exact(scale(left, one), scale(right, other)), result);
  };
}

const compares =
  (holds: (order: number) => boolean): Scalar =>
  ([left, right], [type]) =>
    type === undefined ? null : holds(compareValues(left ?? null, right ?? null, type));

const ofText =
  (of: (text: string) => Value): Scalar =>
  ([text]) =>
    typeof text === 'string' ? of(text) : unknownPart('this function of another type than varchar');

/** Division towards zero; NULL for a zero divisor. */
const whole =
  (of: (left: bigint, right: bigint) => bigint): Scalar =>
  ([left, right], types) => {
    if (!types.every(isWhole)) return unknownPart('division of other types than whole numbers');
    return right === 0n ? null : of(left as bigint, right as bigint);
  };

const DAY_US = 86_400_000_000n;
const HOUR_US = 3_600_000_000n;
const MINUTE_US = 60_000_000n;
const SECOND_US = 1_000_000n;

const positive = (value: bigint, by: bigint): bigint => ((value % by) + by) % by;

/** A field of the clock of a timestamp. */
const clock =
  (of: (microsOfDay: bigint) => bigint): Scalar =>
  ([value], [type]) =>
    type?.kind === 'timestamp' ? of(positive(value as bigint, DAY_US)) : unknownPart('this extract()');

const TRUNCATED_TO: Readonly<Record<string, bigint>> = { day: DAY_US, hour: HOUR_US, minute: MINUTE_US, second: SECOND_US };

/** Functions that give NULL for a NULL argument, by canonical name. */
export const SCALARS: Readonly<Record<string, Scalar>> = {
  add: arithmetic(
    (left, right) => left + right,
    (left, right) => left + right,
  ),
  subtract: arithmetic(
    (left, right) => left - right,
    (left, right) => left - right,
  ),
  multiply: ([left, right], types, result) => {
    if (typeof left === 'number' && typeof right === 'number') return left * right;
    return types.every(isWhole) ? inRange((left as bigint) * (right as bigint), result) : unknownPart('this product');
  },
  divide: ([left, right], _types, result) =>
    result.kind === 'double' && typeof left === 'number' && typeof right === 'number' ? left / right : unknownPart('this quotient'),
  int_divide: whole((left, right) => left / right),
  modulo: whole((left, right) => left % right),
  negate: ([value], _types, result) => (typeof value === 'number' ? -value : inRange(-(value as bigint), result)),
  abs: ([value], _types, result) =>
    typeof value === 'number' ? Math.abs(value) : inRange((value as bigint) < 0n ? -(value as bigint) : (value as bigint), result),
  eq: compares((order) => order === 0),
  ne: compares((order) => order !== 0),
  lt: compares((order) => order < 0),
  le: compares((order) => order <= 0),
  gt: compares((order) => order > 0),
  ge: compares((order) => order >= 0),
  not: ([value]) => value !== true,
  lower: ofText((text) =>
    Array.from(text)
      .map((point) => (point.toLowerCase().length === point.length ? point.toLowerCase() : point))
      .join(''),
  ),
  upper: ofText((text) =>
    Array.from(text)
      .map((point) => (point.toUpperCase().length === point.length ? point.toUpperCase() : point))
      .join(''),
  ),
  length: ofText((text) => BigInt(Array.from(text).length)),
  concat_op: ([left, right]) =>
    typeof left === 'string' && typeof right === 'string' ? left + right : unknownPart('|| of other types than varchar'),
  extract_hour: clock((micros) => micros / HOUR_US),
  extract_minute: clock((micros) => (micros / MINUTE_US) % 60n),
  extract_second: clock((micros) => (micros / SECOND_US) % 60n),
  extract_millisecond: clock((micros) => (micros % MINUTE_US) / 1000n),
  extract_microsecond: clock((micros) => micros % MINUTE_US),
  date_trunc: ([unit, value], types) => {
    const by = TRUNCATED_TO[unit as string];
    if (by === undefined || types[1]?.kind !== 'timestamp') return unknownPart('this date_trunc()');
    return (value as bigint) - positive(value as bigint, by);
  },
  like: (args) => {
    const [text, pattern] = args;
    if (args.length !== 2 || typeof text !== 'string' || typeof pattern !== 'string') return unknownPart('this form of LIKE');
    const source = Array.from(pattern)
      .map((point) => (point === '%' ? '.*' : point === '_' ? '.' : point.replace(/[\\^$.*+?()[\]{}|/-]/u, '\\$&')))
      .join('');
    return new RegExp(`^${source}$`, 'su').test(text);
  },
};
