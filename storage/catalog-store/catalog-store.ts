import type { CommitResult, RelationName, StreamRecord } from '../../spi/index.ts';

/** Where the current metadata of a table or view is. Names are kept as they were spelt when created. */
export interface RelationPointer extends RelationName {
  readonly kind: 'table' | 'view';
  readonly uuid: string;
  readonly metadataLocation: string;
  /** Directory of the table's or view's files as a location. */
  readonly tableLocation: string;
  /** The uuid of the result table of the stream that alone writes this table, which may be the table itself. */
  readonly stream?: string;
}

/** A small fact under a key. */
export interface Setting {
  readonly key: string;
  /** JSON text. */
  readonly value: string;
}

/** A table or view that was dropped and whose files are still there. Units: milliseconds since 1970 UTC. */
export interface DroppedTable {
  readonly uuid: string;
  readonly tableLocation: string;
  readonly droppedAtMs: number;
}

/** A write that was committed, and the transaction whose files it took. */
export interface CommittedWrite {
  readonly transactionId: string;
  readonly result: CommitResult;
}

/** Reads the names and pointers of a committed state. Names compare without regard to case. */
export interface NameReader {
  /** Returns the schemas' names in order. */
  schemas(): readonly string[];
  /** Returns the name as stored, null when there is none. */
  schema(name: string): string | null;
  relations(schema: string): readonly RelationPointer[];
  relation(name: RelationName): RelationPointer | null;
}

/** Names and pointers that can be held as they are at one moment. */
export interface NameStore extends NameReader {
  /** Returns the names and pointers of this moment, which stay as they are. Cheap as long as nothing was committed since the last call. */
  pinned(): NameStore;
}

/** Reads the catalog's newest committed state. */
export interface CatalogReader extends NameReader {
  dropped(): readonly DroppedTable[];
  /** Returns what a write with the key committed to the table. */
  commit(tableUuid: string, idempotencyKey: string): CommittedWrite | null;
  /** Tells whether an operation was done and noted under this id, by `update` or by `putOperation`. */
  hasOperation(operationId: string): boolean;
  /** Returns what was committed under any key of a table or transaction, by the names of the tables. */
  commits(uuid: string): readonly CommittedWrite[];
  streams(): readonly StreamRecord[];
  /** Returns a stream by the uuid of its result table. */
  stream(tableUuid: string): StreamRecord | null;
  /** Returns the settings whose key starts with the prefix, by key in order. */
  settings(prefix: string): readonly Setting[];
}

/** The state inside one write transaction: what is read is current until the transaction ends. */
export interface CatalogUpdate extends CatalogReader {
  putSchema(name: string): void;
  removeSchema(name: string): void;
  putRelation(pointer: RelationPointer): void;
  /** Puts a table or view under another name; its files stay where they are. */
  moveRelation(pointer: RelationPointer, newName: RelationName): void;
  /** Forgets a table or view; its files are remembered for a later sweep. */
  removeRelation(pointer: RelationPointer): void;
  putCommit(tableUuid: string, idempotencyKey: string, write: CommittedWrite): void;
  /** Notes that an operation is done, where only the work itself knows whether it is. */
  putOperation(operationId: string): void;
  removeDropped(tableUuid: string): void;
  putStream(stream: StreamRecord): void;
  removeStream(tableUuid: string): void;
  putSetting(setting: Setting): void;
  removeSetting(key: string): void;
}

/** The transactional store of names and pointers, shared by all processes of the machine that have the warehouse open. */
export interface CatalogStore extends CatalogReader, NameStore {
  /** Runs `work` in one write transaction, alone among all processes; its changes are durable and visible when this returns.
   *  Guarantees: with an operation id the work is done once: a repetition returns the first result. When `work` throws nothing is changed.
   *  `Result` must be JSON.
   *  @throws STORAGE_OUTCOME_UNKNOWN when the disk failed at the end of the transaction; the store must be opened anew. */
  update<Result>(operationId: string | null, work: (state: CatalogUpdate) => Result): Result;
  /** Forgets operation ids and idempotency keys that are older. Units: milliseconds since 1970 UTC. */
  forgetBefore(operationsMs: number, commitsMs: number): void;
  close(): Promise<void>;
}
