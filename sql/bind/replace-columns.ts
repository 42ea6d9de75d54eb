import { type Expression, mapInputs, mapNodeExpressions, mapOperands, type PlanNode, withPlan } from '../../spi/index.ts';

/** Returns an expression in which columns are replaced, those too that its subqueries read. What names none of them stays itself. */
export function replaceColumns(expression: Expression, values: ReadonlyMap<number, Expression>): Expression {
  if (expression.kind === 'column') return values.get(expression.id) ?? expression;
  const inside = mapOperands(expression, (operand) => replaceColumns(operand, values));
  if (!('plan' in inside)) return inside;
  const plan = replaceColumnsIn(inside.plan, values);
  return plan === inside.plan ? inside : withPlan(inside, plan);
}

/** Returns a plan in which columns of the surroundings are replaced. */
export function replaceColumnsIn(plan: PlanNode, values: ReadonlyMap<number, Expression>): PlanNode {
  const inner = mapInputs(plan, (input) => replaceColumnsIn(input, values));
  return mapNodeExpressions(inner, (expression) => replaceColumns(expression, values));
}
