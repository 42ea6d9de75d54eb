import {
  type Catalog,
  type MetadataTable,
  type MetadataTableName,
  type RelationEntry,
  type RelationName,
  type SnapshotEntry,
  type TableSnapshot,
  type TimeTravel,
  type ViewDefinition,
} from '../../spi/index.ts';
import type { NameStore, RelationPointer } from '../catalog-store/catalog-store.ts';
import { readMetadataTable } from '../inspect/read-metadata-table.ts';
import { FORMAT_VERSION } from '../iceberg/metadata/format-version.ts';
import { parseViewMetadata } from '../iceberg/metadata/view-metadata.ts';
import type { Snapshot, TableMetadata } from '../iceberg/metadata/table-metadata.ts';
import { findSnapshot, snapshotById } from './find-snapshot.ts';
import type { MetadataReader } from './metadata-reader.ts';
import { unknownSchema, unknownTable, wrongKind } from './unknown-name.ts';

/** The catalog of a warehouse: pointers from the store, the rest from the metadata files that they name. */
export class StoredCatalog implements Catalog {
  readonly #names: NameStore;
  readonly #metadata: MetadataReader;

  constructor(names: NameStore, metadata: MetadataReader) {
    this.#names = names;
    this.#metadata = metadata;
  }

  pinned(): Catalog {
    return new StoredCatalog(this.#names.pinned(), this.#metadata);
  }

  schemas(): Promise<readonly string[]> {
    return Promise.resolve(this.#names.schemas());
  }

  async relations(schema: string): Promise<readonly RelationEntry[]> {
    if (this.#names.schema(schema) === null) throw unknownSchema(this.#names, schema);
    await Promise.resolve();
    return this.#names.relations(schema).map((pointer) => ({
      schema: pointer.schema,
      name: pointer.name,
      kind: pointer.stream === pointer.uuid ? 'materialized_view' : pointer.kind,
      uuid: pointer.uuid,
    }));
  }

  async resolve(name: RelationName, at?: TimeTravel): Promise<TableSnapshot | ViewDefinition | null> {
    const pointer = this.#names.relation(name);
    if (pointer === null) return null;
    if (pointer.kind === 'view') {
      if (at !== undefined) throw wrongKind(pointer, 'view');
      const bytes = await this.#metadata.bytes(pointer.metadataLocation);
      return { ...parseViewMetadata(bytes, pointer.metadataLocation, pointer), uuid: pointer.uuid };
    }
    const table = await this.#metadata.table(pointer.metadataLocation);
    const snapshot = findSnapshot(table, at);
    const found = tableSnapshot(pointer, table, snapshot, isOfThePast(table, at));
    return (await this.#hasDeletes(snapshot)) ? { ...found, deletes: true } : found;
  }

  /** Summaries need not count; then the manifests tell. */
  async #hasDeletes(snapshot: Snapshot | null): Promise<boolean> {
    if (snapshot === null) return false;
    const counted = total(snapshot, 'total-delete-files');
    if (counted !== null) return counted > 0;
    return (await this.#metadata.manifestList(snapshot.manifestList)).some(({ content }) => content === 'deletes');
  }

  async history(name: RelationName): Promise<readonly SnapshotEntry[]> {
    const table = await this.#table(name);
    return [...table.snapshots.values()].map(snapshotEntry).sort((left, right) => left.sequenceNumber - right.sequenceNumber);
  }

  async metadataTable(table: RelationName, name: MetadataTableName, snapshotId: string | null): Promise<MetadataTable> {
    const metadata = await this.#table(table);
    return readMetadataTable(this.#metadata, metadata, name, snapshotId === null ? null : snapshotById(metadata, snapshotId));
  }

  async #table(name: RelationName): Promise<TableMetadata> {
    const pointer = this.#names.relation(name);
    if (pointer === null) throw unknownTable(this.#names, name);
    if (pointer.kind !== 'table') throw wrongKind(pointer, pointer.kind);
    return this.#metadata.table(pointer.metadataLocation);
  }
}

function tableSnapshot(pointer: RelationPointer, table: TableMetadata, snapshot: Snapshot | null, travelled: boolean): TableSnapshot {
  // A snapshot of the past is read with the schema of its time.
  const past = travelled && snapshot?.schemaId !== null && snapshot !== null ? table.schemas.get(snapshot.schemaId) : undefined;
  const schema = past ?? table.schema;
  const { comment, ...properties } = table.properties;
  return {
    kind: 'table',
    ref: { schema: pointer.schema, name: pointer.name, uuid: pointer.uuid },
    snapshotId: snapshot === null ? null : snapshot.snapshotId.toString(),
    schemaId: schema.schemaId,
    fields: schema.fields,
    partitionSpec: table.spec,
    properties: table.formatVersion === 2 ? properties : { ...properties, [FORMAT_VERSION]: String(table.formatVersion) },
    rows: snapshot === null ? 0 : total(snapshot, 'total-records'),
    bytes: snapshot === null ? 0 : total(snapshot, 'total-files-size'),
    files: snapshot === null ? 0 : total(snapshot, 'total-data-files'),
    comment: comment ?? null,
  };
}

/** A branch goes on, so it is read with the table's columns of now; everything else of the past is read with those of its time.
 *  @see Iceberg spec v2, "Snapshot References" */
function isOfThePast({ refs }: TableMetadata, at: TimeTravel | undefined): boolean {
  return at !== undefined && !(at.kind === 'reference' && refs.get(at.name)?.type === 'branch');
}

function total(snapshot: Snapshot, key: string): number | null {
  const value = Number(snapshot.summary[key] ?? NaN);
  return Number.isSafeInteger(value) ? value : null;
}

function snapshotEntry(snapshot: Snapshot): SnapshotEntry {
  const { operation, ...summary } = snapshot.summary;
  return {
    snapshotId: snapshot.snapshotId.toString(),
    parentId: snapshot.parentId === null ? null : snapshot.parentId.toString(),
    sequenceNumber: snapshot.sequenceNumber,
    committedAtMs: snapshot.timestampMs,
    operation: operation ?? 'append',
    summary,
  };
}
