import { PlatformError } from '../../../spi/index.ts';
import type { AvroRecord, AvroValue } from '../avro/avro-value.ts';
import { encoderOf } from '../avro/encode-value.ts';
import { readContainer } from '../avro/read-container.ts';
import { RecordShape } from '../avro/record-reader.ts';
import { writeEncoded } from '../avro/write-container.ts';
import type { JsonObject } from '../json/lossless-json.ts';
import type { FormatVersion } from '../metadata/table-metadata.ts';
import { manifestListAvroSchema } from './manifest-avro-schema.ts';
import type { ManifestFile, PartitionSummary } from './manifest-file.ts';

/** What a manifest list's header says about its snapshot. */
export interface ManifestListHeader {
  readonly snapshotId: bigint;
  readonly parentId: bigint | null;
  readonly sequenceNumber: number;
  /** 2 when left out. */
  readonly formatVersion?: FormatVersion;
  /** The first row id that the list may give; of no use in version 2. */
  readonly firstRowId?: number;
}

/** Returns a manifest list. */
export function writeManifestList(header: ManifestListHeader, manifests: readonly ManifestFile[]): Uint8Array {
  const { formatVersion = 2, firstRowId } = header;
  const metadata = {
    'snapshot-id': header.snapshotId.toString(),
    'parent-snapshot-id': header.parentId === null ? 'null' : header.parentId.toString(),
    'sequence-number': String(header.sequenceNumber),
    'format-version': String(formatVersion),
    ...(firstRowId === undefined ? {} : { 'first-row-id': String(firstRowId) }),
  };
  const schema = manifestListAvroSchema(formatVersion);
  return writeEncoded(schema, metadata, encodeManifests(manifests, schema, formatVersion));
}

/** Rows of manifests that were encoded before, by version: the list of a snapshot has nearly all rows of the list before it. */
const encoded: Readonly<Record<FormatVersion, WeakMap<ManifestFile, Uint8Array>>> = { 2: new WeakMap(), 3: new WeakMap() };

function encodeManifests(manifests: readonly ManifestFile[], schema: JsonObject, formatVersion: FormatVersion): readonly Uint8Array[] {
  const [known, encode] = [encoded[formatVersion], encoderOf(schema)];
  return manifests.map((manifest) => {
    const row = known.get(manifest) ?? encode(manifestToAvro(manifest));
    known.set(manifest, row);
    return row;
  });
}

function manifestToAvro(manifest: ManifestFile): AvroRecord {
  return {
    manifest_path: manifest.location,
    manifest_length: BigInt(manifest.bytes),
    partition_spec_id: manifest.specId,
    content: manifest.content === 'data' ? 0 : 1,
    sequence_number: BigInt(manifest.sequenceNumber),
    min_sequence_number: BigInt(manifest.minSequenceNumber),
    added_snapshot_id: manifest.addedSnapshotId,
    added_files_count: manifest.addedFiles,
    existing_files_count: manifest.existingFiles,
    deleted_files_count: manifest.deletedFiles,
    added_rows_count: BigInt(manifest.addedRows),
    existing_rows_count: BigInt(manifest.existingRows),
    deleted_rows_count: BigInt(manifest.deletedRows),
    partitions: manifest.partitions === null ? null : manifest.partitions.map(summaryToAvro),
    key_metadata: manifest.keyMetadata,
    first_row_id: manifest.firstRowId === undefined || manifest.firstRowId === null ? null : BigInt(manifest.firstRowId),
  };
}

const summaryToAvro = (summary: PartitionSummary): AvroRecord => ({
  contains_null: summary.containsNull,
  contains_nan: summary.containsNan,
  lower_bound: summary.lower === null ? null : Buffer.from(summary.lower),
  upper_bound: summary.upper === null ? null : Buffer.from(summary.upper),
});

/** Reads a manifest list of any version of the format.
 *  @throws STORAGE_CORRUPT when it cannot be read. */
export function readManifestList(bytes: Uint8Array, location: string): readonly ManifestFile[] {
  const what = `The manifest list ${location}`;
  const container = readContainer(bytes, what);
  const shape = new RecordShape(container.schema);
  const summaryShape = shape.child(507);
  return container.rows.map((row) => readManifestFile(row, shape, summaryShape, what));
}

function readManifestFile(row: AvroValue, shape: RecordShape, summaryShape: RecordShape, what: string): ManifestFile {
  const entry = shape.reader(row, what);
  const addedSnapshotId = entry.longOrNull(503);
  if (addedSnapshotId === null) throw new PlatformError('STORAGE_CORRUPT', `${what} has a manifest without a snapshot.`);
  return {
    location: entry.text(500),
    bytes: entry.integer(501),
    specId: entry.integer(502),
    content: entry.integerOr(517, 0) === 0 ? 'data' : 'deletes',
    sequenceNumber: entry.integerOr(515, 0),
    minSequenceNumber: entry.integerOr(516, 0),
    addedSnapshotId,
    addedFiles: entry.integerOr(504, 0),
    existingFiles: entry.integerOr(505, 0),
    deletedFiles: entry.integerOr(506, 0),
    addedRows: entry.integerOr(512, 0),
    existingRows: entry.integerOr(513, 0),
    deletedRows: entry.integerOr(514, 0),
    partitions: entry.list(507)?.map((summary) => readSummary(summary, summaryShape, what)) ?? null,
    keyMetadata: entry.bytesOrNull(519),
    firstRowId: entry.integerOr(520, null),
  };
}

function readSummary(value: AvroValue, shape: RecordShape, what: string): PartitionSummary {
  const summary = shape.reader(value, what);
  const containsNan = summary.value(518);
  return {
    containsNull: summary.value(509) !== false,
    containsNan: typeof containsNan === 'boolean' ? containsNan : null,
    lower: summary.bytesOrNull(510),
    upper: summary.bytesOrNull(511),
  };
}
