import {
  type DataType,
  type DecimalType,
  type Expression,
  formatType,
  type LiteralExpression,
  PlatformError,
  sameType,
} from '../../spi/index.ts';
import type { Span } from '../ast/index.ts';
import { bindError } from './bind-error.ts';
import type { BinderState } from './binder-state.ts';
import { canonicalValue, decimalText } from './value-text.ts';

/** The greatest precision of a decimal. */
export const DECIMAL_PRECISION_MAX = 38;

/** What a value may become without a CAST, with the cost by which overloads are chosen. NULL becomes anything; lists, maps and structs go by their parts. */
const IMPLICIT_CASTS: Readonly<Partial<Record<DataType['kind'], Readonly<Partial<Record<DataType['kind'], number>>>>>> = {
  integer: { bigint: 1, decimal: 2, double: 3, real: 4 },
  bigint: { decimal: 2, double: 3, real: 4 },
  decimal: { decimal: 1, double: 3, real: 4 },
  real: { double: 1 },
  date: { timestamp: 1, timestamptz: 2, timestamp_ns: 3 },
  timestamp: { timestamptz: 1, timestamp_ns: 2 },
  fixed: { varbinary: 1 },
};

/** What an INSERT may convert besides the implicit casts. */
const ASSIGNMENT_CASTS: Readonly<Partial<Record<DataType['kind'], readonly DataType['kind'][]>>> = {
  bigint: ['integer'],
  decimal: ['integer', 'bigint'],
  real: ['integer', 'bigint', 'decimal'],
  double: ['integer', 'bigint', 'decimal', 'real'],
  timestamp: ['date'],
  timestamp_ns: ['date'],
  timestamptz: ['timestamp', 'date'],
  varbinary: ['fixed'],
};

const NUMERIC_ORDER: readonly DataType['kind'][] = ['integer', 'bigint', 'decimal', 'real', 'double'];
/** An instant holds no nanoseconds, and a reading of the clock no instant: these two have no common type. */
const TEMPORAL_ORDER: readonly DataType['kind'][] = ['date', 'timestamp', 'timestamptz'];
const WALL_CLOCK_ORDER: readonly DataType['kind'][] = ['date', 'timestamp', 'timestamp_ns'];

/** Returns whether a type is one of numbers. */
export function isNumeric(type: DataType): boolean {
  return NUMERIC_ORDER.includes(type.kind);
}

/** Returns the decimal type that holds every value of an exact numeric type. */
export function asDecimal(type: DataType): DecimalType | null {
  if (type.kind === 'decimal') return type;
  if (type.kind === 'integer') return { kind: 'decimal', precision: 10, scale: 0 };
  return type.kind === 'bigint' ? { kind: 'decimal', precision: 19, scale: 0 } : null;
}

/** Returns the cost of an implicit cast, 0 for the same type, null when there is none. */
export function implicitCastCost(from: DataType, to: DataType): number | null {
  if (sameType(from, to)) return 0;
  if (from.kind === 'null') return 1;
  if (from.kind === 'list' && to.kind === 'list') return implicitCastCost(from.element, to.element);
  if (from.kind === 'map' && to.kind === 'map') {
    const key = implicitCastCost(from.key, to.key);
    const value = implicitCastCost(from.value, to.value);
    return key === null || value === null ? null : key + value;
  }
  if (from.kind === 'struct' && to.kind === 'struct') return structCastCost(from.fields, to.fields);
  return IMPLICIT_CASTS[from.kind]?.[to.kind] ?? null;
}

