import { type Expression, type PartitionSpec, pathToLocation, type ScanPlan } from '../../../spi/index.ts';
import { MetadataReader } from '../../../storage/catalog/metadata-reader.ts';
import type { ManifestEntry } from '../../../storage/iceberg/manifest/manifest-entry.ts';
import type { ManifestFile } from '../../../storage/iceberg/manifest/manifest-file.ts';
import { writeManifestList } from '../../../storage/iceberg/manifest/manifest-list.ts';
import { type PartitionValues, partitionTypes } from '../../../storage/iceberg/manifest/partition-avro.ts';
import { summarisePartitions } from '../../../storage/iceberg/manifest/summarise-partitions.ts';
import { writeManifest } from '../../../storage/iceberg/manifest/write-manifest.ts';
import { addSnapshot, createTableMetadata } from '../../../storage/iceberg/metadata/change-table-metadata.ts';
import type { Snapshot, TableMetadata } from '../../../storage/iceberg/metadata/table-metadata.ts';
import { applyTransform } from '../../../storage/iceberg/transform/apply-transform.ts';
import { type ColumnValue, compareValues } from '../../../storage/iceberg/value/column-value.ts';
import { truncateLower, truncateUpper } from '../../../storage/iceberg/value/truncate-bound.ts';
import { valueToBytes } from '../../../storage/iceberg/value/value-bytes.ts';
import { planScan } from '../../../storage/scan/plan-scan.ts';
import { MemoryFileSystem } from '../../unit/storage/fixture/memory-file-system.ts';
import type { OracleRow } from './evaluate-condition.ts';
import { columnId, FIELDS } from './random-table.ts';

/** Rows that are stored: which file each is in, and a way to plan scans over them. */
export interface StoredRows {
  readonly files: ReadonlyMap<string, readonly OracleRow[]>;
  plan(filter: Expression | null): Promise<ScanPlan>;
}

/** Stores rows as manifests of files of at most `fileRowsMax` rows, each file of one partition. */
export async function storeRows(rows: readonly OracleRow[], spec: PartitionSpec, fileRowsMax: number): Promise<StoredRows> {
  const disk = new MemoryFileSystem();
  const files = new Map<string, readonly OracleRow[]>();
  const manifests: ManifestFile[] = [];
  const table = createTableMetadata({
    uuid: 'u',
    location: 'file:///t',
    fields: FIELDS,
    lastColumnId: FIELDS.length,
    spec,
    properties: {},
    createdAtMs: 1,
  });
  const byPartition = groupRows(rows, spec);
  for (const [partition, partRows] of byPartition) {
    const entries: ManifestEntry[] = [];
    for (let start = 0; start < partRows.length; start += fileRowsMax) {
      const fileRows = partRows.slice(start, start + fileRowsMax);
      const location = pathToLocation(`/t/data/${String(files.size)}.parquet`);
      files.set(location, fileRows);
      entries.push(entryOf(location, partition, fileRows));
    }
    const path = `/t/metadata/${String(manifests.length)}.avro`;
    const bytes = writeManifest(table.schema, spec, entries);
    await disk.write(path, bytes);
    const summaries = summarisePartitions(
      partitionTypes(spec, FIELDS),
      entries.map((entry) => entry.partition),
    );
    manifests.push(manifestOf(pathToLocation(path), bytes.byteLength, entries, summaries));
  }
  const snapshot: Snapshot = {
    snapshotId: 5n,
    parentId: null,
    sequenceNumber: 1,
    timestampMs: 2,
    manifestList: 'file:///t/metadata/list.avro',
    summary: {},
    schemaId: 0,
  };
  await disk.write('/t/metadata/list.avro', writeManifestList(snapshot, manifests));
  const metadata: TableMetadata = addSnapshot(table, snapshot, null);
  const reader = new MetadataReader(disk);
  const columns = FIELDS.map((field) => ({ ...field, id: columnId(field), fieldId: field.id }));
  const request = { table: { schema: 'main', name: 't', uuid: 'u' }, snapshotId: '5', schemaId: 0, columns };
  return { files, plan: (filter) => planScan(reader, metadata, metadata.current, { ...request, filter }) };
}

function groupRows(rows: readonly OracleRow[], spec: PartitionSpec): Map<PartitionValues, OracleRow[]> {
  const groups = new Map<string, { partition: PartitionValues; rows: OracleRow[] }>();
  for (const row of rows) {
    const partition = spec.fields.map((part) => {
      const field = FIELDS.find((candidate) => candidate.id === part.sourceId);
      const value = field === undefined ? null : (row.get(columnId(field)) ?? null);
      return field === undefined || value === null ? null : applyTransform(part.transform, field.type, value);
    });
    const key = partition.map((value) => `${typeof value}:${Object.is(value, -0) ? '-0' : String(value)}`).join('|');
    const group = groups.get(key) ?? { partition, rows: [] };
    group.rows.push(row);
    groups.set(key, group);
  }
  return new Map([...groups.values()].map((group) => [group.partition, group.rows]));
}

function entryOf(location: string, partition: PartitionValues, rows: readonly OracleRow[]): ManifestEntry {
  const valueCounts = new Map<number, number>();
  const nullCounts = new Map<number, number>();
  const nanCounts = new Map<number, number>();
  const lowerBounds = new Map<number, Uint8Array>();
  const upperBounds = new Map<number, Uint8Array>();
  for (const field of FIELDS) {
    const values = rows.map((row) => row.get(columnId(field)) ?? null);
    valueCounts.set(field.id, rows.length);
    nullCounts.set(field.id, values.filter((value) => value === null).length);
    if (field.type.kind === 'double') nanCounts.set(field.id, values.filter(Number.isNaN).length);
    const ordered = values.filter((value): value is ColumnValue => value !== null && !Number.isNaN(value)).sort(compareValues);
    const lower = ordered[0];
    const upper = ordered.at(-1);
    const roundedUp = upper === undefined ? null : truncateUpper(upper);
    if (lower !== undefined) lowerBounds.set(field.id, valueToBytes(field.type, truncateLower(lower)));
    if (roundedUp !== null) upperBounds.set(field.id, valueToBytes(field.type, roundedUp));
  }
  const metrics = {
    columnBytes: new Map<number, number>(),
    valueCounts,
    nullCounts,
    nanCounts,
    lowerBounds,
    upperBounds,
    splitOffsets: null,
  };
  const inherited = { snapshotId: null, sequenceNumber: null, fileSequenceNumber: null };
  return { status: 'added', ...inherited, location, format: 'PARQUET', partition, rows: rows.length, bytes: 1, metrics, deletes: null };
}

function manifestOf(
  location: string,
  bytes: number,
  entries: readonly ManifestEntry[],
  partitions: NonNullable<ManifestFile['partitions']>,
): ManifestFile {
  return {
    location,
    bytes,
    specId: 0,
    content: 'data',
    sequenceNumber: 1,
    minSequenceNumber: 1,
    addedSnapshotId: 5n,
    addedFiles: entries.length,
    existingFiles: 0,
    deletedFiles: 0,
    addedRows: entries.reduce((sum, entry) => sum + entry.rows, 0),
    existingRows: 0,
    deletedRows: 0,
    partitions,
    keyMetadata: null,
  };
}
