import type { CommitResult, TableTransaction, TransactionStore } from '../../spi/index.ts';
import { StoredTransaction, type TransactionParts } from './stored-transaction.ts';

/** Begins transactions over the tables of a warehouse. */
export class StoredTransactionStore implements TransactionStore {
  readonly #parts: TransactionParts;

  constructor(parts: TransactionParts) {
    this.#parts = parts;
  }

  begin(): TableTransaction {
    return new StoredTransaction(this.#parts);
  }

  committed(transactionId: string): Promise<readonly CommitResult[] | null> {
    const commits = this.#parts.store.commits(transactionId);
    return Promise.resolve(commits.length === 0 ? null : commits.map(({ result }) => ({ ...result, repeated: true })));
  }
}