/** Returns the narrowest type to which both can be cast implicitly, or null. */
export function commonType(left: DataType, right: DataType): DataType | null {
  if (sameType(left, right)) return left;
  if (left.kind === 'null') return right;
  if (right.kind === 'null') return left;
  if (isNumeric(left) && isNumeric(right)) return commonNumeric(left, right);
  for (const order of [TEMPORAL_ORDER, WALL_CLOCK_ORDER]) {
    const [from, to] = [order.indexOf(left.kind), order.indexOf(right.kind)];
    if (from >= 0 && to >= 0) return from > to ? left : right;
  }
  if (left.kind === 'list' && right.kind === 'list') {
    const element = commonType(left.element, right.element);
    return element === null ? null : { kind: 'list', element, elementNullable: left.elementNullable || right.elementNullable };
  }
  if (left.kind === 'map' && right.kind === 'map') {
    const key = commonType(left.key, right.key);
    const value = commonType(left.value, right.value);
    return key === null || value === null ? null : { kind: 'map', key, value, valueNullable: left.valueNullable || right.valueNullable };
  }
  if (left.kind === 'struct' && right.kind === 'struct') return commonStruct(left.fields, right.fields);
  const pair = [left.kind, right.kind];
  return pair.includes('fixed') && pair.includes('varbinary') ? { kind: 'varbinary' } : null;
}

type Fields = Extract<DataType, { kind: 'struct' }>['fields'];

/** The fields must have the same names in the same order. */
function structCastCost(from: Fields, to: Fields): number | null {
  if (from.length !== to.length) return null;
  const costs = from.map(({ name, type }, index) => {
    const other = to[index];
    return other?.name === name ? implicitCastCost(type, other.type) : null;
  });
  return costs.reduce<number | null>((sum, cost) => (sum === null || cost === null ? null : sum + cost), 0);
}

function commonStruct(left: Fields, right: Fields): DataType | null {
  if (left.length !== right.length) return null;
  const fields: Fields[number][] = [];
  for (const [index, field] of left.entries()) {
    const other = right[index];
    const type = other?.name === field.name ? commonType(field.type, other.type) : null;
    if (type === null || other === undefined) return null;
    fields.push({ name: field.name, type, nullable: field.nullable || other.nullable });
  }
  return { kind: 'struct', fields };
}

function commonNumeric(left: DataType, right: DataType): DataType {
  const [leftDecimal, rightDecimal] = [asDecimal(left), asDecimal(right)];
  const involvesDecimal = left.kind === 'decimal' || right.kind === 'decimal';
  if (involvesDecimal && leftDecimal !== null && rightDecimal !== null) {
    const scale = Math.max(leftDecimal.scale, rightDecimal.scale);
    const whole = Math.max(leftDecimal.precision - leftDecimal.scale, rightDecimal.precision - rightDecimal.scale);
    return { kind: 'decimal', precision: Math.min(DECIMAL_PRECISION_MAX, whole + scale), scale };
  }
  return NUMERIC_ORDER.indexOf(left.kind) > NUMERIC_ORDER.indexOf(right.kind) ? left : right;
}

/** Returns whether an expression takes the type of what it meets: a string literal or a parameter whose type is still open. */
export function isSoft(state: BinderState, expression: Expression): boolean {
  if (expression.kind === 'literal') return expression.type.kind === 'varchar';
  return expression.kind === 'parameter' && state.parameters.isOpen(expression);
}

/** Returns the type that several expressions have in common: the typed ones decide, string literals and open parameters follow. Null when there is none. */
export function commonTypeOf(state: BinderState, expressions: readonly Expression[]): DataType | null {
  let decided: DataType | null = { kind: 'null' };
  for (const expression of expressions) {
    if (decided !== null && !isSoft(state, expression)) decided = commonType(decided, expression.type);
  }
  if (decided === null) return null;
  for (const expression of expressions) {
    if (!isSoft(state, expression)) continue;
    const follows: boolean =
      decided.kind !== 'null' && !(expression.kind === 'parameter' && isNumeric(expression.type) && isNumeric(decided));
    decided = follows ? decided : (commonType(decided, expression.type) ?? { kind: 'varchar' });
  }
  return decided;
}

/** Writes out the implicit cast of an expression to a type; literals are converted at once.
 *  @throws SQL_TYPE_MISMATCH when there is none, SQL_INVALID_VALUE when a literal is no value of the type */
export function coerce(state: BinderState, expression: Expression, type: DataType, span: Span): Expression {
  const converted = tryCoerce(state, expression, type, span);
  if (converted !== null) return converted;
  throw bindError(state, 'SQL_TYPE_MISMATCH', `${formatType(expression.type)} cannot become ${formatType(type)} without a CAST`, span);
}

