import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import {
  assert,
  type Field,
  type PartitionSpec,
  pathToLocation,
  type ScanColumn,
  type ScanRequest,
  type TableSource,
} from '../../spi/index.ts';
import { snapshotById } from '../../storage/catalog/find-snapshot.ts';
import { MetadataReader } from '../../storage/catalog/metadata-reader.ts';
import type { DataService } from '../../storage/data/data-service.ts';
import { localFileSystem } from '../../storage/file/local-file-system.ts';
import type { JsonObject } from '../../storage/iceberg/json/lossless-json.ts';
import type { DeleteFacts, ManifestEntry } from '../../storage/iceberg/manifest/manifest-entry.ts';
import type { ManifestFile } from '../../storage/iceberg/manifest/manifest-file.ts';
import { writeManifestList } from '../../storage/iceberg/manifest/manifest-list.ts';
import type { PartitionValues } from '../../storage/iceberg/manifest/partition-avro.ts';
import { writeManifest } from '../../storage/iceberg/manifest/write-manifest.ts';
import { addSnapshot, createTableMetadata } from '../../storage/iceberg/metadata/change-table-metadata.ts';
import { readTableMetadata } from '../../storage/iceberg/metadata/parse-table-metadata.ts';
import { printPartitionSpec } from '../../storage/iceberg/metadata/partition-spec-json.ts';
import type { TableMetadata } from '../../storage/iceberg/metadata/table-metadata.ts';
import { FILE_PATH_ID } from '../../storage/iceberg/manifest/referenced-path.ts';
import { planScan } from '../../storage/scan/plan-scan.ts';

/** A file that a commit adds. */
export interface ForeignFile {
  /** Query of its rows; field ids by column name. */
  readonly query: string;
  readonly fieldIds: Readonly<Record<string, number>>;
  readonly specId: number;
  readonly partition: PartitionValues;
  readonly deletes: DeleteFacts | null;
  /** Bounds of `file_path`, where the writer tells them. */
  readonly paths?: readonly [lower: string, upper: string];
}

const NO_METRICS = {
  columnBytes: new Map<number, number>(),
  valueCounts: new Map<number, number>(),
  nullCounts: new Map<number, number>(),
  nanCounts: new Map<number, number>(),
  splitOffsets: null,
};

/** A table on disk that a test writes as another engine would: any files, deletes included, in any order of commits. */
export class ForeignTable {
  readonly directory: string;
  readonly #files = localFileSystem();
  readonly #reader = new MetadataReader(this.#files);
  #metadata: TableMetadata;
  #manifests: readonly ManifestFile[] = [];
  #written = 0;

  constructor(fields: readonly Field[], specs: readonly PartitionSpec[], root = tmpdir()) {
    this.directory = mkdtempSync(join(root, 'foreign-'));
    mkdirSync(join(this.directory, 'data'));
    const [spec] = specs;
    assert(spec !== undefined, 'a table has a spec');
    const created = createTableMetadata({
      uuid: 'u',
      location: pathToLocation(this.directory),
      fields,
      lastColumnId: Math.max(...fields.map(({ id }) => id)),
      spec,
      properties: {},
      createdAtMs: 1,
    });
    this.#metadata = readTableMetadata({ ...created.json, 'partition-specs': specs.map(printPartitionSpec) }, 'foreign');
  }

  get metadata(): TableMetadata {
    return this.#metadata;
  }

  /** The newest snapshot. */
  get snapshotId(): string | null {
    return this.#metadata.current?.snapshotId.toString() ?? null;
  }

  get columns(): readonly ScanColumn[] {
    return this.#metadata.schema.fields.map((field, index) => ({ ...field, id: index, fieldId: field.id }));
  }

