import type { Expression, LimitNode, PlanNode, SortNode } from '../../../spi/index.ts';
import { neededBelow } from './column-use.ts';
import { collectRows, gatherRows, isWhole } from './exchange-rows.ts';
import type { Planner } from './planner.ts';
import type { Branch } from './stage-plan.ts';

/** An order has its rows in one task. */
export function spreadSort(planner: Planner, node: SortNode, needed: ReadonlySet<number>): readonly Branch[] {
  const rows = gatherRows(planner, node.input, neededBelow(node, needed));
  return [{ ...rows, root: { ...node, input: rows.root } }];
}

/** Cuts each piece off before the whole is cut off: of an order each piece gives its first rows only. */
export function spreadLimit(planner: Planner, node: LimitNode, needed: ReadonlySet<number>): readonly Branch[] {
  const count = rowsAtMost(node);
  const order = orderBelow(node.input);
  const cut = order ?? { sort: null, input: node.input, needed };
  const below = order === null ? needed : order.neededOf(needed);
  const branches = planner.spread(cut.input, below);
  const [only] = branches;
  const onTop = (input: PlanNode): PlanNode => ({ ...node, input: order === null ? input : order.rebuild(input) });
  if (only !== undefined && isWhole(branches)) return [{ ...only, root: onTop(only.root) }];
  const pieces =
    count === null ? branches : branches.map((branch) => ({ ...branch, root: firstRows(branch.root, order?.sort ?? null, count) }));
  const rows = collectRows(planner, cut.input, pieces, below);
  return [{ root: onTop(rows), source: { kind: 'single' } }];
}

function firstRows(input: PlanNode, sort: SortNode | null, count: Expression): PlanNode {
  return { kind: 'limit', input: sort === null ? input : { ...sort, input }, limit: count, offset: null };
}

/** Rows that a limit may need of its input, null when that is not known yet. */
function rowsAtMost({ limit, offset }: LimitNode): Expression | null {
  if (limit?.kind !== 'literal' || typeof limit.value !== 'string') return null;
  if (offset !== null && (offset.kind !== 'literal' || typeof offset.value !== 'string')) return null;
  const rows = BigInt(limit.value) + BigInt(offset === null ? '0' : String(offset.value));
  return rows < 2n ** 62n ? { ...limit, value: String(rows) } : null;
}

interface OrderBelow {
  readonly sort: SortNode;
  /** What is sorted. */
  readonly input: PlanNode;
  neededOf(needed: ReadonlySet<number>): ReadonlySet<number>;
  /** Puts the order, and what was computed above it, on top of other rows. */
  rebuild(input: PlanNode): PlanNode;
}

function orderBelow(node: PlanNode): OrderBelow | null {
  if (node.kind === 'sort') {
    return { sort: node, input: node.input, neededOf: (needed) => neededBelow(node, needed), rebuild: (input) => ({ ...node, input }) };
  }
  if (node.kind !== 'project') return null;
  const below = orderBelow(node.input);
  if (below === null) return null;
  return {
    ...below,
    neededOf: (needed) => below.neededOf(neededBelow(node, needed)),
    rebuild: (input) => ({ ...node, input: below.rebuild(input) }),
  };
}
