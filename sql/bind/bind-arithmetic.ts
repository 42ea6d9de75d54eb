import { type DataType, type DecimalType, type Expression, formatType } from '../../spi/index.ts';
import type { Span } from '../ast/index.ts';
import { functionByName } from '../functions/index.ts';
import { bindError } from './bind-error.ts';
import type { BinderState } from './binder-state.ts';
import { asDecimal, castTo, coerce, commonType, commonTypeOf, DECIMAL_PRECISION_MAX, isNumeric, isSoft } from './coercion.ts';
import { foldDateShift } from './fold-date-shift.ts';
import { resolveOverload } from './resolve-overload.ts';

/** The arithmetic functions of two operands. */
export type ArithmeticFunction = 'add' | 'subtract' | 'multiply' | 'divide' | 'int_divide' | 'modulo';

const DOUBLE: DataType = { kind: 'double' };
const NARROW_DIGITS = 18;

/** Binds an arithmetic operator to the types of its operands.
 *  Exact numbers follow DuckDB's rules: integers widen to the wider operand; `decimal + decimal` gains a digit, `decimal * decimal` adds
 *  precisions and scales, both held to 18 digits while the operands have at most 18; `/` is always of floating point.
 *  @see https://duckdb.org/docs/stable/sql/data_types/numeric#fixed-point-decimals
 *  @throws SQL_TYPE_MISMATCH, SQL_OVERFLOW when a product's scale exceeds 38 digits */
export function bindArithmetic(
  state: BinderState,
  name: ArithmeticFunction,
  operands: readonly [Expression, Expression],
  spans: readonly [Span, Span],
  span: Span,
): Expression {
  const [left, right] = adoptTypes(state, operands, spans);
  if (!isNumber(left.type) || !isNumber(right.type)) return bindTemporal(state, name, [left, right], spans, span);
  if (name === 'divide') {
    const type = commonType(left.type, right.type)?.kind === 'real' ? ({ kind: 'real' } as const) : DOUBLE;
    return call(name, [coerce(state, left, type, spans[0]), coerce(state, right, type, spans[1])], type);
  }
  if (left.type.kind === 'decimal' || right.type.kind === 'decimal') {
    const [leftType, rightType] = [asDecimal(left.type), asDecimal(right.type)];
    if (leftType !== null && rightType !== null && name !== 'int_divide') {
      const type = decimalResult(state, name, leftType, rightType, span);
      return call(name, [coerce(state, left, leftType, spans[0]), coerce(state, right, rightType, spans[1])], type);
    }
  }
  const common = commonType(left.type, right.type) ?? DOUBLE;
  const type: DataType = common.kind === 'null' ? { kind: 'integer' } : common;
  if (name === 'int_divide' && type.kind !== 'integer' && type.kind !== 'bigint') {
    const message = `// takes integers, not ${formatType(left.type)} and ${formatType(right.type)}`;
    throw bindError(state, 'SQL_TYPE_MISMATCH', message, span, { hint: 'Use trunc(a / b).' });
  }
  return call(name, [coerce(state, left, type, spans[0]), coerce(state, right, type, spans[1])], type);
}

/** A string literal or open parameter beside a number is a number; NULL beside a decimal is one of that type. */
function adoptTypes(
  state: BinderState,
  [left, right]: readonly [Expression, Expression],
  spans: readonly [Span, Span],
): readonly [Expression, Expression] {
  const adopt = (one: Expression, other: Expression, span: Span): Expression => {
    const wanted = one.type.kind === 'null' && other.type.kind === 'decimal';
    const follows = isSoft(state, one) && isNumber(other.type) && other.type.kind !== 'null';
    if (!wanted && !follows) return isSoft(state, one) ? coerceOpen(state, one, span) : one;
    return coerce(state, one, commonTypeOf(state, [one, other]) ?? other.type, span);
  };
  const adoptedLeft = adopt(left, right, spans[0]);
  return [adoptedLeft, adopt(right, adoptedLeft, spans[1])];
}

function coerceOpen(state: BinderState, expression: Expression, span: Span): Expression {
  return expression.kind === 'parameter' ? coerce(state, expression, expression.type, span) : expression;
}

const isNumber = (type: DataType): boolean => isNumeric(type) || type.kind === 'null';

function bindTemporal(
  state: BinderState,
  name: ArithmeticFunction,
  operands: readonly Expression[],
  spans: readonly Span[],
  span: Span,
): Expression {
  const definition = functionByName(name);
  const kinds = operands.map((operand) => operand.type.kind);
  const isTemporal = kinds.some((kind) => ['date', 'time', 'timestamp', 'timestamp_ns', 'timestamptz', 'interval'].includes(kind));
  if (definition === null || !isTemporal) {
    const types = operands.map((operand) => formatType(operand.type)).join(' and ');
    throw bindError(state, 'SQL_TYPE_MISMATCH', `${name} does not take ${types}`, span, { hint: 'Write a CAST.' });
  }
  const resolved = resolveOverload(state, definition, operands, spans, span);
  const [left, right] = resolved.arguments;
  const isShift = (name === 'add' || name === 'subtract') && left !== undefined && right !== undefined;
  const folded = isShift ? foldDateShift(name, left, right) : null;
  if (folded !== null) state.reads.functions.add(name);
  return folded ?? call(name, resolved.arguments, resolved.type);
}

function decimalResult(state: BinderState, name: ArithmeticFunction, left: DecimalType, right: DecimalType, span: Span): DecimalType {
  const narrow = left.precision <= NARROW_DIGITS && right.precision <= NARROW_DIGITS;
  if (name === 'multiply') {
    const scale = left.scale + right.scale;
    if (scale > DECIMAL_PRECISION_MAX) {
      const message = `the product of ${formatType(left)} and ${formatType(right)} has more than ${String(DECIMAL_PRECISION_MAX)} digits after the point`;
      throw bindError(state, 'SQL_OVERFLOW', message, span, { hint: 'Cast an operand to a smaller scale or to double.' });
    }
    return held({ kind: 'decimal', precision: left.precision + right.precision, scale }, narrow);
  }
  const scale = Math.max(left.scale, right.scale);
  const whole = Math.max(left.precision - left.scale, right.precision - right.scale);
  if (name === 'modulo') return held({ kind: 'decimal', precision: whole + scale, scale }, false);
  return held({ kind: 'decimal', precision: whole + scale + 1, scale }, narrow);
}

function held(type: DecimalType, narrow: boolean): DecimalType {
  const limit = narrow && type.precision > NARROW_DIGITS && type.scale <= NARROW_DIGITS ? NARROW_DIGITS : DECIMAL_PRECISION_MAX;
  return { kind: 'decimal', precision: Math.min(type.precision, limit), scale: type.scale };
}

function call(name: ArithmeticFunction, operands: readonly Expression[], type: DataType): Expression {
  return { kind: 'call', function: name, arguments: operands, type };
}

/** Returns the negated expression.
 *  @throws SQL_TYPE_MISMATCH */
export function bindNegation(state: BinderState, operand: Expression, span: Span): Expression {
  const definition = functionByName('negate');
  if (definition === null) return castTo(operand, operand.type);
  const resolved = resolveOverload(state, definition, [operand], [span], span);
  const [argument = operand] = resolved.arguments;
  return { kind: 'call', function: 'negate', arguments: [argument], type: argument.type };
}
