import { ABORT, open, type RootDatabase } from 'lmdb';
import type { RelationName, StreamRecord } from '../../spi/index.ts';
import { PlatformError } from '../../spi/index.ts';
import { catalogKey } from './catalog-key.ts';
import type {
  CatalogReader,
  CatalogStore,
  CatalogUpdate,
  CommittedWrite,
  DroppedTable,
  NameStore,
  RelationPointer,
  Setting,
} from './catalog-store.ts';
import { PinnedNames } from './pinned-names.ts';

/** Units: bytes of address space for the store; the file takes only what it holds. */
const MAP_BYTES = 2 ** 32;

/** Processes times threads that may read at one time. */
const READERS_MAX = 512;

/** Sorts after every text that a key can have in its place. */
const LAST = '\u{10ffff}';

/** Key of the number of changes so far. */
const CHANGES = ['changes'];

interface CommitRecord extends CommittedWrite {
  readonly atMs: number;
}

interface OperationRecord {
  readonly atMs: number;
  readonly result: unknown;
}

/** Opens the catalog of a warehouse. A process that only reads never creates or changes a file of it (but the lock table).
 *  @throws STORAGE_UNAVAILABLE when it cannot be opened. */
export function openCatalogStore(directory: string, mode: 'read' | 'write'): CatalogStore {
  try {
    return new LmdbCatalogStore(
      open({
        path: directory,
        noSubdir: false,
        encoding: 'json',
        readOnly: mode === 'read',
        // With overlapping syncs a commit is acknowledged before it is flushed.
        overlappingSync: false,
        mapSize: MAP_BYTES,
        maxReaders: READERS_MAX,
      }),
    );
  } catch (error) {
    throw new PlatformError('STORAGE_UNAVAILABLE', `The catalog ${directory} cannot be opened: ${reasonOf(error)}.`, { cause: error });
  }
}

class LmdbCatalogReader implements CatalogReader {
  protected readonly database: RootDatabase<unknown>;

  constructor(database: RootDatabase<unknown>) {
    this.database = database;
  }

  /** Called before each read. */
  protected refresh(): void {
    // Inside a write transaction reads are current by themselves.
  }

  schemas(): readonly string[] {
    return this.range<string>(['schema']);
  }

  schema(name: string): string | null {
    return this.get(catalogKey.schema(name));
  }

  relations(schema: string): readonly RelationPointer[] {
    return this.range(catalogKey.relationsOf(schema));
  }

  relation(name: RelationName): RelationPointer | null {
    return this.get(catalogKey.relation(name));
  }

  dropped(): readonly DroppedTable[] {
    return this.range(['dropped']);
  }

  commit(tableUuid: string, idempotencyKey: string): CommittedWrite | null {
    return this.get<CommitRecord>(catalogKey.commit(tableUuid, idempotencyKey));
  }

  hasOperation(operationId: string): boolean {
    return this.get(catalogKey.operation(operationId)) !== null;
  }

  commits(uuid: string): readonly CommittedWrite[] {
    const nameOf = ({ result: { table } }: CommitRecord): string => `${table.schema}.${table.name}`;
    const byName = (left: string, right: string): number => Number(left > right) - Number(left < right);
    return this.range<CommitRecord>(['commit', uuid]).sort((left, right) => byName(nameOf(left), nameOf(right)));
  }

  streams(): readonly StreamRecord[] {
    return this.range(['stream']);
  }

  stream(tableUuid: string): StreamRecord | null {
    return this.get(catalogKey.stream(tableUuid));
  }

  settings(prefix: string): readonly Setting[] {
    this.refresh();
    const range = { start: catalogKey.setting(prefix), end: catalogKey.setting(prefix + LAST) };
    return [...this.database.getRange(range)].map((entry) => entry.value as Setting);
  }

  protected get<Value>(key: string[]): Value | null {
    this.refresh();
    return (this.database.get(key) as Value | undefined) ?? null;
  }

  protected range<Value>(prefix: string[]): Value[] {
    this.refresh();
    return [...this.database.getRange({ start: prefix, end: [...prefix, LAST] })].map((entry) => entry.value as Value);
  }
}

class LmdbCatalogUpdate extends LmdbCatalogReader implements CatalogUpdate {
  putSchema(name: string): void {
    this.database.putSync(catalogKey.schema(name), name);
  }

  removeSchema(name: string): void {
    this.database.removeSync(catalogKey.schema(name));
  }

  putRelation(pointer: RelationPointer): void {
    this.database.putSync(catalogKey.relation(pointer), pointer);
  }

  moveRelation(pointer: RelationPointer, newName: RelationName): void {
    this.database.removeSync(catalogKey.relation(pointer));
    this.putRelation({ ...pointer, schema: newName.schema, name: newName.name });
  }

