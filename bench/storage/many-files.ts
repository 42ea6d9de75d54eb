import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { assert, type DataType, type NewColumn, pathToLocation, type RelationName, type TableRef } from '../../spi/index.ts';
import { openCatalogStore } from '../../storage/catalog-store/open-catalog-store.ts';
import { newTableMetadata } from '../../storage/commit/new-table-metadata.ts';
import { storeManifest } from '../../storage/commit/store-manifest.ts';
import { writeTableMetadata } from '../../storage/commit/write-table-metadata.ts';
import { localFileSystem } from '../../storage/file/local-file-system.ts';
import type { FileMetrics, ManifestEntry } from '../../storage/iceberg/manifest/manifest-entry.ts';
import type { ManifestFile } from '../../storage/iceberg/manifest/manifest-file.ts';
import { writeManifestList } from '../../storage/iceberg/manifest/manifest-list.ts';
import { addSnapshot } from '../../storage/iceberg/metadata/change-table-metadata.ts';
import { valueToBytes } from '../../storage/iceberg/value/value-bytes.ts';
import { layoutOf } from '../../storage/warehouse-layout.ts';

/** A table whose metadata names files that nobody wrote: planning reads none of them. */
export interface ManyFiles {
  readonly table: TableRef;
  /** Path of the metadata file. */
  readonly metadata: string;
  readonly files: number;
  /** Days on which the table has files, from 1970 on. */
  readonly days: number;
}

const NAME: RelationName = { schema: 'main', name: 'many_files' };
/** Manifests of a table, so that one of them holds a hundredth of its files. */
const MANIFESTS = 100;
const FILES_PER_DAY = 100;
const ROWS_PER_FILE = 100_000;
const FILE_BYTES = 4 << 20;
const DAY_US = 86_400_000_000n;
const SNAPSHOT_ID = 4_000_000_000_000_000_001n;

const column = (name: string, type: DataType): NewColumn => ({ name, type, nullable: true });

/** Ten columns as tables of events have them. */
const COLUMNS: readonly NewColumn[] = [
  column('at', { kind: 'timestamp' }),
  column('id', { kind: 'bigint' }),
  column('user_id', { kind: 'bigint' }),
  column('kind', { kind: 'varchar' }),
  column('country', { kind: 'varchar' }),
  column('price', { kind: 'decimal', precision: 12, scale: 2 }),
  column('quantity', { kind: 'integer' }),
  column('score', { kind: 'double' }),
  column('day', { kind: 'date' }),
  column('note', { kind: 'varchar' }),
];

/** Makes the table in a new warehouse, partitioned by day, with a hundred manifests as appends in order of time leave them. */
export async function makeManyFiles(warehouseDirectory: string, files: number): Promise<ManyFiles> {
  const layout = layoutOf(warehouseDirectory);
  const uuid = '00000000-0000-4000-8000-000000000001';
  const directory = join(layout.tablesDirectory, 'main', 'many_files');
  for (const folder of [layout.catalogDirectory, join(directory, 'metadata')]) mkdirSync(folder, { recursive: true });
  const empty = newTableMetadata(
    { name: NAME, columns: COLUMNS, partitioning: [{ column: 'at', transform: { kind: 'day' } }], properties: {}, comment: null },
    uuid,
    directory,
  );
  const disk = localFileSystem();
  const manifests: ManifestFile[] = [];
  const filesPerManifest = Math.ceil(files / MANIFESTS);
  for (let start = 0; start < files; start += filesPerManifest) {
    const entries = Array.from({ length: Math.min(filesPerManifest, files - start) }, (_, index) => entryOf(start + index, directory));
    const stored = await storeManifest(
      disk,
      directory,
      'm0',
      { formatVersion: 2, schema: empty.schema, spec: empty.spec },
      SNAPSHOT_ID,
      entries,
    );
    manifests.push({ ...stored, sequenceNumber: 1, minSequenceNumber: 1 });
  }
  const listPath = join(directory, 'metadata', `snap-${String(SNAPSHOT_ID)}.avro`);
  await disk.write(listPath, writeManifestList({ snapshotId: SNAPSHOT_ID, parentId: null, sequenceNumber: 1 }, manifests));
  const metadata = addSnapshot(
    empty,
    {
      snapshotId: SNAPSHOT_ID,
      parentId: null,
      sequenceNumber: 1,
      timestampMs: Date.now(),
      manifestList: pathToLocation(listPath),
      summary: { operation: 'append', 'total-data-files': String(files) },
      schemaId: 0,
    },
    null,
  );
  const { location } = await writeTableMetadata(disk, directory, metadata, null);
  const store = openCatalogStore(layout.catalogDirectory, 'write');
  store.update(null, (state) => {
    state.putSchema('main');
    state.putRelation({ kind: 'table', ...NAME, uuid, metadataLocation: location, tableLocation: pathToLocation(directory) });
    return null;
  });
  await store.close();
  return { table: { ...NAME, uuid }, metadata: location, files, days: Math.ceil(files / FILES_PER_DAY) };
}

function entryOf(file: number, directory: string): ManifestEntry {
  const day = BigInt(Math.floor(file / FILES_PER_DAY));
  return {
    status: 'added',
    snapshotId: SNAPSHOT_ID,
    sequenceNumber: null,
    fileSequenceNumber: null,
    location: pathToLocation(join(directory, 'data', `at_day=${String(day)}`, `part-${String(file).padStart(8, '0')}.parquet`)),
    format: 'PARQUET',
    partition: [day],
    rows: ROWS_PER_FILE,
    bytes: FILE_BYTES + (file % 1000),
    metrics: metricsOf(file, day),
    deletes: null,
  };
}

function metricsOf(file: number, day: bigint): FileMetrics {
  const start = day * DAY_US + BigInt(file % FILES_PER_DAY) * 800_000_000n;
  const id = BigInt(file) * BigInt(ROWS_PER_FILE);
  const bounds: readonly (readonly [bigint | number | string, bigint | number | string])[] = [
    [start, start + 799_999_999n],
    [id, id + BigInt(ROWS_PER_FILE - 1)],
    [BigInt(file % 977), BigInt(1_000_000 - (file % 1009))],
    ['add_to_cart', 'view'],
    ['AD', 'ZW'],
    [BigInt(file % 100), BigInt(99_999 - (file % 700))],
    [1n, BigInt(90 + (file % 10))],
    [(file % 50) / 100, 1 - (file % 30) / 1000],
    [day, day],
    [`note ${String(file % 331)}`, `zeta ${String(file % 17)}`],
  ];
  assert(bounds.length === COLUMNS.length, 'every column has bounds');
  const byColumn = <Value>(make: (index: number) => Value): ReadonlyMap<number, Value> =>
    new Map(COLUMNS.map((_, index) => [index + 1, make(index)]));
  const bytesOf = (index: number, side: 0 | 1): Uint8Array =>
    valueToBytes(COLUMNS[index]?.type ?? { kind: 'null' }, bounds[index]?.[side] ?? 0n);
  return {
    columnBytes: byColumn((index) => 40_000 * (index + 1) + (file % 5000)),
    valueCounts: byColumn(() => ROWS_PER_FILE),
    nullCounts: byColumn((index) => (index % 3 === 0 ? 0 : file % 50)),
    nanCounts: new Map([[8, 0]]),
    lowerBounds: byColumn((index) => bytesOf(index, 0)),
    upperBounds: byColumn((index) => bytesOf(index, 1)),
    splitOffsets: [4],
  };
}
