import { type DataType, type Expression as PlanExpression, type LiteralExpression, PlatformError } from '../../spi/index.ts';
import type { IntervalLiteral, Literal, NumberLiteral, TypedLiteral } from '../ast/index.ts';
import { bindError, unsupported } from './bind-error.ts';
import { bindType } from './bind-type.ts';
import { bindWithin, type ExpressionContext } from './binder-state.ts';
import { castTo, coerce, convertLiteral, DECIMAL_PRECISION_MAX } from './coercion.ts';
import { intervalOf, intervalText, parseYearMonth } from './interval-text.ts';
import { isTooFine } from './time-text.ts';
import { canonicalValue } from './value-text.ts';

const INTEGER_MAX = 2n ** 31n - 1n;
const BIGINT_MAX = 2n ** 63n - 1n;
const ZERO = 0x30;
const NINE = 0x39;
// One object for each: types that are the same object are compared without a look at them, and long lists of constants share it.
const INTEGER: DataType = { kind: 'integer' };
const BIGINT: DataType = { kind: 'bigint' };
const DOUBLE: DataType = { kind: 'double' };
const VARCHAR: DataType = { kind: 'varchar' };
const VARBINARY: DataType = { kind: 'varbinary' };
const BOOLEAN: DataType = { kind: 'boolean' };
const NULL: DataType = { kind: 'null' };
const TIMESTAMP_NS: DataType = { kind: 'timestamp_ns' };
const INTERVAL: DataType = { kind: 'interval' };

/** Makes a constant. */
export function literal(type: DataType, value: LiteralExpression['value']): LiteralExpression {
  return { kind: 'literal', type, value };
}

/** Makes a constant of type boolean. */
export function booleanLiteral(value: boolean): LiteralExpression {
  return literal(BOOLEAN, value);
}

/** Binds a value written in the text; `sign` is the minus in front of a number, which belongs to its value.
 *  @throws SQL_INVALID_VALUE, SQL_UNKNOWN_TYPE */
export function bindLiteral(context: ExpressionContext, node: Literal, sign: '' | '-' = ''): PlanExpression {
  switch (node.kind) {
    case 'number-literal':
      return bindNumber(context, node, sign);
    case 'string-literal':
      return literal(VARCHAR, node.value);
    case 'binary-literal':
      return literal(VARBINARY, Buffer.from(node.hex, 'hex').toString('base64'));
    case 'boolean-literal':
      return booleanLiteral(node.value);
    case 'null-literal':
      return literal(NULL, null);
    case 'typed-literal':
      return bindTyped(context, node);
    case 'interval-literal':
      return bindInterval(context, node);
  }
}

function bindNumber(context: ExpressionContext, node: NumberLiteral, sign: '' | '-'): PlanExpression {
  const text = node.text.includes('_') ? node.text.replaceAll('_', '') : node.text;
  if (node.form === 'integer') {
    if (isCanonical(text)) return literal(INTEGER, text === '0' ? text : sign + text);
    const value = BigInt(sign + BigInt(text).toString());
    if (value <= INTEGER_MAX && value >= -INTEGER_MAX - 1n) return literal(INTEGER, value.toString());
    if (value <= BIGINT_MAX && value >= -BIGINT_MAX - 1n) return literal(BIGINT, value.toString());
    return bindDecimal(context, node, value.toString());
  }
  if (node.form === 'decimal') return bindDecimal(context, node, sign + text);
  return literal(DOUBLE, canonicalValue(sign + text, DOUBLE, context.state.context.timeZone));
}

const SHORT_DIGITS = 9;

/** Returns whether the text of an integer is its value's own, which fits into an integer: most are, and need no arithmetic. */
function isCanonical(text: string): boolean {
  if (text.length > SHORT_DIGITS || (text.length > 1 && text.startsWith('0'))) return false;
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) < ZERO || text.charCodeAt(index) > NINE) return false;
  return text.length > 0;
}

/** The type of a decimal literal has the digits that are written: 0.20 is decimal(3,2). */
function bindDecimal(context: ExpressionContext, node: NumberLiteral, text: string): PlanExpression {
  const digits = text.startsWith('-') ? text.slice(1) : text;
  const point = digits.indexOf('.');
  const whole = point < 0 ? digits : digits.slice(0, point);
  const fraction = point < 0 ? '' : digits.slice(point + 1);
  const wholeDigits = whole.replace(/^0+(?=\d)/, '').length;
  const type: DataType = { kind: 'decimal', precision: Math.max(1, wholeDigits + fraction.length), scale: fraction.length };
  if (type.precision > DECIMAL_PRECISION_MAX) {
    if (fraction.length > 0) return literal(DOUBLE, canonicalValue(text, DOUBLE, 'UTC'));
    throw bindError(context.state, 'SQL_OVERFLOW', `${text} has more than ${String(DECIMAL_PRECISION_MAX)} digits`, node.span);
  }
  return literal(type, canonicalValue(text, type, 'UTC'));
}

function bindTyped(context: ExpressionContext, node: TypedLiteral): PlanExpression {
  const { state } = context;
  const named = bindType(state, node.dataType);
  // As many digits of a second as are written, as in the literals of decimals.
  const type = named.kind === 'timestamp' && isTooFine(node.value) ? TIMESTAMP_NS : named;
  const text = literal(VARCHAR, node.value);
  try {
    return convertLiteral(text, type, state.context.timeZone) ?? castTo(text, type);
  } catch (error) {
    throw bindError(state, 'SQL_INVALID_VALUE', PlatformError.from(error, 'SQL_INVALID_VALUE').message, node.span);
  }
}

function bindInterval(context: ExpressionContext, node: IntervalLiteral): PlanExpression {
  const { state } = context;
  const { value, unit, toUnit } = node;
  if (unit === null)
    return value.kind === 'string-literal'
      ? coerce(state, bindLiteral(context, value), INTERVAL, node.span)
      : intervalTimes(context, node, 'day');
  if (toUnit !== null) {
    const text = value.kind === 'string-literal' && unit === 'year' && toUnit === 'month' ? parseYearMonth(value.value) : null;
    if (text === null)
      throw unsupported(state, `INTERVAL with ${unit} to ${toUnit} of this form`, node.span, `Write INTERVAL '1 day 02:03:04'.`);
    return literal(INTERVAL, text);
  }
  const amount = value.kind === 'string-literal' ? value.value.trim() : value.kind === 'number-literal' ? value.text : null;
  if (amount === null) return intervalTimes(context, node, unit);
  if (/^[+-]?\d+(\.\d+)?$/.test(amount)) return literal(INTERVAL, intervalText(intervalOf(amount, unit)));
  throw bindError(state, 'SQL_INVALID_VALUE', `'${amount}' is not a number of ${unit}s`, node.span);
}

function intervalTimes(context: ExpressionContext, node: IntervalLiteral, unit: Exclude<IntervalLiteral['unit'], null>): PlanExpression {
  const amount = coerce(context.state, bindWithin(context, node.value), DOUBLE, node.value.span);
  const one = literal(INTERVAL, intervalText(intervalOf('1', unit)));
  return { kind: 'call', function: 'multiply', arguments: [one, amount], type: INTERVAL };
}
