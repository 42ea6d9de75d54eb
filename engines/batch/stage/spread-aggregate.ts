import type { AggregateNode, PlanColumn, PlanNode } from '../../../spi/index.ts';
import { neededBelow } from './column-use.ts';
import { gatherRows, isWhole, partitionRows } from './exchange-rows.ts';
import { type PartialAggregate, partialAggregate } from './partial-aggregate.ts';
import { byPartition, partitionCount, type Planner, reading } from './planner.ts';
import type { Branch } from './stage-plan.ts';

/** Spreads an aggregation: first over each piece, then over the groups divided by their keys; where a function needs all rows of a group
 *  together, the rows are divided by the keys instead. */
export function spreadAggregate(planner: Planner, node: AggregateNode, needed: ReadonlySet<number>): readonly Branch[] {
  const below = neededBelow(node, needed);
  const partial = node.groupingSets === null ? partialAggregate(planner, node) : null;
  if (partial !== null) return spreadInSteps(planner, node, partial, planner.spread(node.input, below));
  if (node.groupingSets !== null || node.groups.length === 0) {
    const rows = gatherRows(planner, node.input, below);
    return [{ ...rows, root: { ...node, input: rows.root } }];
  }
  const keys = node.groups.map((group) => group.expression);
  const rows = partitionRows(planner, node.input, keys, below);
  const groups = node.groups.map((group, index) => ({ ...group, expression: rows.keys[index] ?? group.expression }));
  return [{ root: { ...node, input: rows.scan, groups }, source: rows.source }];
}

function spreadInSteps(planner: Planner, node: AggregateNode, partial: PartialAggregate, branches: readonly Branch[]): readonly Branch[] {
  const [only] = branches;
  if (only !== undefined && isWhole(branches)) return [{ ...only, root: { ...node, input: only.root } }];
  const groups = node.groups.map((group) => ({ ...planner.newColumn(group), expression: group.expression }));
  const pieces = branches.map((branch) => ({
    ...branch,
    root: { ...node, input: branch.root, groups, aggregates: partial.partials },
  }));
  const columns: readonly PlanColumn[] = [...groups, ...partial.partials];
  const weight = planner.weigh(node);
  const partitions = groups.length === 0 ? 1 : partitionCount(planner, weight);
  const scan = planner.exchange(pieces, {
    columns: columns.map(({ id, name, type, nullable }) => ({ id, column: { id, name, type, nullable } })),
    keys: groups.map((_, index) => index),
    partitions,
    weight,
  });
  return [{ root: mergeGroups(planner, node, partial, groups, scan), source: byPartition([scan], partitions) }];
}

/** Groups what the pieces gave, and computes the columns of the whole from that. */
function mergeGroups(
  planner: Planner,
  node: AggregateNode,
  partial: PartialAggregate,
  groups: readonly PlanColumn[],
  scan: PlanNode,
): PlanNode {
  const merged = groups.map((group) => ({ ...planner.newColumn(group), expression: reading(group) }));
  const input: PlanNode = { kind: 'aggregate', input: scan, groups: merged, groupingSets: null, aggregates: partial.merges };
  const carried = node.groups.map((group, index) => ({ ...group, expression: reading(merged[index] ?? group) }));
  return { kind: 'project', input, columns: [...carried, ...partial.results] };
}
