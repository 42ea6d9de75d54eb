import type {
  CommitResult,
  Field,
  Fragment,
  IfExists,
  NewStream,
  RelationName,
  RowChanges,
  StreamCheckpoint,
  StreamRecord,
  TableChange,
  TableRef,
  TableSpec,
  ViewDefinition,
  WriteGoal,
} from '../../spi/index.ts';
import type { RestoredState } from '../backup/restore-backup.ts';
import type { MaintainRequest } from '../maintenance/maintain-request.ts';
import type { SettingChange } from '../setting/put-setting.ts';

/** One change of the catalog, in JSON. `operationId` makes a repetition after a lost answer harmless. */
export type CommitterRequest = { readonly operationId: string } & (
  | { readonly kind: 'create_schema'; readonly schema: string; readonly ifExists: 'fail' | 'keep' }
  | { readonly kind: 'drop_schema'; readonly schema: string; readonly ifExists: boolean; readonly cascade: boolean }
  | { readonly kind: 'create_table'; readonly spec: TableSpec; readonly ifExists: IfExists }
  | { readonly kind: 'alter_table'; readonly table: TableRef; readonly changes: readonly TableChange[] }
  | { readonly kind: 'rename_relation'; readonly relation: 'table' | 'view'; readonly name: RelationName; readonly newName: RelationName }
  | { readonly kind: 'rename_schema'; readonly schema: string; readonly newName: string }
  | { readonly kind: 'drop_relation'; readonly relation: 'table' | 'view'; readonly name: RelationName; readonly ifExists: boolean }
  | { readonly kind: 'create_view'; readonly view: Omit<ViewDefinition, 'kind'>; readonly ifExists: IfExists }
  | { readonly kind: 'commit_write'; readonly write: StagedWrite }
  | ({ readonly kind: 'stage_write' } & WriteToStage)
  | ({ readonly kind: 'commit_transaction' } & StagedTransactionTables)
  | { readonly kind: 'hold_metadata'; readonly transactionId: string }
  | { readonly kind: 'release_metadata'; readonly transactionId: string }
  | { readonly kind: 'create_stream'; readonly stream: NewStream }
  | { readonly kind: 'change_stream'; readonly table: TableRef; readonly paused: boolean; readonly failure: StreamRecord['failure'] }
  | { readonly kind: 'drop_stream'; readonly name: RelationName; readonly ifExists: boolean }
  | ({ readonly kind: 'commit_stream' } & StagedCheckpoint)
  | { readonly kind: 'register_table'; readonly name: RelationName; readonly metadataLocation: string; readonly mapsNames: boolean }
  | { readonly kind: 'take_back_table'; readonly name: RelationName; readonly metadataLocation: string }
  | { readonly kind: 'put_restored'; readonly state: RestoredState }
  | { readonly kind: 'put_setting'; readonly key: string; readonly value: string | null }
  | { readonly kind: 'swap_settings'; readonly expected: SettingChange; readonly changes: readonly SettingChange[] }
  | { readonly kind: 'maintain'; readonly request: MaintainRequest }
  | { readonly kind: 'sweep'; readonly olderThanMs: number }
);

/** A checkpoint of a stream whose files are staged. One of the writes goes to the result table. */
export interface StagedCheckpoint {
  readonly table: TableRef;
  readonly checkpoint: StreamCheckpoint;
  readonly writes: readonly StagedWrite[];
}

/** A write that becomes visible with the transaction that it is part of. */
export interface WriteToStage {
  readonly write: StagedWrite;
  /** Location of the metadata that the write is built on. */
  readonly base: string;
  /** Whether that metadata is the transaction's own. */
  readonly continues: boolean;
}

/** Metadata of a table with a staged write: written and synced, and not the table's. */
export interface StagedMetadata {
  readonly location: string;
  readonly result: CommitResult;
  /** Paths of the metadata files that go when the transaction does. */
  readonly written: readonly string[];
}

/** What a transaction commits. */
export interface StagedTransactionTables {
  readonly transactionId: string;
  readonly tables: readonly StagedTable[];
}

/** What a transaction has staged of a table. */
export interface StagedTable {
  readonly table: TableRef;
  /** Location and snapshot of the metadata that the first write was built on. */
  readonly base: string;
  readonly baseSnapshotId: string | null;
  /** Location and snapshot of the metadata with all writes. */
  readonly staged: string;
  readonly stagedSnapshotId: string;
  readonly writes: readonly StagedWrite[];
  /** What the result tells as its rows. */
  readonly rows: number;
}

/** A write whose files are staged. */
export interface StagedWrite {
  /** Tells a request that is asked again after a lost answer from another write under the same idempotency key. */
  readonly transactionId: string;
  readonly goal: WriteGoal['kind'];
  /** For `create` the table that is to be. */
  readonly table: TableRef;
  /** What a `create` makes. */
  readonly create: { readonly spec: TableSpec; readonly ifExists: IfExists } | null;
  /** Locations of the data files that a `rewrite` takes out of the table. */
  readonly removes: readonly string[];
  /** What the result of a `rewrite` tells as its rows; the rows of the files written when left out. */
  readonly rows?: number | undefined;
  /** What the result of a `rewrite` tells besides. */
  readonly changes?: RowChanges | undefined;
  /** The snapshot that a `rewrite` needs to be the table's newest, null for none yet; any when left out. */
  readonly basedOn?: string | null | undefined;
  /** True when the files written hold the rows of those that a `rewrite` takes out. */
  readonly sameRows?: boolean | undefined;
  /** True when the files written hold the row ids of those that a `rewrite` takes out. */
  readonly lineage?: boolean | undefined;
  /** The snapshot that a `rewrite` read its files at, where deletes since then are a conflict. */
  readonly readAt?: string | null | undefined;
  /** Directory of the table. */
  readonly tableDirectory: string;
  /** The schema and spec that the files were written with. */
  readonly schemaId: number;
  readonly specId: number;
  /** The columns that the files have, where they have not all of the schema's. */
  readonly writtenFields?: readonly Field[] | undefined;
  readonly fragments: readonly Fragment[];
  readonly idempotencyKey: string;
  /** The uuid of the result table of the stream that writes; null for everybody else. */
  readonly stream: string | null;
}
