import type { Field } from '../type/field.ts';
import type { MetadataTable, MetadataTableName } from './metadata-table.ts';
import type { PartitionSpec } from './partition-spec.ts';
import type { TableChange } from './table-change.ts';
import type { RelationName, TableRef } from './table-ref.ts';
import type { TableSpec } from './table-spec.ts';

/** Asks for a table as it was. */
export type TimeTravel =
  | { readonly kind: 'snapshot'; readonly snapshotId: string }
  /** The snapshot that a branch or tag names. */
  | { readonly kind: 'reference'; readonly name: string }
  /** The snapshot that was current at that instant. Units: milliseconds since 1970 UTC. */
  | { readonly kind: 'timestamp'; readonly atMs: number };

/** A table at one pinned snapshot, with the schema that the snapshot is read with. */
export interface TableSnapshot {
  readonly kind: 'table';
  readonly ref: TableRef;
  /** Decimal text of the 63-bit id; null while the table has no snapshot. */
  readonly snapshotId: string | null;
  readonly schemaId: number;
  readonly fields: readonly Field[];
  readonly partitionSpec: PartitionSpec;
  readonly properties: Readonly<Record<string, string>>;
  /** Totals of the snapshot as its summary tells them; null when it does not. */
  readonly rows: number | null;
  readonly bytes: number | null;
  readonly files: number | null;
  /** True when delete files take rows of the snapshot away; `rows` counts those rows too. */
  readonly deletes?: boolean;
  readonly comment: string | null;
}

/** A view: a stored query, bound again at each use. */
export interface ViewDefinition {
  readonly kind: 'view';
  readonly name: RelationName;
  /** Stays through renames, and is new for a view created again under an old name; left out by catalogs that have none. */
  readonly uuid?: string;
  /** The query's text in the platform's own dialect. */
  readonly sql: string;
  /** Schema in which the text's unqualified names are looked up. */
  readonly defaultSchema: string;
  /** Names given to the columns, null for the query's own. */
  readonly columnNames: readonly string[] | null;
  readonly comment: string | null;
  /** Id of the user with whose rights the text is read; left out for administrators. */
  readonly owner?: string;
}

/** An entry of a schema's list. */
export interface RelationEntry extends RelationName {
  readonly kind: 'table' | 'view' | 'materialized_view';
  /** As of `TableRef` and `ViewDefinition`; left out by catalogs that have none. */
  readonly uuid?: string;
}

/** A snapshot in a table's history. Units: `committedAtMs` milliseconds since 1970 UTC. */
export interface SnapshotEntry {
  readonly snapshotId: string;
  readonly parentId: string | null;
  readonly sequenceNumber: number;
  readonly committedAtMs: number;
  readonly operation: string;
  readonly summary: Readonly<Record<string, string>>;
}

/** Reads names. Every answer comes from one committed state of the catalog; nothing is written. */
export interface Catalog {
  /** Returns a catalog that answers from the state of this moment, whatever is committed afterwards. */
  pinned(): Catalog;
  schemas(): Promise<readonly string[]>;
  /** @throws CATALOG_UNKNOWN_SCHEMA */
  relations(schema: string): Promise<readonly RelationEntry[]>;
  /** Returns null when no table or view has the name.
   *  @throws CATALOG_UNKNOWN_SNAPSHOT when the table has no snapshot for `at`. */
  resolve(name: RelationName, at?: TimeTravel): Promise<TableSnapshot | ViewDefinition | null>;
  /** Returns the table's snapshots, oldest first.
   *  @throws CATALOG_UNKNOWN_TABLE */
  history(name: RelationName): Promise<readonly SnapshotEntry[]>;
  /** Returns what a metadata table tells about a table, at a snapshot where the metadata table describes one (null: the table has none).
   *  @throws CATALOG_UNKNOWN_TABLE, CATALOG_UNKNOWN_SNAPSHOT, STORAGE_CORRUPT */
  metadataTable(table: RelationName, name: MetadataTableName, snapshotId: string | null): Promise<MetadataTable>;
}

/** What happens when the name is taken. */
export type IfExists = 'fail' | 'keep' | 'replace';

/** Changes names. Each call is one atomic commit, durable when it returns. */
export interface CatalogWriter {
  /** @throws CATALOG_EXISTS unless `ifExists` is 'keep' */
  createSchema(schema: string, ifExists: 'fail' | 'keep'): Promise<void>;
  /** @throws CATALOG_UNKNOWN_SCHEMA, CATALOG_NOT_EMPTY unless `cascade` */
  dropSchema(schema: string, options: { readonly ifExists: boolean; readonly cascade: boolean }): Promise<void>;
  /** Creates an empty table. @throws CATALOG_EXISTS, CATALOG_UNKNOWN_SCHEMA, STORAGE_UNSUPPORTED */
  createTable(spec: TableSpec, ifExists: IfExists): Promise<void>;
  /** Makes changes of a table in order, in one commit: all of them or none.
   *  @throws CATALOG_UNKNOWN_TABLE, CATALOG_NOT_A_TABLE, STORAGE_CONFLICT, and what a change can be refused for */
  alterTable(table: TableRef, changes: readonly TableChange[]): Promise<void>;
  /** Gives a table or view another name, perhaps in another schema. Texts of views that name it stay as they are.
   *  @throws CATALOG_UNKNOWN_TABLE, CATALOG_UNKNOWN_SCHEMA, CATALOG_EXISTS, CATALOG_INVALID_NAME, CATALOG_NOT_A_TABLE for a table of a stream */
  renameRelation(kind: 'table' | 'view', name: RelationName, newName: RelationName): Promise<void>;
  /** @throws CATALOG_UNKNOWN_SCHEMA, CATALOG_EXISTS, CATALOG_INVALID_NAME, CATALOG_NOT_EMPTY when it holds materialized views */
  renameSchema(schema: string, newName: string): Promise<void>;
  /** Forgets the table; its files are removed by a later sweep. @throws CATALOG_UNKNOWN_TABLE unless `ifExists`, CATALOG_NOT_A_TABLE */
  dropTable(name: RelationName, options: { readonly ifExists: boolean }): Promise<void>;
  /** @throws CATALOG_EXISTS, CATALOG_UNKNOWN_SCHEMA */
  createView(view: Omit<ViewDefinition, 'kind'>, ifExists: IfExists): Promise<void>;
  /** @throws CATALOG_UNKNOWN_TABLE unless `ifExists`, CATALOG_NOT_A_TABLE */
  dropView(name: RelationName, options: { readonly ifExists: boolean }): Promise<void>;
}
