import type { Catalog } from './catalog.ts';
import type { CommitResult, TableSink } from './table-sink.ts';

/** Changes of several tables that become visible together. It ends with the process that began it; files that it leaves are swept. */
export interface TableTransaction {
  readonly id: string;
  /** The catalog as of the begin, with what the transaction has written. */
  readonly catalog: Catalog;
  /** What is committed to this sink is staged: only the transaction's own catalog shows it. An idempotency key stages once.
   *  A goal `create` is refused with TRANSACTION_STATEMENT. */
  readonly sink: TableSink;
  /** Makes what is staged part of all its tables in one step, durable when it returns; one result a table.
   *  Guarantees: may be called again after a failure, and commits once. A table that was only appended to takes the rows of others beside it;
   *  any other one must still have the snapshot that it had at the begin.
   *  @throws STORAGE_CONFLICT, STORAGE_OUTCOME_UNKNOWN, STORAGE_UNAVAILABLE */
  commit(): Promise<readonly CommitResult[]>;
  /** Gives up; what was staged is removed. Does nothing after a commit, or one whose outcome is unknown. */
  abort(): Promise<void>;
}

/** Keeps the transactions over several tables of a warehouse. */
export interface TransactionStore {
  begin(): TableTransaction;
  /** Returns what a transaction of any process has committed, null when it has committed nothing (within the last 7 days). */
  committed(transactionId: string): Promise<readonly CommitResult[] | null>;
}
