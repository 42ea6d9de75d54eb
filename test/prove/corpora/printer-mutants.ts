import type { Expression, LogicalPlan, PlanNode, SortKey } from '../../../spi/index.ts';
import { rewritePlan, type Rewrites } from './rewrite-plan.ts';

/** A fault that a printer could have: what is printed is another plan than the one given. */
export interface PrinterMutant {
  readonly id: string;
  /** Returns the plan that the faulty printer would print; the same text of JSON where the fault does not show. */
  mutate(plan: LogicalPlan): LogicalPlan;
}

const mutant = (id: string, rewrites: Rewrites): PrinterMutant => ({ id, mutate: (plan) => rewritePlan(plan, rewrites) });

const renameCall = (from: string, to: string) => (expression: Expression) =>
  expression.kind === 'call' && expression.function === from ? { ...expression, function: to } : expression;

const sortKeys = (change: (key: SortKey) => SortKey) => (node: PlanNode) =>
  node.kind === 'limit' && node.input.kind === 'sort' ? { ...node, input: { ...node.input, keys: node.input.keys.map(change) } } : node;

/** Drops the last operand of the outermost conjunction. */
function withoutLastOperand(condition: Expression): Expression {
  if (condition.kind !== 'call' || condition.function !== 'and') return condition;
  const kept = condition.arguments.slice(0, -1);
  return kept.length === 1 && kept[0] !== undefined ? kept[0] : { ...condition, arguments: kept };
}

/** The faults that are seeded; each must show in at least one answer. */
export const PRINTER_MUTANTS: readonly PrinterMutant[] = [
  mutant('outer-join-as-inner', {
    node: (node) => (node.kind === 'join' && node.joinType === 'left' ? { ...node, joinType: 'inner' } : node),
  }),
  mutant('filter-lost', {
    node: (node) =>
      node.kind === 'filter' && node.input.kind !== 'aggregate' ? { ...node, predicate: withoutLastOperand(node.predicate) } : node,
  }),
  mutant('having-lost', { node: (node) => (node.kind === 'filter' && node.input.kind === 'aggregate' ? node.input : node) }),
  mutant('descending-lost', { node: sortKeys((key) => ({ ...key, descending: false })) }),
  mutant('nulls-at-the-other-end', { node: sortKeys((key) => ({ ...key, nullsFirst: !key.nullsFirst })) }),
  mutant('distinct-lost', { node: (node) => (node.kind === 'distinct' && node.on === null ? node.input : node) }),
  mutant('distinct-aggregate-lost', { aggregate: (call) => ({ ...call, distinct: false }) }),
  mutant('count-as-count-star', {
    aggregate: (call) => (call.function === 'count' ? { ...call, function: 'count_star', arguments: [], distinct: false } : call),
  }),
  mutant('sum-as-max', { aggregate: (call) => (call.function === 'sum' ? { ...call, function: 'max' } : call) }),
  mutant('intersect-as-union', {
    node: (node) => (node.kind === 'set_operation' && node.operation === 'intersect' ? { ...node, operation: 'union' } : node),
  }),
  mutant('union-all-as-union', {
    node: (node) => (node.kind === 'set_operation' && node.operation === 'union' && node.all ? { ...node, all: false } : node),
  }),
  mutant('less-as-less-or-equal', { expression: renameCall('lt', 'le') }),
  mutant('greater-or-equal-as-greater', { expression: renameCall('ge', 'gt') }),
  mutant('join-condition-lost', {
    node: (node) => (node.kind === 'join' && node.condition !== null ? { ...node, condition: withoutLastOperand(node.condition) } : node),
  }),
  mutant('grouping-sets-lost', { node: (node) => (node.kind === 'aggregate' ? { ...node, groupingSets: null } : node) }),
  mutant('partition-of-window-lost', { window: (call) => ({ ...call, partitionBy: [] }) }),
  mutant('else-lost', { expression: (expression) => (expression.kind === 'case' ? { ...expression, otherwise: null } : expression) }),
  mutant('limit-lost', { node: (node) => (node.kind === 'limit' ? node.input : node) }),
];