/** Like `coerce`, but returns null when there is no implicit cast. */
export function tryCoerce(state: BinderState, expression: Expression, type: DataType, span: Span): Expression | null {
  if (expression.kind === 'parameter' && state.parameters.isOpen(expression)) return state.parameters.settle(expression, type);
  if (sameType(expression.type, type)) return expression;
  if (expression.kind === 'parameter') return castTo(expression, type);
  if (isSoft(state, expression) || implicitCastCost(expression.type, type) !== null) return convert(state, expression, type, span);
  return null;
}

/** Returns the cast that INSERT makes: what is implicit, numbers and times made narrower, anything as text.
 *  @throws SQL_TYPE_MISMATCH, SQL_INVALID_VALUE */
export function coerceForAssignment(state: BinderState, expression: Expression, type: DataType, column: string, span: Span): Expression {
  const implicit = tryCoerce(state, expression, type, span);
  if (implicit !== null) return implicit;
  if (isAssignable(expression.type, type)) return convert(state, expression, type, span);
  const message = `column ${column} has the type ${formatType(type)}, the value ${formatType(expression.type)}`;
  throw bindError(state, 'SQL_TYPE_MISMATCH', message, span, { hint: 'Write a CAST.' });
}

/** Returns whether INSERT converts between two types that have no implicit cast. */
export function isAssignable(from: DataType, to: DataType): boolean {
  return to.kind === 'varchar' || (ASSIGNMENT_CASTS[from.kind]?.includes(to.kind) ?? false);
}

/** Returns an expression with its parameter, if it is one of open type, settled on the type it has. */
export function settled(state: BinderState, expression: Expression): Expression {
  return expression.kind === 'parameter' ? state.parameters.settle(expression, expression.type) : expression;
}

/** Returns a plain cast node, or the expression itself when it has the type. */
export function castTo(expression: Expression, type: DataType, safe = false): Expression {
  return sameType(expression.type, type) ? expression : { kind: 'cast', argument: expression, safe, type };
}

function convert(state: BinderState, expression: Expression, type: DataType, span: Span): Expression {
  if (expression.kind !== 'literal') return castTo(expression, type);
  try {
    return convertLiteral(expression, type, state.context.timeZone) ?? castTo(expression, type);
  } catch (error) {
    const cause = PlatformError.from(error, 'SQL_INVALID_VALUE');
    throw bindError(state, cause.code, cause.message, span);
  }
}

/** Returns a literal as one of another type, or null when only the engine can convert it.
 *  @throws SQL_INVALID_VALUE when a text is no value of the type, SQL_OVERFLOW when a number does not fit */
export function convertLiteral(literal: LiteralExpression, type: DataType, timeZone: string): LiteralExpression | null {
  const { value } = literal;
  if (value === null) return { kind: 'literal', type, value: null };
  if (typeof value === 'boolean') return null;
  if (type.kind === 'list' || type.kind === 'map' || type.kind === 'struct' || type.kind === 'fixed') return null;
  // What an engine makes of a number of floating point goes by its bits, not by the text that stands for them.
  if (literal.type.kind === 'real' || literal.type.kind === 'double') return null;
  const isWidening = isNumeric(literal.type) && isNumeric(type);
  const isTime =
    (literal.type.kind === 'date' && (type.kind === 'timestamp' || type.kind === 'timestamptz' || type.kind === 'timestamp_ns')) ||
    (literal.type.kind === 'timestamp' && type.kind === 'timestamp_ns');
  if (isWidening && type.kind === 'decimal') {
    const text = decimalText(value, type.precision, type.scale);
    return text === null ? null : { kind: 'literal', type, value: text };
  }
  if (literal.type.kind !== 'varchar' && !isWidening && !isTime) return null;
  try {
    return { kind: 'literal', type, value: canonicalValue(value, type, timeZone) };
  } catch (error) {
    if (!isWidening) throw error;
    throw new PlatformError('SQL_OVERFLOW', `${value} leaves the range of ${formatType(type)}`, { cause: error });
  }
}
