import type { PlatformErrorJson, TableRef } from '../../spi/index.ts';
import type { BoundStatement } from '../../sql/bind/index.ts';
import type { BegunWrite } from '../query/durable-run.ts';
import type { SessionChange } from '../query/statement-request.ts';

/** A statement that was committed. */
export interface StatementResult {
  readonly engine: string | null;
  readonly rows: number;
  /** Null for a statement that writes no rows to a table. */
  readonly table: TableRef | null;
  readonly snapshotId: string | null;
  readonly sessionChange: SessionChange | null;
}

/** What happened to a job. Statements count from 1. */
export type JournalFact =
  | { readonly kind: 'submitted' }
  /** The statement's names, types and snapshots are settled; it has changed nothing yet. */
  | {
      readonly kind: 'bound';
      readonly statement: number;
      readonly bound: BoundStatement;
      /** What the name that it defines stood for before. */
      readonly before: string | null;
    }
  /** A write was begun; an engine works from here on. */
  | ({ readonly kind: 'staging'; readonly statement: number } & BegunWrite)
  | { readonly kind: 'committed'; readonly statement: number; readonly result: StatementResult }
  /** Somebody wants the job to begin no more statements, until somebody wants it to go on. */
  | { readonly kind: 'paused' | 'resumed' }
  /** Somebody wants the job to end. */
  | { readonly kind: 'cancelling' }
  | { readonly kind: 'finished' }
  | { readonly kind: 'failed'; readonly statement: number; readonly error: PlatformErrorJson }
  | { readonly kind: 'cancelled' }
  /** Somebody wants a job that failed or was cancelled to go on, with some statements done anew; none when left out. */
  | { readonly kind: 'retried'; readonly repeated?: readonly number[] }
  /** Statements are done anew, under other keys: what they did came to nothing. */
  | { readonly kind: 'repeated'; readonly statements: readonly number[] };

/** One line of a job's journal. Units: milliseconds since 1970 UTC. */
export type JournalEntry = JournalFact & { readonly atMs: number };
