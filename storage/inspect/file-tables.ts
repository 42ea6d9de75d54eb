import type { DataType, MetadataTable } from '../../spi/index.ts';
import { type MetadataReader, specOf } from '../catalog/metadata-reader.ts';
import type { ManifestEntry } from '../iceberg/manifest/manifest-entry.ts';
import type { Snapshot, TableMetadata } from '../iceberg/metadata/table-metadata.ts';
import { bytesToValue } from '../iceberg/value/value-bytes.ts';
import { valueToText } from '../iceberg/value/value-text.ts';
import { fieldTypes } from '../iceberg/type/field-types.ts';
import { partitionPrinter } from './partition-text.ts';

type Columns = MetadataTable['columns'];

/** An entry of one of a snapshot's manifests, with its partition as text. */
interface PlacedEntry {
  readonly entry: ManifestEntry;
  readonly specId: number;
  readonly partition: string;
}

const CONTENT_NUMBER = { data: '0', position: '1', equality: '2' } as const;

const FILE_COLUMNS: Columns = [
  { name: 'content', type: 'bigint' },
  { name: 'file_path', type: 'varchar' },
  { name: 'file_format', type: 'varchar' },
  { name: 'spec_id', type: 'bigint' },
  { name: 'partition', type: 'varchar' },
  { name: 'record_count', type: 'bigint' },
  { name: 'file_size_in_bytes', type: 'bigint' },
  { name: 'column_sizes', type: 'varchar' },
  { name: 'value_counts', type: 'varchar' },
  { name: 'null_value_counts', type: 'varchar' },
  { name: 'nan_value_counts', type: 'varchar' },
  { name: 'lower_bounds', type: 'varchar' },
  { name: 'upper_bounds', type: 'varchar' },
  { name: 'split_offsets', type: 'varchar' },
  { name: 'sort_order_id', type: 'bigint' },
];

/** Returns the files of a snapshot. Facts about columns are JSON objects by field id, bounds in the canonical text of the column's type. */
export async function filesTable(reader: MetadataReader, table: TableMetadata, snapshot: Snapshot | null): Promise<MetadataTable> {
  const types = typesOf(table);
  const rows: MetadataTable['rows'][number][] = [];
  for await (const placed of entriesOf(reader, table, snapshot)) {
    if (placed.entry.status !== 'deleted') rows.push(fileRow(placed, types));
  }
  return { columns: FILE_COLUMNS, rows };
}

const STATUS_NUMBER: Readonly<Record<ManifestEntry['status'], string>> = { existing: '0', added: '1', deleted: '2' };

/** Returns the entries of a snapshot's manifests: `status` is 0 for files of before, 1 for those added, 2 for those deleted. */
export async function entriesTable(reader: MetadataReader, table: TableMetadata, snapshot: Snapshot | null): Promise<MetadataTable> {
  const types = typesOf(table);
  const rows: MetadataTable['rows'][number][] = [];
  for await (const placed of entriesOf(reader, table, snapshot)) {
    const { status, snapshotId, sequenceNumber, fileSequenceNumber } = placed.entry;
    rows.push([
      STATUS_NUMBER[status],
      snapshotId?.toString() ?? null,
      sequenceNumber === null ? null : String(sequenceNumber),
      fileSequenceNumber === null ? null : String(fileSequenceNumber),
      ...fileRow(placed, types),
    ]);
  }
  const own: Columns = [
    { name: 'status', type: 'bigint' },
    { name: 'snapshot_id', type: 'bigint' },
    { name: 'sequence_number', type: 'bigint' },
    { name: 'file_sequence_number', type: 'bigint' },
  ];
  return { columns: [...own, ...FILE_COLUMNS], rows };
}

/** Returns the partitions of a snapshot with what they hold, in order of spec and partition. */
export async function partitionsTable(reader: MetadataReader, table: TableMetadata, snapshot: Snapshot | null): Promise<MetadataTable> {
  const totals = new Map<string, { specId: number; partition: string; rows: number; files: number; bytes: number }>();
  for await (const { entry, specId, partition } of entriesOf(reader, table, snapshot)) {
    if (entry.status === 'deleted' || entry.deletes !== null) continue;
    const key = `${String(specId)} ${partition}`;
    const total = totals.get(key) ?? { specId, partition, rows: 0, files: 0, bytes: 0 };
    totals.set(key, { ...total, rows: total.rows + entry.rows, files: total.files + 1, bytes: total.bytes + entry.bytes });
  }
  const sorted = [...totals.values()].sort((left, right) => left.specId - right.specId || (left.partition < right.partition ? -1 : 1));
  return {
    columns: [
      { name: 'partition', type: 'varchar' },
      { name: 'spec_id', type: 'bigint' },
      { name: 'record_count', type: 'bigint' },
      { name: 'file_count', type: 'bigint' },
      { name: 'total_size', type: 'bigint' },
    ],
    rows: sorted.map(({ partition, specId, rows, files, bytes }) => [
      partition,
      String(specId),
      String(rows),
      String(files),
      String(bytes),
    ]),
  };
}

async function* entriesOf(reader: MetadataReader, table: TableMetadata, snapshot: Snapshot | null): AsyncGenerator<PlacedEntry> {
  if (snapshot === null) return;
  for (const file of await reader.manifestList(snapshot.manifestList)) {
    const print = partitionPrinter(table, specOf(table, file.specId));
    for (const entry of (await reader.manifest(file, table)).entries)
      yield { entry, specId: file.specId, partition: print(entry.partition) };
  }
}

function fileRow({ entry, specId, partition }: PlacedEntry, types: ReadonlyMap<number, DataType>): readonly (string | null)[] {
  const { metrics } = entry;
  const bounds = (all: ReadonlyMap<number, Uint8Array>): string | null =>
    jsonOf(all, (bytes, id) => {
      const type = types.get(id);
      const value = type === undefined ? null : bytesToValue(type, bytes);
      return type === undefined || value === null ? null : valueToText(type, value);
    });
  return [
    CONTENT_NUMBER[entry.deletes?.content ?? 'data'],
    entry.location,
    entry.format,
    String(specId),
    partition,
    String(entry.rows),
    String(entry.bytes),
    jsonOf(metrics.columnBytes, Number),
    jsonOf(metrics.valueCounts, Number),
    jsonOf(metrics.nullCounts, Number),
    jsonOf(metrics.nanCounts, Number),
    bounds(metrics.lowerBounds),
    bounds(metrics.upperBounds),
    metrics.splitOffsets === null ? null : JSON.stringify(metrics.splitOffsets),
    String(entry.sortOrderId ?? 0),
  ];
}

function jsonOf<Value>(map: ReadonlyMap<number, Value>, show: (value: Value, id: number) => string | number | null): string | null {
  return map.size === 0 ? null : JSON.stringify(Object.fromEntries([...map].map(([id, value]) => [id, show(value, id)])));
}

/** Columns that were dropped since still have bounds in old files. */
const typesOf = (table: TableMetadata): ReadonlyMap<number, DataType> =>
  fieldTypes([...[...table.schemas.values()].flatMap((schema) => schema.fields), ...table.schema.fields]);
