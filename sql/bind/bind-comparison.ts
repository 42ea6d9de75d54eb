import { type DataType, type Expression as PlanExpression, formatType, sameType } from '../../spi/index.ts';
import type { Between, ComparisonOperator, Expression, InList, IsDistinct, Row, Span } from '../ast/index.ts';
import { collated, collationFunctions } from './bind-collation.ts';
import { bindError } from './bind-error.ts';
import { type BinderState, bindWithin, type ExpressionContext } from './binder-state.ts';
import { coerce, commonTypeOf } from './coercion.ts';
import { narrowToDates } from './fold-date-shift.ts';

/** Canonical names of the comparison operators. */
export const COMPARISON_FUNCTIONS = {
  '=': 'eq',
  '<>': 'ne',
  '<': 'lt',
  '<=': 'le',
  '>': 'gt',
  '>=': 'ge',
} as const satisfies Readonly<Record<ComparisonOperator, string>>;

const BOOLEAN: DataType = { kind: 'boolean' };

/** Makes a call of type boolean. */
export function predicate(name: string, ...operands: readonly PlanExpression[]): PlanExpression {
  return { kind: 'call', function: name, arguments: operands, type: BOOLEAN };
}

/** Negates an expression, or not. */
export function negateWhen(negated: boolean, expression: PlanExpression): PlanExpression {
  return negated ? predicate('not', expression) : expression;
}

/** Brings expressions to the type that they have in common.
 *  @throws SQL_TYPE_MISMATCH when they have none */
export function unify(
  state: BinderState,
  expressions: readonly PlanExpression[],
  spans: readonly Span[],
  span: Span,
  what: string,
): readonly PlanExpression[] {
  const type = commonTypeOf(state, expressions);
  if (type === null) {
    const types = [...new Set(expressions.map((expression) => formatType(expression.type)))].join(' and ');
    throw bindError(state, 'SQL_TYPE_MISMATCH', `${what} takes values of one type, not ${types}`, span, { hint: 'Write a CAST.' });
  }
  const unified: PlanExpression[] = [];
  for (let index = 0; index < expressions.length; index++) {
    unified.push(coerce(state, expressions[index] as PlanExpression, type, spans[index] ?? span));
  }
  return unified;
}

/** Returns whether two operands are columns of one type, as those of most joins are: nothing is to be converted. */
function isOneType([left, right]: readonly PlanExpression[]): boolean {
  return left?.kind === 'column' && right?.kind === 'column' && sameType(left.type, right.type);
}

/** Binds `left operator right`; rows are compared part by part. */
export function bindComparison(
  context: ExpressionContext,
  operator: ComparisonOperator,
  left: Expression,
  right: Expression,
  span: Span,
): PlanExpression {
  if (left.kind === 'row' && right.kind === 'row') return bindRowComparison(context, operator, left, right, span);
  if (left.kind === 'collate' || right.kind === 'collate') return bindCollatedComparison(context, operator, left, right);
  const operands = [bindWithin(context, left), bindWithin(context, right)];
  const unified = isOneType(operands) ? operands : unify(context.state, operands, [left.span, right.span], span, operator);
  return { kind: 'call', function: COMPARISON_FUNCTIONS[operator], arguments: narrowToDates(unified), type: BOOLEAN };
}

/** The collation of one side holds for both. */
function bindCollatedComparison(
  context: ExpressionContext,
  operator: ComparisonOperator,
  left: Expression,
  right: Expression,
): PlanExpression {
  const [first, second] = [left, right].flatMap((side) => (side.kind === 'collate' ? [side] : []));
  const functions = first === undefined ? [] : collationFunctions(context, first);
  if (second !== undefined && collationFunctions(context, second).join() !== functions.join()) {
    throw bindError(context.state, 'SQL_TYPE_MISMATCH', 'the two sides have different collations', second.span);
  }
  const sides = [left, right].map((side) =>
    collated(context, bindWithin(context, side.kind === 'collate' ? side.operand : side), functions, side),
  );
  return predicate(COMPARISON_FUNCTIONS[operator], ...sides);
}

