import { mapPlans, type PlanNode } from '../../spi/index.ts';

/** Returns a plan with every node replaced by what the rule makes of it, inputs before the nodes that read them; the plans of subqueries too. */
export function mapPlanNodes(node: PlanNode, rule: (node: PlanNode) => PlanNode): PlanNode {
  return rule(mapPlans(node, (plan) => mapPlanNodes(plan, rule)));
}
