import { randomUUID } from 'node:crypto';
import { dirname } from 'node:path';
import {
  assert,
  type Catalog,
  type CommitResult,
  locationToPath,
  PlatformError,
  type RelationName,
  type TableRef,
  type TableSink,
  type TableTransaction,
} from '../../spi/index.ts';
import { StoredCatalog } from '../catalog/stored-catalog.ts';
import type { CatalogStore, NameStore } from '../catalog-store/catalog-store.ts';
import type { Committer } from '../committer/committer.ts';
import type { StagedMetadata, StagedTable, StagedWrite } from '../committer/committer-request.ts';
import type { TableMetadata } from '../iceberg/metadata/table-metadata.ts';
import type { SinkParts } from '../write/sink-parts.ts';
import { StoredTableSink } from '../write/stored-table-sink.ts';
import { BeginMetadata } from './begin-metadata.ts';
import type { OpenTransaction, OpenTransactions } from './open-transactions.ts';
import { OverlaidNames } from './overlaid-names.ts';

/** What transactions work with. */
export interface TransactionParts extends Pick<SinkParts, 'metadata' | 'data' | 'files' | 'layout' | 'mark'> {
  readonly store: CatalogStore;
  readonly committer: Committer;
  readonly open: OpenTransactions;
}

/** One table of the transaction: the metadata at the begin, and a step for each write. */
interface TableSteps {
  readonly table: TableRef;
  readonly base: string;
  readonly baseSnapshotId: string | null;
  readonly steps: { readonly write: StagedWrite; readonly staged: StagedMetadata }[];
}

/** A transaction whose writes are metadata of their own, built one upon the other, to which no pointer of the catalog leads. */
export class StoredTransaction implements TableTransaction, OpenTransaction {
  readonly id = randomUUID();
  readonly catalog: Catalog;
  readonly sink: TableSink;
  readonly #parts: TransactionParts;
  readonly #begun: NameStore;
  readonly #metadata: BeginMetadata;
  readonly #names: OverlaidNames;
  readonly #tables = new Map<string, TableSteps>();
  #state: 'open' | 'committed' | 'aborted' | 'unknown' = 'open';

