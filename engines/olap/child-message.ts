import type { Expression, Field, LogicalPlan, ParameterValue, PartitionSpec, SessionSettings } from '../../spi/index.ts';

/** How a child process is set up; given as JSON in its first argument. */
export interface ChildSettings {
  /** A writer runs one query and is closed to all but the data and that query's staging directory. */
  readonly role: 'query' | 'writer';
  /** The directory of the stored files. */
  readonly dataDirectory: string;
  /** A directory for what operators spill. */
  readonly spillDirectory: string;
  readonly spillBytesMax: number;
  /** DuckDB's own limit. */
  readonly memoryBytesMax: number;
  readonly threads: number;
}

/** What a scan of the plan reads. */
export interface ScanInput {
  /** Absolute paths of Parquet files. */
  readonly files: readonly string[];
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

/** One execution whose rows are staged as Parquet files. */
export interface WriteMessage extends QueryMessage {
  readonly directory: string;
  readonly fields: readonly Field[];
  readonly partitionSpec: PartitionSpec;
  readonly fileSizeBytesTarget: number;
}

/** Methods that a child serves. */
export const CHILD_METHODS = {
  /** QueryMessage; answers with frames. */
  query: 'query',
  /** Resolves when no query runs any more. */
  settle: 'settle',
  /** Tells how far the running query is. */
  progress: 'progress',
  /** WriteMessage; answers with the files written. */
  write: 'write',
} as const;

/** Answer of `progress`; the fraction is null while it is not known. */
export interface ProgressAnswer {
  readonly fraction: number | null;
  readonly rowsRead: number;
}
