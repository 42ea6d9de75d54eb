import { hasSubquery, planInputs, type PlanNode, planExpressions, walkPlan } from '../../../spi/index.ts';

/** Functions whose value is another at every call. */
const VOLATILE: ReadonlySet<string> = new Set(['random', 'gen_random_uuid']);

/** Nodes that give the same rows wherever and however often they are computed, at little more cost than reading their input. */
const STREAMING: ReadonlySet<PlanNode['kind']> = new Set(['scan', 'values', 'table_function', 'unnest', 'filter', 'project', 'join']);

/** Returns whether every task may compute the rows for itself: they are the same each time, and cost little more than reading the input. */
export function isRepeatable(node: PlanNode): boolean {
  if (!STREAMING.has(node.kind)) return false;
  if (node.kind === 'join' && node.joinType !== 'inner' && node.joinType !== 'cross' && node.joinType !== 'semi') return false;
  if (planExpressions(node).some(hasSubquery) || isVolatile(node)) return false;
  return planInputs(node).every(isRepeatable);
}

/** Returns whether a plan calls a function whose value is another at every call. */
export function isVolatile(plan: PlanNode): boolean {
  let found = false;
  walkPlan(plan, {
    expression: (expression) => {
      if (expression.kind === 'call' && VOLATILE.has(expression.function)) found = true;
    },
  });
  return found;
}
