import type { AggregateCall, Expression, LogicalPlan, PlanNode, WindowCall } from '../../../spi/index.ts';

/** What is put in the place of the parts of a plan; parts that are not named stay. */
export interface Rewrites {
  node?(node: PlanNode): PlanNode;
  expression?(expression: Expression): Expression;
  aggregate?(call: AggregateCall): AggregateCall;
  window?(call: WindowCall): WindowCall;
}

const NODES: ReadonlySet<string> = new Set<PlanNode['kind']>([
  'scan',
  'values',
  'table_function',
  'unnest',
  'project',
  'filter',
  'join',
  'aggregate',
  'window',
  'sort',
  'limit',
  'distinct',
  'set_operation',
  'with',
  'cte_scan',
]);

/** Returns the plan with parts rewritten, inner parts first, wherever they stand. */
export function rewritePlan(plan: LogicalPlan, rewrites: Rewrites): LogicalPlan {
  return { ...plan, root: rewriteValue(plan.root, rewrites) as PlanNode };
}

/** A plan is JSON, so that a walk over all values finds every part; a part is told by its keys. */
function rewriteValue(value: unknown, rewrites: Rewrites): unknown {
  if (Array.isArray(value)) return value.map((element) => rewriteValue(element, rewrites));
  if (typeof value !== 'object' || value === null) return value;
  const inner = Object.fromEntries(Object.entries(value).map(([key, part]) => [key, rewriteValue(part, rewrites)]));
  if ('windowOrderBy' in inner) return rewrites.window?.(inner as unknown as WindowCall) ?? inner;
  if ('distinct' in inner && 'function' in inner) return rewrites.aggregate?.(inner as unknown as AggregateCall) ?? inner;
  if (typeof inner['kind'] !== 'string') return inner;
  if (NODES.has(inner['kind'])) return rewrites.node?.(inner as unknown as PlanNode) ?? inner;
  return 'type' in inner ? (rewrites.expression?.(inner as unknown as Expression) ?? inner) : inner;
}
