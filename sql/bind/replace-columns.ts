import type { Expression, PlanNode } from '../../spi/index.ts';
import { type ExpressionRule, mapExpression, mapPlan } from '../plan/index.ts';

/** Returns an expression in which columns are replaced, those too that its subqueries read. What names none of them stays itself. */
export function replaceColumns(expression: Expression, values: ReadonlyMap<number, Expression>): Expression {
  return mapExpression(expression, byId(values));
}

/** Returns a plan in which columns of the surroundings are replaced. */
export function replaceColumnsIn(plan: PlanNode, values: ReadonlyMap<number, Expression>): PlanNode {
  return mapPlan(plan, byId(values));
}

const byId =
  (values: ReadonlyMap<number, Expression>): ExpressionRule =>
  (expression) =>
    expression.kind === 'column' ? (values.get(expression.id) ?? expression) : null;