  removeRelation(pointer: RelationPointer): void {
    this.database.removeSync(catalogKey.relation(pointer));
    const dropped: DroppedTable = { uuid: pointer.uuid, tableLocation: pointer.tableLocation, droppedAtMs: Date.now() };
    this.database.putSync(catalogKey.dropped(pointer.uuid), dropped);
  }

  putCommit(tableUuid: string, idempotencyKey: string, write: CommittedWrite): void {
    const record: CommitRecord = { atMs: Date.now(), ...write };
    this.database.putSync(catalogKey.commit(tableUuid, idempotencyKey), record);
  }

  putOperation(operationId: string): void {
    const record: OperationRecord = { atMs: Date.now(), result: null };
    this.database.putSync(catalogKey.operation(operationId), record);
  }

  removeDropped(tableUuid: string): void {
    this.database.removeSync(catalogKey.dropped(tableUuid));
  }

  putStream(stream: StreamRecord): void {
    this.database.putSync(catalogKey.stream(stream.table.uuid), stream);
  }

  removeStream(tableUuid: string): void {
    this.database.removeSync(catalogKey.stream(tableUuid));
  }

  putSetting(setting: Setting): void {
    this.database.putSync(catalogKey.setting(setting.key), setting);
  }

  removeSetting(key: string): void {
    this.database.removeSync(catalogKey.setting(key));
  }
}

class LmdbCatalogStore extends LmdbCatalogReader implements CatalogStore {
  #pinned: { readonly changes: number; readonly names: NameStore } | null = null;

  protected override refresh(): void {
    // The reader otherwise keeps its snapshot until the event loop turns, and would miss a commit acknowledged before.
    this.database.resetReadTxn();
  }

  pinned(): NameStore {
    this.refresh();
    // The number is part of the state that is copied. LMDB's own number of the last transaction is visible before its state is, for as
    // long as the disk takes to sync, so that an old copy would be taken for the new one.
    const changes = (this.database.get(CHANGES) as number | undefined) ?? 0;
    if (this.#pinned?.changes !== changes) this.#pinned = { changes, names: this.#copyNames() };
    return this.#pinned.names;
  }

  /** Reads without an event loop's turn in between see one state: the reader's snapshot is renewed only at the first. */
  #copyNames(): NameStore {
    const read = <Value>(prefix: string): Value[] =>
      [...this.database.getRange({ start: [prefix], end: [prefix, LAST] })].map((entry) => entry.value as Value);
    return new PinnedNames(read<string>('schema'), read<RelationPointer>('relation'));
  }

  update<Result>(operationId: string | null, work: (state: CatalogUpdate) => Result): Result {
    const { database } = this;
    return this.#transact(() => {
      const key = operationId === null ? null : catalogKey.operation(operationId);
      const done = key === null ? undefined : (database.get(key) as OperationRecord | undefined);
      if (done !== undefined) return done.result as Result;
      const result = work(new LmdbCatalogUpdate(database));
      const record: OperationRecord = { atMs: Date.now(), result: result ?? null };
      if (key !== null) database.putSync(key, record);
      return result;
    });
  }

  forgetBefore(operationsMs: number, commitsMs: number): void {
    const { database } = this;
    this.#transact(() => {
      for (const [prefix, beforeMs] of [
        ['operation', operationsMs],
        ['commit', commitsMs],
      ] as const) {
        for (const { key, value } of [...database.getRange({ start: [prefix], end: [prefix, LAST] })]) {
          if ((value as { atMs: number }).atMs < beforeMs) database.removeSync(key);
        }
      }
    });
  }

  async close(): Promise<void> {
    await this.database.close();
  }

  #transact<Result>(work: () => Result): Result {
    let failure: unknown = null;
    let outcome: unknown;
    try {
      outcome = this.database.transactionSync(() => {
        // A work that throws must not throw through LMDB's own code: it asks for the end of the transaction in order.
        try {
          const value = work();
          this.database.putSync(CHANGES, ((this.database.get(CHANGES) as number | undefined) ?? 0) + 1);
          return { value };
        } catch (error) {
          failure = error ?? 'unknown';
          return ABORT;
        }
      });
    } catch (error) {
      // The pages may have reached the disk or not, so files that the change refers to must stay.
      throw new PlatformError('STORAGE_OUTCOME_UNKNOWN', `The catalog could not be written: ${reasonOf(error)}.`, { cause: error });
    }
    if (failure !== null) throw PlatformError.from(failure, 'STORAGE_UNAVAILABLE');
    return (outcome as { value: Result }).value;
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
