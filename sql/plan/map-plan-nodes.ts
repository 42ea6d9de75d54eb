import type { Expression, PlanNode } from '../../spi/index.ts';
import { mapExpression, mapPlanExpressions } from './map-plan.ts';

/** Returns a plan with every node replaced by what the rule makes of it, inputs before the nodes that read them; the plans of subqueries too. */
export function mapPlanNodes(node: PlanNode, rule: (node: PlanNode) => PlanNode): PlanNode {
  const inSubqueries = (expression: Expression): Expression | null => {
    if (!('plan' in expression)) return null;
    const plan = mapPlanNodes(expression.plan, rule);
    const operands = (operand: Expression): Expression => mapExpression(operand, inSubqueries);
    switch (expression.kind) {
      case 'in_subquery':
        return { ...expression, plan, arguments: expression.arguments.map(operands) };
      case 'quantified':
        return { ...expression, plan, argument: operands(expression.argument) };
      case 'scalar_subquery':
      case 'exists':
        return { ...expression, plan };
    }
  };
  const visit = (input: PlanNode): PlanNode => rule(mapInputs(input, visit, inSubqueries));
  return visit(node);
}

function mapInputs(
  node: PlanNode,
  visit: (node: PlanNode) => PlanNode,
  inSubqueries: (expression: Expression) => Expression | null,
): PlanNode {
  const own = mapPlanExpressions(node, inSubqueries, false);
  switch (own.kind) {
    case 'scan':
    case 'values':
    case 'table_function':
    case 'unnest':
    case 'cte_scan':
      return own;
    case 'join':
    case 'set_operation':
      return { ...own, left: visit(own.left), right: visit(own.right) };
    case 'with':
      return {
        ...own,
        ctes: own.ctes.map((cte) => ({
          ...cte,
          plan: visit(cte.plan),
          recursive: cte.recursive === null ? null : { ...cte.recursive, plan: visit(cte.recursive.plan) },
        })),
        body: visit(own.body),
      };
    default:
      return { ...own, input: visit(own.input) };
  }
}
