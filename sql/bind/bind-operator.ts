import type { DataType, Expression as PlanExpression } from '../../spi/index.ts';
import {
  type AtTimeZone,
  type Binary,
  BINARY_PRECEDENCE,
  type BinaryOperator,
  type ComparisonOperator,
  type Expression,
  type IsTruth,
  type Like,
  type Logical,
  PRECEDENCE,
  type Span,
  type Unary,
} from '../ast/index.ts';
import { functionByName } from '../functions/index.ts';
import { unsupported } from './bind-error.ts';
import { type ArithmeticFunction, bindArithmetic, bindNegation } from './bind-arithmetic.ts';
import { bindComparison, negateWhen, predicate } from './bind-comparison.ts';
import { bindLiteral } from './bind-literal.ts';
import { bindWithin, type ExpressionContext } from './binder-state.ts';
import { castTo, coerce } from './coercion.ts';
import { resolveOverload } from './resolve-overload.ts';

const BOOLEAN: DataType = { kind: 'boolean' };
const VARCHAR: DataType = { kind: 'varchar' };
const ARITHMETIC: Readonly<Partial<Record<BinaryOperator, ArithmeticFunction>>> = {
  '+': 'add',
  '-': 'subtract',
  '*': 'multiply',
  '/': 'divide',
  '//': 'int_divide',
  '%': 'modulo',
};
const OTHER_OPERATORS: Readonly<Partial<Record<BinaryOperator, string>>> = {
  '^': 'power',
  '&': 'bit_and',
  '|': 'bit_or',
  '<<': 'shift_left',
  '>>': 'shift_right',
};

/** Binds an expression that must be a condition.
 *  @throws SQL_TYPE_MISMATCH */
export function bindCondition(context: ExpressionContext, node: Expression): PlanExpression {
  return coerce(context.state, bindWithin(context, node), BOOLEAN, node.span);
}

function isComparison(operator: BinaryOperator): operator is ComparisonOperator {
  return BINARY_PRECEDENCE[operator] === PRECEDENCE.comparison;
}

/** Binds an operator of two operands. */
export function bindBinary(context: ExpressionContext, node: Binary): PlanExpression {
  const { operator, left, right, span } = node;
  if (isComparison(operator)) return bindComparison(context, operator, left, right, span);
  const operands = [bindWithin(context, left), bindWithin(context, right)] as const;
  const spans = [left.span, right.span] as const;
  const arithmetic = ARITHMETIC[operator];
  if (arithmetic !== undefined) return bindArithmetic(context.state, arithmetic, operands, spans, span);
  if (operator === '||') return bindConcatenation(context, operands, spans, span);
  return callNamed(context, OTHER_OPERATORS[operator] ?? operator, operands, spans, span);
}

/** Binds `-x`, `+x`, `~x`. */
export function bindUnary(context: ExpressionContext, node: Unary): PlanExpression {
  const { operand, operator, span } = node;
  if (operator === '-' && operand.kind === 'number-literal') return bindLiteral(context, operand, '-');
  const bound = bindWithin(context, operand);
  if (operator === '+') return bound;
  return operator === '-' ? bindNegation(context.state, bound, span) : callNamed(context, 'bit_not', [bound], [operand.span], span);
}

/** Binds a chain of AND or OR; it stays flat. */
export function bindLogical(context: ExpressionContext, node: Logical): PlanExpression {
  return {
    kind: 'call',
    function: node.operator,
    arguments: node.operands.map((operand) => bindCondition(context, operand)),
    type: BOOLEAN,
  };
}

/** Binds `x IS [NOT] TRUE | FALSE | UNKNOWN`. */
export function bindTruth(context: ExpressionContext, node: IsTruth): PlanExpression {
  const operand = bindCondition(context, node.operand);
  if (node.truth === 'unknown') return predicate(node.negated ? 'is_not_null' : 'is_null', operand);
  return predicate(`is_${node.negated ? 'not_' : ''}${node.truth}`, operand);
}

/** Binds `x [NOT] LIKE | ILIKE pattern [ESCAPE e]`, and SIMILAR TO, whose pattern is a regular expression for the whole text.
 *  @throws SQL_UNSUPPORTED for SIMILAR TO with ESCAPE */
export function bindLike(context: ExpressionContext, node: Like): PlanExpression {
  if (node.operator === 'similar' && node.escape !== null) {
    throw unsupported(
      context.state,
      'SIMILAR TO with ESCAPE',
      node.escape.span,
      'The pattern is a regular expression (RE2): escape with a backslash.',
    );
  }
  const given = node.escape === null ? [node.operand, node.pattern] : [node.operand, node.pattern, node.escape];
  const operands = given.map((operand) => bindWithin(context, operand));
  const spans = given.map((operand) => operand.span);
  const name = node.operator === 'similar' ? 'regexp_full_match' : node.operator;
  return negateWhen(node.negated, callNamed(context, name, operands, spans, node.span));
}

/** Binds `x AT TIME ZONE zone`. */
export function bindAtTimeZone(context: ExpressionContext, node: AtTimeZone): PlanExpression {
  const operands = [bindWithin(context, node.operand), bindWithin(context, node.zone)];
  return callNamed(context, 'at_time_zone', operands, [node.operand.span, node.zone.span], node.span);
}

/** Binds a call by canonical name. */
export function callNamed(
  context: ExpressionContext,
  name: string,
  operands: readonly PlanExpression[],
  spans: readonly Span[],
  span: Span,
): PlanExpression {
  const definition = functionByName(name);
  if (definition === null) throw unsupported(context.state, `the operator ${name}`, span);
  const resolved = resolveOverload(context.state, definition, operands, spans, span);
  return { kind: 'call', function: name, arguments: resolved.arguments, type: resolved.type };
}

/** A side that is no text becomes text when the other one is. */
function bindConcatenation(
  context: ExpressionContext,
  operands: readonly PlanExpression[],
  spans: readonly Span[],
  span: Span,
): PlanExpression {
  const joinsText =
    operands.some((operand) => operand.type.kind === 'varchar') && operands.every((operand) => operand.type.kind !== 'list');
  const texts = joinsText ? operands.map((operand) => (operand.kind === 'parameter' ? operand : castTo(operand, VARCHAR))) : operands;
  return callNamed(context, 'concat_op', texts, spans, span);
}
