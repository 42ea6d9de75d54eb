import type { CommitResult, ResultColumn } from '../../spi/index.ts';
import type { GivenParameters } from '../../sql/bind/index.ts';
import type { Caller } from '../access/caller.ts';
import type { TableBranch } from './branch-catalog.ts';

/** Settings that a client sends along with each statement; the server keeps none. Null means the default. */
export interface RequestSession {
  readonly schema: string | null;
  readonly timeZone: string | null;
  readonly engine: string | null;
  readonly timeoutMs: number | null;
  /** Whether stored results may answer. */
  readonly resultCache: 'on' | 'off' | null;
  /** Whether fresh materialized views may answer. */
  readonly freshViews: 'on' | 'off' | null;
  /** What is read where the text names no version: an instant, or `schema.table@id, ..`. */
  readonly snapshot: string | null;
  /** Whether materialized views are read only when they hold what the session wrote. */
  readonly readYourWrites: 'on' | 'off' | null;
  /** What the session wrote last, as `schema.table@id, ..`. */
  readonly readAfter: string | null;
  /** The transaction that the statement is part of. */
  readonly transaction: string | null;
  /** Prepared statements by name, as JSON. */
  readonly prepared: string | null;
}

/** A statement as it came in, checked for form only. */
export interface StatementRequest {
  readonly sql: string;
  readonly parameters: GivenParameters;
  readonly session: RequestSession;
  /** Wins over the session's; null for the default. */
  readonly timeoutMs: number | null;
  readonly principal: Caller;
  /** Given by the client so that a repeated write is done once; null for none. */
  readonly idempotencyKey: string | null;
  /** What a table's name stands for in this statement; left out where all names stand for the tables themselves. */
  readonly branch?: TableBranch;
}

/** A setting that the client is to send from now on; a null value means to send it no more. */
export interface SessionChange {
  readonly name: keyof RequestSession;
  readonly value: string | null;
}

/** What a statement answers with. */
export interface StatementOutcome {
  readonly columns: readonly ResultColumn[];
  /** Arrow IPC messages, schema first; the first rows are there already, so failures before them were thrown. To be iterated once. */
  readonly frames: AsyncIterable<Uint8Array>;
  readonly engine: string | null;
  /** Snapshots read, as `schema.table@id`. */
  readonly snapshots: readonly string[];
  readonly sessionChange: SessionChange | null;
  /** Whether a stored result answered; left out when none may. */
  readonly cache?: 'hit' | 'miss';
  /** What was committed to a table, for statements that write to one. */
  readonly commit?: CommitResult;
  /** Frees what stands behind the frames, whether they were read or not. */
  close(): Promise<void>;
}
