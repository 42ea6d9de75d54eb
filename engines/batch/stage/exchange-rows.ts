import { assert, type Expression, outputColumns, type PlanColumn, type PlanNode, type ScanNode } from '../../../spi/index.ts';
import { byPartition, partitionCount, type Planner, reading } from './planner.ts';
import type { Branch, ExchangeColumn, Source } from './stage-plan.ts';

/** Returns whether a piece of a plan is one task. */
export function isWhole(branches: readonly Branch[]): boolean {
  return branches.length === 1 && branches[0]?.source.kind === 'single';
}

/** Brings all rows of a node together in one task. */
export function gatherRows(planner: Planner, node: PlanNode, needed: ReadonlySet<number>): Branch {
  const branches = planner.spread(node, needed);
  const [only] = branches;
  assert(only !== undefined, 'a node has a branch');
  if (isWhole(branches)) return only;
  return { root: collectRows(planner, node, branches, needed), source: { kind: 'single' } };
}

/** Writes the rows of branches to files that are read whole. */
export function collectRows(planner: Planner, node: PlanNode, branches: readonly Branch[], needed: ReadonlySet<number>): ScanNode {
  const columns = outputColumns(node).filter((column) => needed.has(column.id));
  return planner.exchange(branches, { columns: columns.map(asIs), keys: [], partitions: 1, weight: planner.weigh(node) });
}

/** Rows divided by keys. */
export interface PartitionedRows {
  readonly scan: ScanNode;
  /** The keys as columns of `scan`. */
  readonly keys: readonly Expression[];
  readonly source: Source;
}

/** Divides the rows of a node by keys: rows whose keys are alike, NULLs being alike, come into the same partition. */
export function partitionRows(
  planner: Planner,
  node: PlanNode,
  keys: readonly Expression[],
  needed: ReadonlySet<number>,
  partitions = partitionCount(planner, planner.weigh(node)),
): PartitionedRows {
  const read = new Set(needed);
  for (const key of keys) if (key.kind === 'column') read.add(key.id);
  const branches = planner.spread(node, read);
  const kept = outputColumns(node).filter((column) => read.has(column.id));
  const plain = new Set(kept.map((column) => column.id));
  const computed = keys.filter((key) => key.kind !== 'column' || !plain.has(key.id));
  const { columns, roots } = computed.length === 0 ? keep(kept, branches) : compute(planner, kept, computed, branches);
  const made = columns.slice(kept.length);
  const keyColumns = keys.map((key) => {
    const found = computed.includes(key)
      ? made[computed.indexOf(key)]
      : columns.find(({ column }) => key.kind === 'column' && column.id === key.id);
    assert(found !== undefined, 'a key is a column of the exchange');
    return found;
  });
  const scan = planner.exchange(roots, {
    columns,
    keys: keyColumns.map((column) => columns.indexOf(column)),
    partitions,
    weight: planner.weigh(node),
  });
  return { scan, keys: keyColumns.map(({ column }) => reading(column)), source: byPartition([scan], partitions) };
}

interface Prepared {
  readonly columns: readonly ExchangeColumn[];
  readonly roots: readonly Branch[];
}

function keep(kept: readonly PlanColumn[], branches: readonly Branch[]): Prepared {
  return { columns: kept.map(asIs), roots: branches };
}

/** Keys that are no columns yet are computed beside the columns, which pass under other ids, since ids are unique in a plan. */
function compute(planner: Planner, kept: readonly PlanColumn[], computed: readonly Expression[], branches: readonly Branch[]): Prepared {
  const passed = kept.map((column) => planner.newColumn(column));
  const made = computed.map((key) => planner.newColumn({ name: 'key', type: key.type, nullable: true }));
  const columns = [
    ...passed.map((column, index) => ({ ...column, expression: reading(kept[index] ?? column) })),
    ...made.map((column, index) => ({ ...column, expression: computed[index] ?? reading(column) })),
  ];
  return {
    columns: [...kept.map((column, index) => ({ id: passed[index]?.id ?? column.id, column })), ...made.map(asIs)],
    roots: branches.map((branch) => ({ ...branch, root: { kind: 'project', input: branch.root, columns } })),
  };
}

function asIs(column: PlanColumn): ExchangeColumn {
  return { id: column.id, column };
}
