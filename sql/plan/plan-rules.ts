import type { PlanNode } from '../../spi/index.ts';
import { foldConstants } from './fold-constants.ts';
import { pruneColumns } from './prune-columns.ts';
import { pushDownFilters } from './push-down-filters.ts';

/** Makes another plan of equal meaning. */
export interface PlanRule {
  /** In kebab-case, unique. */
  readonly name: string;
  /** `outputIds` are the columns of the root that are the result. */
  apply(root: PlanNode, outputIds: readonly number[]): PlanNode;
}

/** All rules, in the order in which they are applied. The meaning of a plan is the same after each of them, and without any of them. */
export const PLAN_RULES: readonly PlanRule[] = [
  { name: 'fold-constants', apply: foldConstants },
  { name: 'push-down-filters', apply: pushDownFilters },
  { name: 'prune-columns', apply: pruneColumns },
];

/** Returns a plan after the rules. */
export function rewritePlan(root: PlanNode, outputIds: readonly number[], rules: readonly PlanRule[] = PLAN_RULES): PlanNode {
  return rules.reduce((node, rule) => rule.apply(node, outputIds), root);
}
