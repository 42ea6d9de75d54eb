import type { Expression, PlanColumn, PlanNode, ScanNode } from '../../../spi/index.ts';
import type { Branch, ExchangeColumn, Source } from './stage-plan.ts';
import type { Weight } from './weigh-node.ts';

/** What decides how finely a query is cut. */
export interface CutSettings {
  /** Tasks that run at once. */
  readonly executors: number;
  /** Units: bytes of input that a task should have. */
  readonly taskBytesTarget: number;
  /** Units: bytes of one side of a join that every task may read whole. */
  readonly broadcastBytesMax: number;
}

/** Cuts one plan; the rules for the kinds of nodes work on it. */
export interface Planner {
  readonly settings: CutSettings;
  /** Returns branches whose rows together are those of the node; `needed` are the columns that anything above reads. */
  spread(node: PlanNode, needed: ReadonlySet<number>): readonly Branch[];
  weigh(node: PlanNode): Weight;
  /** Returns a column under an id that the plan does not use. */
  newColumn(like: Omit<PlanColumn, 'id'>): PlanColumn;
  /** Ends the branches in a stage and returns the node that reads what it hands on. */
  exchange(branches: readonly Branch[], output: ExchangeOutput): ScanNode;
}

/** What a new stage hands on. */
export interface ExchangeOutput {
  readonly columns: readonly ExchangeColumn[];
  /** Positions in `columns`. */
  readonly keys: readonly number[];
  readonly partitions: number;
  readonly weight: Weight;
}

const PARTITIONS_MAX = 256;

/** Returns into how many partitions rows are divided, so that each is a task's work. */
export function partitionCount({ settings }: Planner, weight: Weight): number {
  return Math.min(PARTITIONS_MAX, Math.max(settings.executors, Math.ceil(weight.bytes / settings.taskBytesTarget)));
}

/** Returns an expression that reads a column. */
export function reading(column: PlanColumn): Expression {
  return { kind: 'column', id: column.id, type: column.type };
}

/** Returns the source of tasks that read one partition each. */
export function byPartition(scans: readonly ScanNode[], count: number): Source {
  return count === 1 ? { kind: 'single' } : { kind: 'partitions', scans, count };
}
