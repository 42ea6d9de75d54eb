import {
  type DistinctNode,
  type Expression,
  outputColumns,
  type PlanNode,
  type SetOperationNode,
  type WindowNode,
} from '../../../spi/index.ts';
import { neededBelow } from './column-use.ts';
import { gatherRows, isWhole, partitionRows } from './exchange-rows.ts';
import { byPartition, partitionCount, type Planner, reading } from './planner.ts';
import type { Branch } from './stage-plan.ts';

/** Spreads window functions by the keys that all their partitions share; without such keys they see all rows in one task. */
export function spreadWindow(planner: Planner, node: WindowNode, needed: ReadonlySet<number>): readonly Branch[] {
  const below = neededBelow(node, needed);
  const keys = commonKeys(node);
  if (keys.length === 0) return whole(planner, node, below);
  const rows = partitionRows(planner, node.input, keys, below);
  return [{ root: { ...node, input: rows.scan }, source: rows.source }];
}

function commonKeys(node: WindowNode): readonly Expression[] {
  const [first, ...others] = node.windows.map((column) => column.call.partitionBy);
  return (first ?? []).filter((key) => others.every((keys) => keys.some((other) => JSON.stringify(other) === JSON.stringify(key))));
}

/** Spreads the removal of duplicates: within each piece first where whole rows count, then within rows divided by what must differ. */
export function spreadDistinct(planner: Planner, node: DistinctNode, needed: ReadonlySet<number>): readonly Branch[] {
  if (node.on !== null) {
    const below = neededBelow(node, needed);
    if (node.on.length === 0) return whole(planner, node, below);
    const rows = partitionRows(planner, node.input, node.on, below);
    return [{ root: { ...node, input: rows.scan }, source: rows.source }];
  }
  const columns = outputColumns(node.input);
  const all = new Set(columns.map((column) => column.id));
  if (columns.length === 0) return whole(planner, node, all);
  const branches = planner.spread(node.input, all);
  const [only] = branches;
  if (only !== undefined && isWhole(branches)) return [{ ...only, root: { ...node, input: only.root } }];
  const weight = planner.weigh(node);
  const partitions = partitionCount(planner, weight);
  const pieces = branches.map((branch) => ({ ...branch, root: { ...node, input: branch.root } }));
  const handedOn = columns.map((column) => ({ id: column.id, column }));
  const scan = planner.exchange(pieces, { columns: handedOn, keys: columns.map((_, index) => index), partitions, weight });
  return [{ root: { ...node, input: scan }, source: byPartition([scan], partitions) }];
}

/** Spreads a set operation: UNION ALL has the pieces of both sides; the others compare rows divided by all their columns. */
export function spreadSetOperation(planner: Planner, node: SetOperationNode): readonly Branch[] {
  if (node.operation === 'union') {
    if (node.all) return [...unionSide(planner, node, node.left, node.leftIds), ...unionSide(planner, node, node.right, node.rightIds)];
    const all: PlanNode = { ...node, all: true };
    return spreadDistinct(planner, { kind: 'distinct', input: all, on: null, orderBy: [] }, new Set());
  }
  const [leftIds, rightIds] = [new Set(node.leftIds), new Set(node.rightIds)];
  if (node.columns.length === 0) {
    const [left, right] = [gatherRows(planner, node.left, leftIds), gatherRows(planner, node.right, rightIds)];
    return [{ root: { ...node, left: left.root, right: right.root }, source: { kind: 'single' } }];
  }
  const count = partitionCount(planner, planner.weigh(node));
  const left = partitionRows(planner, node.left, columnsOf(node, node.leftIds), leftIds, count).scan;
  const right = partitionRows(planner, node.right, columnsOf(node, node.rightIds), rightIds, count).scan;
  return [{ root: { ...node, left, right }, source: byPartition([left, right], count) }];
}

function columnsOf(node: SetOperationNode, ids: readonly number[]): readonly Expression[] {
  return node.columns.map((column, index) => reading({ ...column, id: ids[index] ?? column.id }));
}

function unionSide(planner: Planner, node: SetOperationNode, side: PlanNode, ids: readonly number[]): readonly Branch[] {
  const keys = columnsOf(node, ids);
  const columns = node.columns.map((column, index) => ({ ...column, expression: keys[index] ?? reading(column) }));
  return planner.spread(side, new Set(ids)).map((branch) => ({ ...branch, root: { kind: 'project', input: branch.root, columns } }));
}

/** All rows in one task. */
function whole(planner: Planner, node: WindowNode | DistinctNode, below: ReadonlySet<number>): readonly Branch[] {
  const rows = gatherRows(planner, node.input, below);
  return [{ ...rows, root: { ...node, input: rows.root } }];
}