  constructor(parts: TransactionParts) {
    this.#parts = parts;
    this.#begun = parts.store.pinned();
    this.#names = new OverlaidNames(this.#begun);
    this.#metadata = new BeginMetadata(parts.files, parts.metadata, { begun: this.#begun, names: parts.store });
    this.catalog = new StoredCatalog(this.#names, this.#metadata);
    this.sink = new StoredTableSink({
      ...parts,
      metadata: this.#metadata,
      names: this.#names,
      committed: (uuid, key) => this.#findStaged(uuid, key) ?? parts.store.commit(uuid, key),
      commit: (write) => this.#stage(write),
    });
    parts.open.add(this);
    // Without it a table that is touched late may be in conflict, which is told then.
    void parts.committer.run({ kind: 'hold_metadata', transactionId: this.id }).catch(() => undefined);
  }

  async atBegin(table: RelationName): Promise<TableMetadata | null> {
    const pointer = this.#begun.relation(table);
    if (pointer?.kind !== 'table') return null;
    return this.#metadata.table(pointer.metadataLocation).catch((error: unknown) => {
      if (error instanceof PlatformError && error.code === 'STORAGE_CONFLICT') return null;
      throw error;
    });
  }

  staged(snapshotId: string): string | null {
    for (const { staged } of this.#steps()) if (staged.result.snapshotId === snapshotId) return staged.location;
    return null;
  }

  stagedFiles(): readonly string[] {
    return this.#steps().flatMap(({ staged }) => staged.written);
  }

  async commit(): Promise<readonly CommitResult[]> {
    assert(this.#state === 'open' || this.#state === 'unknown', 'a transaction ends once');
    const tables = [...this.#tables.values()].map(stagedTable);
    const request = { kind: 'commit_transaction', transactionId: this.id, tables } as const;
    const results =
      tables.length === 0
        ? []
        : ((await this.#parts.committer.run(request).catch((error: unknown) => {
            if (error instanceof PlatformError && error.code === 'STORAGE_OUTCOME_UNKNOWN') this.#state = 'unknown';
            throw error;
          })) as unknown as readonly CommitResult[]);
    this.#state = 'committed';
    const kept = new Set(results.map(({ snapshotId }) => snapshotId));
    for (const { steps } of this.#tables.values()) {
      // Metadata that was written anew on top of another commit takes the place of what was staged.
      if (!kept.has(steps.at(-1)?.staged.result.snapshotId ?? '')) await this.#removeMetadata(steps);
    }
    this.#release();
    return results;
  }

  async abort(): Promise<void> {
    this.#release();
    if (this.#state !== 'open') return;
    this.#state = 'aborted';
    for (const { steps } of this.#tables.values()) {
      await this.#removeMetadata(steps);
      const files = steps.flatMap(({ write }) => write.fragments.flatMap((fragment) => fragment.files));
      for (const directory of new Set(files.map(({ uri }) => dirname(locationToPath(uri))))) await this.#parts.files.remove(directory);
    }
  }

  /** Writes the metadata that the table has with the write; from now on the transaction reads that. */
  async #stage(write: StagedWrite): Promise<CommitResult> {
    assert(this.#state === 'open', 'a transaction that has ended takes no writes');
    if (write.create !== null) {
      throw new PlatformError('TRANSACTION_STATEMENT', `A transaction cannot make the table ${write.table.name}.`, {
        hint: 'Create the table before BEGIN.',
      });
    }
    const known = this.#tables.get(write.table.uuid) ?? (await this.#firstWrite(write.table));
    const last = known.steps.at(-1)?.staged.location;
    const request = { kind: 'stage_write', write, base: last ?? known.base, continues: last !== undefined } as const;
    const stage = () => this.#parts.committer.run(request);
    const staged = (await this.#metadata.orConflict(request.base, stage)) as unknown as StagedMetadata;
    known.steps.push({ write, staged });
    this.#tables.set(write.table.uuid, known);
    this.#names.point(write.table, staged.location);
    return staged.result;
  }

  async #firstWrite(table: TableRef): Promise<TableSteps> {
    const pointer = this.#names.relation(table);
    assert(pointer !== null, 'the sink has found the table');
    const { current } = await this.#metadata.table(pointer.metadataLocation);
    return { table, base: pointer.metadataLocation, baseSnapshotId: current?.snapshotId.toString() ?? null, steps: [] };
  }

  #findStaged(uuid: string, key: string) {
    const step = this.#tables.get(uuid)?.steps.find(({ write }) => write.idempotencyKey === key);
    return step === undefined ? null : { transactionId: step.write.transactionId, result: step.staged.result };
  }

  #steps(): TableSteps['steps'] {
    return [...this.#tables.values()].flatMap(({ steps }) => steps);
  }

  /** What the transaction read may go. */
  #release(): void {
    if (!this.#parts.open.remove(this)) return;
    // The end of the committer is the end of all that it holds.
    void this.#parts.committer.run({ kind: 'release_metadata', transactionId: this.id }).catch(() => undefined);
  }

  async #removeMetadata(steps: TableSteps['steps']): Promise<void> {
    for (const path of steps.flatMap(({ staged }) => staged.written)) await this.#parts.files.remove(path);
  }
}

function stagedTable({ table, base, baseSnapshotId, steps }: TableSteps): StagedTable {
  const last = steps.at(-1)?.staged;
  assert(last !== undefined, 'a table is part of the transaction by a write');
  return {
    table,
    base,
    baseSnapshotId,
    staged: last.location,
    stagedSnapshotId: last.result.snapshotId,
    writes: steps.map(({ write }) => write),
    rows: steps.reduce((sum, { staged }) => sum + staged.result.rows, 0),
  };
}
