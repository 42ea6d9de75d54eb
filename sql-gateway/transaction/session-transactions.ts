import { type CommitResult, type Logger, PlatformError, type TableTransaction, type TransactionStore } from '../../spi/index.ts';

/** Limits of open transactions. */
export interface TransactionLimits {
  /** Transactions open at one time. */
  readonly countMax: number;
  /** Time without a statement after which a transaction is rolled back. Units: milliseconds. */
  readonly idleMs: number;
}

/** Transactions open at one time, and how long they may be idle, when the configuration says nothing. */
export const TRANSACTION_LIMITS_DEFAULT: TransactionLimits = { countMax: 100, idleMs: 300_000 };

/** Ended transactions of which it is remembered how they ended. */
const ENDED_MAX = 1000;

/** The open transactions of a server's users. The session of a request names one by its id; with the process they end, rolled back. */
export interface SessionTransactions {
  readonly open: number;
  /** @throws RESOURCE_TRANSACTIONS */
  begin(user: string): string;
  /** Runs a statement in a transaction, one at a time. When it throws, the transaction has failed.
   *  @throws TRANSACTION_UNKNOWN, TRANSACTION_BUSY, TRANSACTION_FAILED, what the work throws */
  use<Result>(user: string, id: string, work: (transaction: TableTransaction) => Promise<Result>): Promise<Result>;
  /** Commits and ends a transaction; one that was committed before, by any process, tells its results again.
   *  Guarantees: after an error that says to try again the transaction is still open; after any other it is rolled back.
   *  @throws TRANSACTION_UNKNOWN, TRANSACTION_BUSY, TRANSACTION_FAILED, STORAGE_CONFLICT, STORAGE_OUTCOME_UNKNOWN */
  commit(user: string, id: string): Promise<readonly CommitResult[]>;
  /** @throws TRANSACTION_UNKNOWN, TRANSACTION_BUSY */
  rollback(user: string, id: string): Promise<void>;
  /** Rolls back all. */
  close(): Promise<void>;
}

/** A transaction with what its session did to it. */
interface OpenTransaction {
  readonly id: string;
  readonly user: string;
  readonly transaction: TableTransaction;
  busy: boolean;
  failure: PlatformError | null;
  idle: NodeJS.Timeout | null;
}

/** Creates the transactions of one server. */
export function createSessionTransactions(store: TransactionStore, limits: TransactionLimits, log: Logger): SessionTransactions {
  return new ServerTransactions(store, limits, log);
}

class ServerTransactions implements SessionTransactions {
  readonly #store: TransactionStore;
  readonly #limits: TransactionLimits;
  readonly #log: Logger;
  readonly #open = new Map<string, OpenTransaction>();
  /** How the last ones ended. */
  readonly #ended = new Map<string, string>();

  constructor(store: TransactionStore, limits: TransactionLimits, log: Logger) {
    this.#store = store;
    this.#limits = limits;
    this.#log = log;
  }

  get open(): number {
    return this.#open.size;
  }

  begin(user: string): string {
    const { countMax } = this.#limits;
    if (this.#open.size >= countMax) {
      throw new PlatformError('RESOURCE_TRANSACTIONS', `${String(countMax)} transactions are open, which is the limit.`, {
        hint: 'COMMIT or ROLLBACK those that are done, or try again later.',
        details: { countMax },
      });
    }
    const transaction = this.#store.begin();
    const entry = { id: transaction.id, user, transaction, busy: false, failure: null, idle: null };
    this.#open.set(entry.id, entry);
    this.#await(entry);
    return entry.id;
  }

  async use<Result>(user: string, id: string, work: (transaction: TableTransaction) => Promise<Result>): Promise<Result> {
    const entry = this.#find(user, id);
    if (entry === null) throw this.#unknown(id);
    if (entry.failure !== null) throw failed(entry.failure);
    return this.#occupy(entry, async () => {
      try {
        return await work(entry.transaction);
      } catch (error) {
        entry.failure = PlatformError.from(error, 'INTERNAL_INVARIANT');
        throw error;
      }
    });
  }

  async commit(user: string, id: string): Promise<readonly CommitResult[]> {
    const entry = this.#find(user, id);
    if (entry === null) {
      const committed = await this.#store.committed(id);
      if (committed === null) throw this.#unknown(id);
      return committed;
    }
    return this.#occupy(entry, async () => {
      if (entry.failure !== null) {
        await this.#end(entry, `was rolled back because a statement failed with ${entry.failure.code}`);
        throw failed(entry.failure, 'It is rolled back now.');
      }
      try {
        const results = await entry.transaction.commit();
        await this.#end(entry, 'was committed');
        return results;
      } catch (error) {
        const { retryable, code } = PlatformError.from(error, 'INTERNAL_INVARIANT');
        if (!retryable || code === 'STORAGE_CONFLICT') await this.#end(entry, `was rolled back because COMMIT failed with ${code}`);
        throw error;
      }
    });
  }

  async rollback(user: string, id: string): Promise<void> {
    const entry = this.#find(user, id);
    if (entry === null) throw this.#unknown(id);
    await this.#occupy(entry, () => this.#end(entry, 'was rolled back'));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open.values()].map((entry) => this.#end(entry, 'was rolled back because the server stopped')));
  }

  #find(user: string, id: string): OpenTransaction | null {
    const entry = this.#open.get(id);
    return entry?.user === user ? entry : null;
  }

  async #occupy<Result>(entry: OpenTransaction, work: () => Promise<Result>): Promise<Result> {
    if (entry.busy) {
      throw new PlatformError('TRANSACTION_BUSY', 'Another statement of the transaction is running.', {
        hint: 'Send the statements of a transaction one after another.',
      });
    }
    entry.busy = true;
    if (entry.idle !== null) clearTimeout(entry.idle);
    try {
      return await work();
    } finally {
      entry.busy = false;
      if (this.#open.get(entry.id) === entry) this.#await(entry);
    }
  }

  #await(entry: OpenTransaction): void {
    const { idleMs } = this.#limits;
    entry.idle = setTimeout(() => {
      void this.#end(entry, `was rolled back after ${String(idleMs / 1000)} seconds without a statement`);
    }, idleMs);
    entry.idle.unref();
  }

  async #end(entry: OpenTransaction, how: string): Promise<void> {
    if (entry.idle !== null) clearTimeout(entry.idle);
    this.#open.delete(entry.id);
    this.#ended.set(entry.id, how);
    const oldest = this.#ended.keys().next();
    if (this.#ended.size > ENDED_MAX && oldest.done !== true) this.#ended.delete(oldest.value);
    try {
      await entry.transaction.abort();
    } catch (error) {
      // What was staged belongs to no table; the sweep removes it later.
      this.#log.warn({ transaction: entry.id, error: String(error) }, 'staged files of a transaction could not be removed');
    }
  }

  #unknown(id: string): PlatformError {
    const how = this.#ended.get(id) ?? 'is not open here: it was rolled back if the server was started anew';
    return new PlatformError('TRANSACTION_UNKNOWN', `The transaction ${id.slice(0, 64)} ${how}.`, {
      hint: "Leave 'session.transaction' out, and BEGIN a new one.",
    });
  }
}

function failed(failure: PlatformError, then = 'Only ROLLBACK can follow.'): PlatformError {
  const message = `A statement of the transaction failed (${failure.code}: ${failure.message}), so nothing of it is committed. ${then}`;
  return new PlatformError('TRANSACTION_FAILED', message, { hint: 'Run the whole transaction again.', details: { cause: failure.code } });
}
