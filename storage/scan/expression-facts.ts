import { type CastExpression, type DataType, type Expression, sameType } from '../../spi/index.ts';
import { floorDivide, NS_PER_US, US_PER_DAY } from '../iceberg/value/calendar.ts';
import type { ColumnValue } from '../iceberg/value/column-value.ts';
import { textToValue } from '../iceberg/value/value-text.ts';
import { type ColumnFacts, constantFacts } from './column-facts.ts';
import type { FactsOf } from './gather-facts.ts';

/** Returns what is known about the values of an expression; null when nothing is, 'null' when it is always NULL.
 *  Shape: only columns, constants and conversions that keep the order of values are understood. */
export function factsOfExpression(expression: Expression, facts: FactsOf): ColumnFacts | 'null' | null {
  switch (expression.kind) {
    case 'column':
      return facts.get(expression.id) ?? null;
    case 'literal': {
      if (expression.value === null) return 'null';
      const value = typeof expression.value === 'boolean' ? expression.value : textToValue(expression.type, expression.value);
      return value === null ? null : constantFacts(expression.type, value);
    }
    case 'cast':
      return factsOfCast(expression, facts);
    default:
      return null;
  }
}

function factsOfCast(cast: CastExpression, facts: FactsOf): ColumnFacts | 'null' | null {
  const inner = factsOfExpression(cast.argument, facts);
  if (inner === null || inner === 'null') return inner;
  if (sameType(inner.type, cast.type)) return inner;
  const convert = orderKeeping(inner.type, cast.type);
  if (convert === null) return null;
  const sameHash = inner.type.kind === 'integer' && cast.type.kind === 'bigint';
  return {
    ...inner,
    type: cast.type,
    lower: inner.lower === null ? null : convert(inner.lower),
    upper: inner.upper === null ? null : convert(inner.upper),
    buckets: sameHash ? inner.buckets : [],
  };
}

type Convert = (value: ColumnValue) => ColumnValue | null;

/** Units: decimal digits that any value of the integer types has at most. */
const DIGITS = { integer: 10, bigint: 19 } as const;

/** Returns the conversion between two types when it never fails and keeps the order of values, null otherwise. */
function orderKeeping(from: DataType, to: DataType): Convert | null {
  if (from.kind === 'integer' || from.kind === 'bigint') {
    if (from.kind === 'integer' && to.kind === 'bigint') return (value) => value;
    if (to.kind === 'double') return (value) => Number(value);
    if (to.kind === 'decimal' && to.precision - to.scale >= DIGITS[from.kind]) return scaleBy(to.scale);
    return null;
  }
  if (from.kind === 'decimal' && to.kind === 'decimal') {
    const fits = to.scale >= from.scale && to.precision - to.scale >= from.precision - from.scale;
    return fits ? scaleBy(to.scale - from.scale) : null;
  }
  if (from.kind === 'real' && to.kind === 'double') return (value) => value;
  if (from.kind === 'date' && to.kind === 'timestamp') return (value) => (typeof value === 'bigint' ? value * US_PER_DAY : null);
  if (from.kind === 'timestamp' && to.kind === 'date') return floorBy(US_PER_DAY);
  if (from.kind === 'timestamp_ns' && to.kind === 'timestamp') return floorBy(NS_PER_US);
  if (from.kind === 'timestamp_ns' && to.kind === 'date') return floorBy(NS_PER_US * US_PER_DAY);
  return null;
}

function floorBy(divisor: bigint): Convert {
  return (value) => (typeof value === 'bigint' ? floorDivide(value, divisor) : null);
}

function scaleBy(digits: number): Convert {
  const factor = 10n ** BigInt(digits);
  return (value) => (typeof value === 'bigint' ? value * factor : null);
}
