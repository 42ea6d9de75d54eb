import { type Expression, mapInputs, mapNodeExpressions, mapOperands, type PlanNode, withPlan } from '../../spi/index.ts';

/** Rewrites an expression from the top: where the rule gives a replacement it stands, elsewhere the operands are rewritten.
 *  Plans of subqueries are rewritten too. */
export type ExpressionRule = (expression: Expression) => Expression | null;

/** Returns an expression rewritten by a rule. */
export function mapExpression(expression: Expression, rule: ExpressionRule): Expression {
  const replacement = rule(expression);
  if (replacement !== null) return replacement;
  const inside = mapOperands(expression, (operand) => mapExpression(operand, rule));
  return inside.kind !== 'call' && 'plan' in inside ? withPlan(inside, mapPlan(inside.plan, rule)) : inside;
}

/** Returns a plan whose expressions are rewritten by a rule. */
export function mapPlan(node: PlanNode, rule: ExpressionRule): PlanNode {
  const inside = mapInputs(node, (input) => mapPlan(input, rule));
  // The constants of a LIMIT are its own, even where they look like something that the rule replaces.
  return inside.kind === 'limit' ? inside : mapNodeExpressions(inside, (expression) => mapExpression(expression, rule));
}
