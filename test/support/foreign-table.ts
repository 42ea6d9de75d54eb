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
import { addSnapshot, createTableMetadata, upgradeMetadata } from '../../storage/iceberg/metadata/change-table-metadata.ts';
import { readTableMetadata } from '../../storage/iceberg/metadata/parse-table-metadata.ts';
import { printPartitionSpec } from '../../storage/iceberg/metadata/partition-spec-json.ts';
import type { TableMetadata } from '../../storage/iceberg/metadata/table-metadata.ts';
import { FILE_PATH_ID } from '../../storage/iceberg/manifest/referenced-path.ts';
import { printVectorFile } from '../../storage/iceberg/puffin/print-vector-file.ts';
import { planScan } from '../../storage/scan/plan-scan.ts';

/** A file that a commit adds. */
export interface ForeignFile {
  /** Query of its rows; field ids by column name, none for a file without them. */
  readonly query: string;
  readonly fieldIds: Readonly<Record<string, number>>;
  readonly specId: number;
  readonly partition: PartitionValues;
  readonly deletes: DeleteFacts | null;
  /** Positions of a deletion vector, in place of a query; it takes the place of the vector that the data file has. */
  readonly positions?: readonly number[];
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
  readonly #vectors = new Map<string, string>();

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

  /** Takes the table to version 3 of the format. */
  upgrade(): void {
    this.#metadata = upgradeMetadata(this.#metadata);
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
      if (file.positions !== undefined) {
        entries.push({ file, entry: await this.#writeVector(file, file.positions) });
        continue;
      }
      const path = join(this.directory, 'data', `f${String(this.#written).padStart(4, '0')}.parquet`);
      const ids = Object.entries(file.fieldIds).map(([name, id]) => `"${name}": ${String(id)}`);
      const idsOption = ids.length === 0 ? '' : `, FIELD_IDS {${ids.join(', ')}}`;
      const done = await connection.runAndReadAll(`COPY (${file.query}) TO '${path}' (FORMAT parquet${idsOption})`);
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
          { formatVersion: this.#metadata.formatVersion },
        );
        const path = join(this.directory, `m-${String(sequenceNumber)}-${String(specId)}-${content}.avro`);
        await this.#files.write(path, bytes);
        this.#replaceVectors(
          own.map(({ entry }) => entry),
          pathToLocation(path),
        );
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
    const { formatVersion, nextRowId } = this.#metadata;
    await this.#files.write(list, writeManifestList({ snapshotId, parentId, sequenceNumber, formatVersion }, this.#manifests));
    const snapshot = {
      snapshotId,
      parentId,
      sequenceNumber,
      timestampMs: sequenceNumber,
      manifestList: pathToLocation(list),
      summary: {},
      schemaId: 0,
      ...(formatVersion === 3 ? { firstRowId: nextRowId, addedRows: 0 } : {}),
    };
    this.#metadata = addSnapshot(this.#metadata, snapshot, null);
    return entries.map(({ entry }) => entry.location);
  }

  async #writeVector(file: ForeignFile, positions: readonly number[]): Promise<ManifestEntry> {
    const path = join(this.directory, 'data', `v${String(this.#written).padStart(4, '0')}.puffin`);
    const { deletes } = file;
    assert(deletes?.referencedDataFile !== undefined && deletes.referencedDataFile !== null, 'a vector is of a data file');
    // Vectors of other data files lie before and behind.
    const other = { location: 'file:///other', positions: [0, 7] };
    const { bytes, vectors } = printVectorFile([other, { location: deletes.referencedDataFile, positions }, other]);
    await this.#files.write(path, bytes);
    const [, vector] = vectors;
    assert(vector !== undefined, 'the vector is in the file');
    const entry = entryOf(file, pathToLocation(path), positions.length, bytes.length);
    return { ...entry, format: 'PUFFIN', deletes: { ...deletes, vector: { offset: vector.offset, length: vector.length } } };
  }

  /** A data file has one vector at most; here each lies in a manifest of its own. */
  #replaceVectors(entries: readonly ManifestEntry[], manifest: string): void {
    for (const { deletes } of entries) {
      if (deletes === null || deletes.vector === null || deletes.referencedDataFile === null) continue;
      const before = this.#vectors.get(deletes.referencedDataFile);
      this.#manifests = this.#manifests.filter(({ location }) => location !== before);
      this.#vectors.set(deletes.referencedDataFile, manifest);
    }
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