  request(snapshotId: string | null = this.snapshotId): ScanRequest {
    const table = { schema: 'main', name: 't', uuid: 'u' };
    return { table, snapshotId, schemaId: this.#metadata.schema.schemaId, columns: this.columns, filter: null, deletes: true };
  }

  /** Gives the table's schema other columns; files that are there stay as they are. */
  evolve(fields: readonly Field[]): void {
    const { json, schemas } = this.#metadata;
    const id = schemas.size;
    const schema = {
      type: 'struct',
      'schema-id': id,
      fields: fields.map(({ id: fieldId, name, type }) => ({
        id: fieldId,
        name,
        required: false,
        type: ICEBERG_NAME[type.kind] ?? 'string',
      })),
    };
    const changed = { ...json, schemas: [...(json['schemas'] as readonly JsonObject[]), schema], 'current-schema-id': id };
    this.#metadata = readTableMetadata(changed, 'foreign');
  }

  /** Writes the files and makes them one snapshot; returns their locations. */
  async commit(files: readonly ForeignFile[]): Promise<readonly string[]> {
    const sequenceNumber = this.#metadata.lastSequenceNumber + 1;
    const snapshotId = BigInt(sequenceNumber);
    const entries: { readonly file: ForeignFile; readonly entry: ManifestEntry }[] = [];
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    const connection = await instance.connect();
    for (const file of files) {
      this.#written += 1;
      const path = join(this.directory, 'data', `f${String(this.#written).padStart(4, '0')}.parquet`);
      const ids = Object.entries(file.fieldIds).map(([name, id]) => `"${name}": ${String(id)}`);
      const done = await connection.runAndReadAll(`COPY (${file.query}) TO '${path}' (FORMAT parquet, FIELD_IDS {${ids.join(', ')}})`);
      entries.push({ file, entry: entryOf(file, pathToLocation(path), Number(done.getRows()[0]?.[0]), statSync(path).size) });
    }
    connection.closeSync();
    instance.closeSync();
    const added: ManifestFile[] = [];
    for (const specId of new Set(files.map((file) => file.specId))) {
      for (const content of ['data', 'deletes'] as const) {
        const own = entries.filter(({ file }) => file.specId === specId && (file.deletes === null) === (content === 'data'));
        const spec = this.#metadata.specs.get(specId);
        if (own.length === 0 || spec === undefined) continue;
        const bytes = writeManifest(
          this.#metadata.schema,
          spec,
          own.map(({ entry }) => entry),
        );
        const path = join(this.directory, `m-${String(sequenceNumber)}-${String(specId)}-${content}.avro`);
        await this.#files.write(path, bytes);
        const counts = { addedFiles: own.length, existingFiles: 0, deletedFiles: 0, addedRows: 1, existingRows: 0, deletedRows: 0 };
        const sequence = { sequenceNumber, minSequenceNumber: sequenceNumber, addedSnapshotId: snapshotId };
        added.push({
          location: pathToLocation(path),
          bytes: bytes.length,
          specId,
          content,
          ...sequence,
          ...counts,
          partitions: null,
          keyMetadata: null,
        });
      }
    }
    this.#manifests = [...this.#manifests, ...added];
    const parentId = this.#metadata.current?.snapshotId ?? null;
    const list = join(this.directory, `list-${String(sequenceNumber)}.avro`);
    await this.#files.write(list, writeManifestList({ snapshotId, parentId, sequenceNumber }, this.#manifests));
    const snapshot = {
      snapshotId,
      parentId,
      sequenceNumber,
      timestampMs: sequenceNumber,
      manifestList: pathToLocation(list),
      summary: {},
      schemaId: 0,
    };
    this.#metadata = addSnapshot(this.#metadata, snapshot, null);
    return entries.map(({ entry }) => entry.location);
  }

  /** What engines read the table by. */
  source(service: DataService): TableSource {
    return {
      plan: (request) =>
        planScan(
          this.#reader,
          this.#metadata,
          request.snapshotId === null ? null : snapshotById(this.#metadata, request.snapshotId),
          request,
        ),
      read: (split, columns, signal) =>
        service.read(
          split,
          columns.map((column) => ({ ...column, id: column.fieldId })),
          columns,
          signal,
        ),
    };
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

const ICEBERG_NAME: Readonly<Record<string, string>> = { bigint: 'long', integer: 'int', varchar: 'string' };

function entryOf(file: ForeignFile, location: string, rows: number, bytes: number): ManifestEntry {
  const bound = (index: 0 | 1): ReadonlyMap<number, Uint8Array> =>
    new Map(file.paths === undefined ? [] : [[FILE_PATH_ID, Buffer.from(file.paths[index])]]);
  const metrics = { ...NO_METRICS, lowerBounds: bound(0), upperBounds: bound(1) };
  const inherited = { snapshotId: null, sequenceNumber: null, fileSequenceNumber: null };
  return {
    status: 'added',
    ...inherited,
    location,
    format: 'PARQUET',
    partition: file.partition,
    rows,
    bytes,
    metrics,
    deletes: file.deletes,
  };
}
