import type { Row } from '../arrow/index.ts';
import type { ArrowStream } from './arrow-stream.ts';

/** A positional parameter of a prepared statement (`$1` is the first).
 *  Shape: `type` is a canonical type name such as `bigint`, `varchar`, `decimal(10,2)`, `timestamptz`; `value` is its text form
 *  (64-bit integers, decimals, dates and timestamps always as strings), bytes for `varbinary`, or null. */
export interface StatementParameter {
  readonly type: string;
  readonly value: string | number | bigint | boolean | Uint8Array | null;
}

/** How far the running statement has come; `percent` is -1 while it is not known. */
export interface StatementProgress {
  readonly percent: number;
  readonly rows: bigint;
  readonly totalRows: bigint;
}

/** One session of a database. One statement or one open stream at a time: starting a statement while a stream is open closes the stream.
 *  Guarantees: no method blocks the event loop for the time of a statement; every failure is a PlatformError. */
export interface Connection {
  /** Runs one statement and drops its result. Queries stay prepared for the next time, other statements only if `keeps` is set. */
  execute(sql: string, parameters?: readonly StatementParameter[], options?: { readonly keeps?: boolean }): Promise<void>;
  /** Runs one statement whose result is small and returns its rows. @see execute for `keeps` */
  queryRows(sql: string, parameters?: readonly StatementParameter[], options?: { readonly keeps?: boolean }): Promise<readonly Row[]>;
  /** Starts one statement and returns its result as Arrow IPC frames. */
  stream(sql: string, parameters?: readonly StatementParameter[]): Promise<ArrowStream>;
  /** Creates a temporary table from Arrow IPC frames (schema first) and returns the number of rows. */
  ingest(tableName: string, frames: AsyncIterable<Uint8Array>): Promise<number>;
  /** Makes the running statement fail with ENGINE_CANCELLED. */
  interrupt(): void;
  progress(): StatementProgress;
  /** Interrupts what runs, waits for it, and frees the session. */
  close(): Promise<void>;
}

/** One DuckDB instance of this process. */
export interface Database {
  connect(): Connection;
  /** Closes all connections, then the instance. */
  close(): Promise<void>;
}
