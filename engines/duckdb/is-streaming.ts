import { planInputs, type PlanNode } from '../../spi/index.ts';

const PASSING: ReadonlySet<PlanNode['kind']> = new Set(['scan', 'values', 'table_function', 'project', 'filter', 'limit', 'unnest']);

/** Whether the first rows of a plan are there before all rows were read. */
export function isStreaming(node: PlanNode): boolean {
  const passes = PASSING.has(node.kind);
  return passes && planInputs(node).every(isStreaming);
}