function bindRowComparison(context: ExpressionContext, operator: ComparisonOperator, left: Row, right: Row, span: Span): PlanExpression {
  if (left.elements.length !== right.elements.length) {
    const message = `rows of ${String(left.elements.length)} and ${String(right.elements.length)} values are compared`;
    throw bindError(context.state, 'SQL_TYPE_MISMATCH', message, span);
  }
  if (operator !== '=' && operator !== '<>') return bindRowOrder(context, operator, left.elements, right.elements, span);
  const parts = left.elements.map((element, index) => bindComparison(context, operator, element, right.elements[index] ?? element, span));
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : predicate(operator === '=' ? 'and' : 'or', ...parts);
}

/** Rows are ordered by their first parts that differ: `(a, b) < (c, d)` is `a < c OR (a = c AND b < d)`. */
function bindRowOrder(
  context: ExpressionContext,
  operator: '<' | '<=' | '>' | '>=',
  [left, ...moreLeft]: readonly Expression[],
  [right, ...moreRight]: readonly Expression[],
  span: Span,
): PlanExpression {
  if (left === undefined || right === undefined)
    throw bindError(context.state, 'SQL_TYPE_MISMATCH', 'rows without values are compared', span);
  if (moreLeft.length === 0) return bindComparison(context, operator, left, right, span);
  const strict = operator === '<' || operator === '<=' ? '<' : '>';
  const differs = bindComparison(context, strict, left, right, span);
  const rest = predicate(
    'and',
    bindComparison(context, '=', left, right, span),
    bindRowOrder(context, operator, moreLeft, moreRight, span),
  );
  return predicate('or', differs, rest);
}

/** Binds `x [NOT] BETWEEN low AND high`. The operand is bound twice, so that the ids of a subquery in it stay unique. */
export function bindBetween(context: ExpressionContext, node: Between): PlanExpression {
  const low = bindComparison(context, '>=', node.operand, node.low, node.span);
  const high = bindComparison(context, '<=', node.operand, node.high, node.span);
  return negateWhen(node.negated, predicate('and', low, high));
}

/** Binds `x IS [NOT] DISTINCT FROM y`. */
export function bindDistinctness(context: ExpressionContext, node: IsDistinct): PlanExpression {
  const { left, right } = node;
  if (left.kind === 'row' && right.kind === 'row' && left.elements.length === right.elements.length) {
    const parts = left.elements.map((element, index) =>
      bindDistinctness(context, { ...node, left: element, right: right.elements[index] ?? element }),
    );
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : predicate(node.negated ? 'and' : 'or', ...parts);
  }
  const operands = [bindWithin(context, node.left), bindWithin(context, node.right)];
  const name = node.negated ? 'is_not_distinct_from' : 'is_distinct_from';
  return predicate(name, ...unify(context.state, operands, [node.left.span, node.right.span], node.span, 'IS DISTINCT FROM'));
}

/** Binds `x [NOT] IN (v, ...)`; rows become a chain of comparisons. */
export function bindInList(context: ExpressionContext, node: InList): PlanExpression {
  const { operand, values } = node;
  if (operand.kind === 'row' || operand.kind === 'collate') {
    const matches = values.map((value) => bindComparison(context, '=', operand, value, node.span));
    return negateWhen(node.negated, matches.length === 1 && matches[0] !== undefined ? matches[0] : predicate('or', ...matches));
  }
  const bound = [operand, ...values].map((value) => bindWithin(context, value));
  const spans = [operand, ...values].map((value) => value.span);
  const [argument, ...items] = unify(context.state, bound, spans, node.span, 'IN');
  if (argument === undefined) throw bindError(context.state, 'SQL_TYPE_MISMATCH', 'IN has no operand', node.span);
  return negateWhen(node.negated, { kind: 'in', argument, items, type: BOOLEAN });
}
