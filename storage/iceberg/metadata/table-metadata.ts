import type { PartitionSpec } from '../../../spi/index.ts';
import type { JsonObject } from '../json/lossless-json.ts';
import type { TableSchema } from '../type/schema-json.ts';

/** A snapshot of a table. Units: milliseconds since 1970 UTC. */
export interface Snapshot {
  readonly snapshotId: bigint;
  readonly parentId: bigint | null;
  readonly sequenceNumber: number;
  readonly timestampMs: number;
  readonly manifestList: string;
  readonly summary: Readonly<Record<string, string>>;
  readonly schemaId: number | null;
}

/** When which snapshot was current. */
export interface SnapshotLogEntry {
  readonly timestampMs: number;
  readonly snapshotId: bigint;
}

/** A table's metadata: a typed view beside the JSON document that it was read from. Changes are made to the document, so that what this
 *  code does not know (statistics, sort orders, further refs) is carried through.
 *  @see Iceberg spec v2, "Table Metadata" */
export interface TableMetadata {
  readonly json: JsonObject;
  readonly uuid: string;
  readonly location: string;
  readonly lastSequenceNumber: number;
  readonly lastUpdatedMs: number;
  readonly schemas: ReadonlyMap<number, TableSchema>;
  readonly schema: TableSchema;
  readonly specs: ReadonlyMap<number, PartitionSpec>;
  readonly spec: PartitionSpec;
  readonly properties: Readonly<Record<string, string>>;
  readonly snapshots: ReadonlyMap<bigint, Snapshot>;
  readonly current: Snapshot | null;
  readonly snapshotLog: readonly SnapshotLogEntry[];
}
