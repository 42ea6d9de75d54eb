import {
  assert,
  type CommitResult,
  type NewStream,
  type RelationName,
  type StreamCheckpoint,
  type StreamRecord,
  type StreamStore,
  type StreamWrite,
  type TableRef,
  type TableSink,
} from '../../spi/index.ts';
import type { CatalogReader } from '../catalog-store/catalog-store.ts';
import type { Committer } from '../committer/committer.ts';
import { StagedTransaction } from '../write/staged-transaction.ts';

/** Reads streams from the store and hands changes of them to the committer. */
export class CommittingStreamStore implements StreamStore {
  readonly #store: CatalogReader;
  readonly #committer: Committer;
  readonly #sink: TableSink;

  constructor(store: CatalogReader, committer: Committer, sink: TableSink) {
    this.#store = store;
    this.#committer = committer;
    this.#sink = sink;
  }

  async list(): Promise<readonly StreamRecord[]> {
    return Promise.resolve(this.#store.streams());
  }

  async find(name: RelationName): Promise<StreamRecord | null> {
    const pointer = this.#store.relation(name);
    return Promise.resolve(pointer === null ? null : this.#store.stream(pointer.uuid));
  }

  async create(stream: NewStream): Promise<StreamRecord> {
    return (await this.#committer.run({ kind: 'create_stream', stream })) as unknown as StreamRecord;
  }

  async change(table: TableRef, change: Pick<StreamRecord, 'paused' | 'failure'>): Promise<void> {
    await this.#committer.run({ kind: 'change_stream', table, ...change });
  }

  async drop(name: RelationName, { ifExists }: { readonly ifExists: boolean }): Promise<void> {
    await this.#committer.run({ kind: 'drop_stream', name, ifExists });
  }

  async commit(table: TableRef, checkpoint: StreamCheckpoint, writes: readonly StreamWrite[]): Promise<readonly CommitResult[]> {
    const staged = writes.map(({ transaction, fragments }) => ({ transaction: ownTransaction(transaction), fragments }));
    // Each checkpoint is a snapshot of the result, also when no row of it changed: its summary says what the result has seen.
    if (!staged.some(({ transaction }) => transaction.table.uuid === table.uuid)) {
      staged.push({ transaction: ownTransaction(await this.#sink.begin({ kind: 'append', table })), fragments: [] });
    }
    const key = `checkpoint-${String(checkpoint.sequence)}`;
    const requests = staged.map(({ transaction, fragments }) => ({ ...transaction.staged(fragments, key), stream: table.uuid }));
    const request = { kind: 'commit_stream', table, checkpoint, writes: requests } as const;
    const results = (await this.#committer.run(request).catch((error: unknown) => {
      for (const { transaction } of staged) transaction.noteFailure(error);
      throw error;
    })) as unknown as readonly CommitResult[];
    for (const { transaction, fragments } of staged) await transaction.finish(fragments);
    return results.slice(0, writes.length);
  }
}

function ownTransaction(transaction: StreamWrite['transaction']): StagedTransaction {
  assert(transaction instanceof StagedTransaction, 'a stream commits transactions of its own warehouse');
  return transaction;
}
