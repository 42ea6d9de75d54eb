import type { JoinNode, JoinType, PlanNode } from '../../../spi/index.ts';
import { freeIds, neededBelow } from './column-use.ts';
import { collectRows, gatherRows, isWhole, partitionRows } from './exchange-rows.ts';
import { isRepeatable } from './is-repeatable.ts';
import { type JoinKeys, joinKeys } from './join-keys.ts';
import { byPartition, partitionCount, type Planner } from './planner.ts';
import type { Branch } from './stage-plan.ts';

/** Joins whose rows are those of the pieces of one side, each joined with the whole other side. */
const LEFT_DRIVES: ReadonlySet<JoinType> = new Set(['inner', 'cross', 'left', 'semi', 'anti', 'asof_inner', 'asof_left']);
const RIGHT_DRIVES: ReadonlySet<JoinType> = new Set(['inner', 'cross', 'right']);

/** Spreads a join: one side in pieces with the other read whole by every task where that is small, else both divided by the keys. */
export function spreadJoin(planner: Planner, node: JoinNode, needed: ReadonlySet<number>): readonly Branch[] {
  const below = neededBelow(node, needed);
  if (node.lateral) return spreadLateral(planner, node, below);
  const driving = drivingSide(planner, node);
  const keys = joinKeys(node);
  const { broadcastBytesMax } = planner.settings;
  if (driving !== null && (keys === null || planner.weigh(driving === 'left' ? node.right : node.left).bytes <= broadcastBytesMax)) {
    return spreadByBroadcast(planner, node, driving, below);
  }
  if (keys !== null) return spreadByKeys(planner, node, keys, below);
  const [left, right] = [gatherRows(planner, node.left, below), gatherRows(planner, node.right, below)];
  return [{ root: { ...node, left: left.root, right: right.root }, source: { kind: 'single' } }];
}

/** The right side is computed for each row of the left, so it stays with it. */
function spreadLateral(planner: Planner, node: JoinNode, below: ReadonlySet<number>): readonly Branch[] {
  const branches = planner.spread(node.left, new Set([...below, ...freeIds(node.right)]));
  return branches.map((branch) => ({ ...branch, root: { ...node, left: branch.root } }));
}

function drivingSide(planner: Planner, node: JoinNode): 'left' | 'right' | null {
  const left = LEFT_DRIVES.has(node.joinType);
  const right = RIGHT_DRIVES.has(node.joinType);
  if (left && right) return planner.weigh(node.left).bytes >= planner.weigh(node.right).bytes ? 'left' : 'right';
  return left ? 'left' : right ? 'right' : null;
}

function spreadByBroadcast(planner: Planner, node: JoinNode, driving: 'left' | 'right', below: ReadonlySet<number>): readonly Branch[] {
  const branches = planner.spread(node[driving], below);
  const other = wholeSide(planner, driving === 'left' ? node.right : node.left, below, isWhole(branches));
  return branches.map((branch) => ({
    ...branch,
    root: { ...node, left: driving === 'left' ? branch.root : other, right: driving === 'left' ? other : branch.root },
  }));
}

/** What tasks would compute differently, or at length, is computed once ahead of them. */
function wholeSide(planner: Planner, side: PlanNode, below: ReadonlySet<number>, readOnce: boolean): PlanNode {
  if (isRepeatable(side)) return side;
  if (readOnce) return gatherRows(planner, side, below).root;
  return collectRows(planner, side, planner.spread(side, below), below);
}

function spreadByKeys(planner: Planner, node: JoinNode, keys: JoinKeys, below: ReadonlySet<number>): readonly Branch[] {
  const count = partitionCount(planner, planner.weigh(node));
  const left = partitionRows(planner, node.left, keys.left, below, count).scan;
  const right = partitionRows(planner, node.right, keys.right, below, count).scan;
  return [{ root: { ...node, left, right }, source: byPartition([left, right], count) }];
}
