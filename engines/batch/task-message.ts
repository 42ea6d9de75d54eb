import type { StagingTarget } from '../../spi/index.ts';
import type { QueryMessage } from '../duckdb/query-message.ts';

/** How an executor process is set up; given as JSON in its first argument. */
export interface ExecutorSettings {
  /** Threads that it may use at most. */
  readonly threadsMax: number;
}

/** What an executor may touch and use while it belongs to one execution; sent once, ahead of its tasks. */
export interface ExecutionMessage {
  /** Everything below these directories may be read and written. */
  readonly directories: readonly string[];
  readonly memoryBytesMax: number;
  readonly spillDirectory: string;
  readonly spillBytesMax: number;
}

/** Where the rows of a task go. */
export type TaskOutput =
  /** Parquet files in an existing directory, one or more per partition by the hash of the key columns (positions in the output). */
  | { readonly kind: 'exchange'; readonly directory: string; readonly keys: readonly number[]; readonly partitions: number }
  /** Data files of the table that is written. */
  | { readonly kind: 'stage'; readonly target: StagingTarget }
  /** Encoded frames in one file. */
  | { readonly kind: 'spool'; readonly path: string };

/** One task. There is no SQL text in it: the executor prints the plan itself. */
export interface TaskMessage extends QueryMessage {
  readonly output: TaskOutput;
  readonly threads: number;
}

/** A file of an exchange. */
export interface ExchangeFile {
  readonly path: string;
  readonly partition: number;
  readonly rows: number;
  readonly bytes: number;
}

/** Methods that an executor serves. */
export const EXECUTOR_METHODS = {
  /** ExecutionMessage. */
  begin: 'begin',
  /** TaskMessage; answers with what was written: `ExchangeFile[]`, `DataFile[]`, or the number of bytes spooled. */
  run: 'run',
} as const;
