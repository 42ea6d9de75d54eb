import type { Field, PartitionSpec } from '../../../spi/index.ts';
import type { JsonObject } from '../json/lossless-json.ts';
import type { TableSchema } from '../type/schema-json.ts';
import type { SortOrder } from './sort-order-json.ts';

/** Versions of the table format that tables of the platform have. */
export type FormatVersion = 2 | 3;

/** A snapshot of a table. Units: milliseconds since 1970 UTC. */
export interface Snapshot {
  readonly snapshotId: bigint;
  readonly parentId: bigint | null;
  readonly sequenceNumber: number;
  readonly timestampMs: number;
  readonly manifestList: string;
  readonly summary: Readonly<Record<string, string>>;
  readonly schemaId: number | null;
  /** The first row id that its manifest list may give; left out in version 2. */
  readonly firstRowId?: number;
  /** Rows that its manifest list gives ids to, at most; left out in version 2. */
  readonly addedRows?: number;
}

/** When which snapshot was current. */
export interface SnapshotLogEntry {
  readonly timestampMs: number;
  readonly snapshotId: bigint;
}

/** A named snapshot. `json` has its retention besides. */
export interface SnapshotReference {
  readonly name: string;
  readonly type: 'branch' | 'tag';
  readonly snapshotId: bigint;
  readonly json: JsonObject;
}

/** A table's metadata: a typed view beside the JSON document that it was read from. Changes are made to the document, so that what this
 *  code does not know (statistics, sort orders, further refs) is carried through.
 *  @see Iceberg spec v3, "Table Metadata" */
export interface TableMetadata {
  readonly json: JsonObject;
  readonly formatVersion: FormatVersion;
  readonly uuid: string;
  readonly location: string;
  readonly lastSequenceNumber: number;
  readonly lastUpdatedMs: number;
  /** Above the id of every row; 0 in version 2, whose rows have none. */
  readonly nextRowId: number;
  readonly schemas: ReadonlyMap<number, TableSchema>;
  readonly schema: TableSchema;
  /** Every column that the table has or had, each as the newest schema with it has it: old files and specs may be made of columns that are gone. */
  readonly columns: readonly Field[];
  readonly specs: ReadonlyMap<number, PartitionSpec>;
  readonly spec: PartitionSpec;
  /** The order that new data files are to have; no field for none. */
  readonly sortOrder: SortOrder;
  /** Branches and tags by name, `main` among them. */
  readonly refs: ReadonlyMap<string, SnapshotReference>;
  readonly properties: Readonly<Record<string, string>>;
  readonly snapshots: ReadonlyMap<bigint, Snapshot>;
  readonly current: Snapshot | null;
  readonly snapshotLog: readonly SnapshotLogEntry[];
}
