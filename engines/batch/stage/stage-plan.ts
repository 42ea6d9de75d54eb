import type { PlanColumn, PlanNode, ScanNode } from '../../../spi/index.ts';

/** A piece of a plan that runs in tasks: the rows of the piece are those of all its tasks together. */
export interface Branch {
  readonly root: PlanNode;
  readonly source: Source;
}

/** How the tasks of a branch divide its input. Scans that are not named here are read whole by every task. */
export type Source =
  | { readonly kind: 'single' }
  /** Each task reads some of the files, or some rows of a file, of this scan. */
  | { readonly kind: 'split'; readonly scan: ScanNode }
  /** Task i reads partition i of each of these exchanges, which all have the same number of partitions. */
  | { readonly kind: 'partitions'; readonly scans: readonly ScanNode[]; readonly count: number };

/** A column that a stage hands on: the column of the branches' roots, and how the exchange is read. */
export interface ExchangeColumn {
  readonly id: number;
  readonly column: PlanColumn;
}

/** What becomes of the rows of a stage. */
export type StageOutput =
  /** Written to files for later stages: rows of equal keys (positions in `columns`) in the same partition, NULLs being alike. */
  | {
      readonly kind: 'exchange';
      readonly columns: readonly ExchangeColumn[];
      readonly keys: readonly number[];
      readonly partitions: number;
    }
  /** The statement's own rows. */
  | { readonly kind: 'final' };

/** Tasks that run the same piece of the plan and depend on the same earlier stages. */
export interface Stage {
  /** Position in `StagePlan.stages`. */
  readonly id: number;
  readonly branches: readonly Branch[];
  readonly output: StageOutput;
}

/** A query as stages; each reads exchanges of earlier ones only, and the last puts out the query's rows. */
export interface StagePlan {
  readonly stages: readonly Stage[];
}
