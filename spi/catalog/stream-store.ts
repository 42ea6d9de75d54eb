import type { CommitResult, Fragment, WriteTransaction } from './table-sink.ts';
import type { RelationName, TableRef } from './table-ref.ts';
import type { TableSpec } from './table-spec.ts';

/** A materialized view that is to be: a query kept fresh in a table of its own. */
export interface NewStream {
  /** The table that takes the result has this name. */
  readonly result: TableSpec;
  /** The table that takes the rows that came too late; null when no source has a watermark. */
  readonly late: TableSpec | null;
  /** The query's text in the platform's own dialect. */
  readonly sql: string;
  readonly defaultSchema: string;
  /** IANA name under which the text is bound. */
  readonly timeZone: string;
  /** Equal for queries of equal meaning: `BoundQuery.fingerprint` of the text. */
  readonly fingerprint: string;
}

/** How far a stream had read a table. */
export interface StreamOffset {
  readonly table: TableRef;
  /** The newest snapshot whose rows are part of the result; null before the first. */
  readonly snapshotId: string | null;
}

/** What a stream goes on from after a restart: it is committed together with the result that belongs to it. */
export interface StreamCheckpoint {
  /** 1 for the first, then one more each. */
  readonly sequence: number;
  /** By scan of the plan, in the order of the plan. */
  readonly offsets: readonly StreamOffset[];
  /** File of the engine's state; null for none. */
  readonly stateUri: string | null;
  /** Data files of the result whose rows may still change: the next checkpoint that changes one replaces them. */
  readonly openFiles: readonly string[];
  /** By scan. Units: microseconds since 1970 UTC as decimal text; null where there is none. */
  readonly watermarksUs: readonly (string | null)[];
  readonly rowsRead: number;
  readonly lateRows: number;
  /** Units: milliseconds since 1970 UTC. */
  readonly committedAtMs: number;
}

/** A stream as the catalog knows it. */
export interface StreamRecord extends Omit<NewStream, 'result' | 'late'> {
  readonly table: TableRef;
  readonly lateTable: TableRef | null;
  readonly paused: boolean;
  /** Why it stopped by itself; null while nothing is wrong. */
  readonly failure: { readonly code: string; readonly message: string } | null;
  readonly checkpoint: StreamCheckpoint | null;
  readonly createdAtMs: number;
}

/** One table's part in a checkpoint. The transaction was begun with an `append` or a `rewrite` goal. */
export interface StreamWrite {
  readonly transaction: WriteTransaction;
  readonly fragments: readonly Fragment[];
}

/** Keeps the streams of a warehouse. Each change is one atomic commit, durable when it returns. */
export interface StreamStore {
  list(): Promise<readonly StreamRecord[]>;
  find(name: RelationName): Promise<StreamRecord | null>;
  /** Makes the tables and the record. @throws CATALOG_EXISTS, CATALOG_UNKNOWN_SCHEMA */
  create(stream: NewStream): Promise<StreamRecord>;
  /** Pauses or resumes it, or notes why it stopped (which a resume takes back). @throws CATALOG_UNKNOWN_TABLE */
  change(table: TableRef, change: { readonly paused: boolean; readonly failure: StreamRecord['failure'] }): Promise<void>;
  /** Forgets the stream and its tables. @throws CATALOG_UNKNOWN_TABLE unless `ifExists`, CATALOG_NOT_A_TABLE for a table that is no stream's */
  drop(name: RelationName, options: { readonly ifExists: boolean }): Promise<void>;
  /** Moves the pointers of all tables written and replaces the checkpoint, in one transaction.
   *  @throws STORAGE_CONFLICT when the stored checkpoint is not the one before `checkpoint.sequence`, or the stream is gone */
  commit(table: TableRef, checkpoint: StreamCheckpoint, writes: readonly StreamWrite[]): Promise<readonly CommitResult[]>;
}
