export { conjunction } from './conjunction.ts';
export { fingerprint } from './fingerprint.ts';
export { formatPlan } from './format-plan.ts';
export { mapExpression } from './map-plan.ts';
export { mapPlanNodes } from './map-plan-nodes.ts';
export { idsReadByPosition, narrowest, pruneColumns } from './prune-columns.ts';
export { PLAN_RULES, type PlanRule, rewritePlan } from './plan-rules.ts';
export { pushDownFilters } from './push-down-filters.ts';
export { restrictScan } from './restrict-scan.ts';
