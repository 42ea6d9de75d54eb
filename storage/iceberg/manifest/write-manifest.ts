import type { Field, PartitionSpec } from '../../../spi/index.ts';
import type { AvroRecord, AvroValue } from '../avro/avro-value.ts';
import { writeContainer } from '../avro/write-container.ts';
import { printLosslessJson } from '../json/lossless-json.ts';
import { printPartitionFields } from '../metadata/partition-spec-json.ts';
import type { FormatVersion } from '../metadata/table-metadata.ts';
import { printSchema, type TableSchema } from '../type/schema-json.ts';
import { manifestAvroSchema } from './manifest-avro-schema.ts';
import type { EntryStatus, ManifestEntry } from './manifest-entry.ts';
import { partitionAvroSchema, partitionToAvro, partitionTypes } from './partition-avro.ts';

const CONTENT_NUMBER = { data: 0, position: 1, equality: 2 } as const;
const STATUS_NUMBER: Readonly<Record<EntryStatus, number>> = { existing: 0, added: 1, deleted: 2 };

/** Header of a manifest whose files were all written with the very schema of its header. Other writers merge manifests of files under older schemas. */
export const EXACT_SCHEMA = 'trivium.exact-schema';

/** What a manifest is written with besides its schema. */
export interface ManifestWriting {
  /** Columns that the spec may be made of, in the types of its partition values; those of the schema when left out. */
  readonly columns?: readonly Field[];
  /** Whether all files were written with the schema. */
  readonly exact?: boolean;
  /** 2 when left out. */
  readonly formatVersion?: FormatVersion;
}

/** Returns a manifest of data files or of delete files, all of one partition spec. */
export function writeManifest(
  schema: TableSchema,
  spec: PartitionSpec,
  entries: readonly ManifestEntry[],
  { columns = schema.fields, exact = false, formatVersion = 2 }: ManifestWriting = {},
): Uint8Array {
  const types = partitionTypes(spec, columns);
  const header = {
    ...(exact ? { [EXACT_SCHEMA]: 'true' } : {}),
    schema: printLosslessJson(printSchema(schema)),
    'schema-id': String(schema.schemaId),
    'partition-spec': printLosslessJson(printPartitionFields(spec)),
    'partition-spec-id': String(spec.specId),
    'format-version': String(formatVersion),
    content: entries.some((entry) => entry.deletes !== null) ? 'deletes' : 'data',
  };
  const rows = entries.map((entry) => entryToAvro(entry, partitionToAvro(spec, types, entry.partition)));
  return writeContainer(manifestAvroSchema(partitionAvroSchema(spec, types), formatVersion), header, rows);
}

function entryToAvro(entry: ManifestEntry, partition: AvroRecord): AvroRecord {
  const { metrics } = entry;
  return {
    status: STATUS_NUMBER[entry.status],
    snapshot_id: entry.snapshotId,
    sequence_number: longOrNull(entry.sequenceNumber),
    file_sequence_number: longOrNull(entry.fileSequenceNumber),
    data_file: {
      content: CONTENT_NUMBER[entry.deletes?.content ?? 'data'],
      file_path: entry.location,
      file_format: entry.format,
      partition,
      record_count: BigInt(entry.rows),
      file_size_in_bytes: BigInt(entry.bytes),
      column_sizes: counts(metrics.columnBytes),
      value_counts: counts(metrics.valueCounts),
      null_value_counts: counts(metrics.nullCounts),
      nan_value_counts: counts(metrics.nanCounts),
      lower_bounds: pairs(metrics.lowerBounds, (bytes) => Buffer.from(bytes)),
      upper_bounds: pairs(metrics.upperBounds, (bytes) => Buffer.from(bytes)),
      key_metadata: null,
      split_offsets: metrics.splitOffsets === null ? null : metrics.splitOffsets.map(BigInt),
      equality_ids: entry.deletes?.content === 'equality' ? entry.deletes.equalityIds : null,
      sort_order_id: entry.deletes !== null ? null : entry.sortOrderId === undefined ? 0 : entry.sortOrderId,
      // A file that is added counts its rows from what the list says of its manifest.
      first_row_id: entry.status === 'added' ? null : longOrNull(entry.firstRowId ?? null),
      referenced_data_file: entry.deletes?.referencedDataFile ?? null,
      content_offset: longOrNull(entry.deletes?.vector?.offset ?? null),
      content_size_in_bytes: longOrNull(entry.deletes?.vector?.length ?? null),
    },
  };
}

const longOrNull = (value: number | null): bigint | null => (value === null ? null : BigInt(value));

const counts = (map: ReadonlyMap<number, number>): AvroValue => pairs(map, BigInt);

function pairs<Value>(map: ReadonlyMap<number, Value>, toAvro: (value: Value) => AvroValue): AvroValue {
  return map.size === 0 ? null : [...map].map(([key, value]) => ({ key, value: toAvro(value) }));
}
