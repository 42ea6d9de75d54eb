import type { Expression, LogicalPlan, ParameterValue, SessionSettings } from '../../spi/index.ts';

/** Rows `from` (inclusive) to `to` (exclusive) of a Parquet file, counted from 0. */
export interface FileRows {
  readonly file: string;
  readonly from: number;
  readonly to: number;
}

/** What a scan of the plan reads. */
export interface ScanInput {
  /** Absolute paths of Parquet files that are read whole. */
  readonly files: readonly string[];
  /** Files of which some rows are read. */
  readonly parts?: readonly FileRows[];
  /** True when the files' columns must be found by field id. */
  readonly byFieldId: boolean;
  /** What the rows must still meet. */
  readonly residual: Expression | null;
}

/** A value for a parameter slot; `type` is the canonical name of its type. */
export interface ParameterInput {
  readonly type: string;
  readonly value: ParameterValue;
}

/** One execution. There is no SQL text in it: the child prints the plan itself. */
export interface QueryMessage {
  readonly plan: LogicalPlan;
  readonly session: SessionSettings;
  /** One per scan node, in the order of `walkPlan`. */
  readonly scans: readonly ScanInput[];
  /** One per parameter slot. */
  readonly parameters: readonly ParameterInput[];
}
