import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { assert, type DataType, type PartitionSpec, pathToLocation, PlatformError } from '../../spi/index.ts';
import type { FileSystem } from '../file/file-system.ts';
import type { ManifestEntry } from '../iceberg/manifest/manifest-entry.ts';
import type { ManifestFile } from '../iceberg/manifest/manifest-file.ts';
import { type PartitionValues, partitionTypes } from '../iceberg/manifest/partition-avro.ts';
import { summarisePartitions } from '../iceberg/manifest/summarise-partitions.ts';
import { writeManifest } from '../iceberg/manifest/write-manifest.ts';
import type { TableSchema } from '../iceberg/type/schema-json.ts';
import { textToValue } from '../iceberg/value/value-text.ts';
import { fileMetrics } from './file-metrics.ts';
import type { SealedFile } from './seal-data-files.ts';

/** A manifest of added files whose sequence numbers are inherited, so that it serves every attempt of a commit. */
export type NewManifest = Omit<ManifestFile, 'sequenceNumber' | 'minSequenceNumber'>;

/** Writes and syncs the manifest of the files that a snapshot adds; null when there are none. */
export async function writeDataManifest(
  files: FileSystem,
  tableDirectory: string,
  layout: { readonly schema: TableSchema; readonly spec: PartitionSpec },
  snapshotId: bigint,
  sealed: readonly SealedFile[],
): Promise<NewManifest | null> {
  if (sealed.length === 0) return null;
  const { schema, spec } = layout;
  const types = partitionTypes(spec, schema.fields);
  const entries = sealed.map((file) => addedEntry(file, schema, types, snapshotId));
  const bytes = writeManifest(schema, spec, entries);
  const path = join(tableDirectory, 'metadata', `${randomUUID()}-m0.avro`);
  await files.write(path, bytes);
  return {
    location: pathToLocation(path),
    bytes: bytes.byteLength,
    specId: spec.specId,
    content: 'data',
    addedSnapshotId: snapshotId,
    addedFiles: entries.length,
    existingFiles: 0,
    deletedFiles: 0,
    addedRows: entries.reduce((sum, entry) => sum + entry.rows, 0),
    existingRows: 0,
    deletedRows: 0,
    partitions: summarisePartitions(
      types,
      entries.map((entry) => entry.partition),
    ),
    keyMetadata: null,
  };
}

function addedEntry(sealed: SealedFile, schema: TableSchema, types: readonly DataType[], snapshotId: bigint): ManifestEntry {
  const { file } = sealed;
  return {
    status: 'added',
    snapshotId,
    sequenceNumber: null,
    fileSequenceNumber: null,
    location: pathToLocation(sealed.path),
    format: 'PARQUET',
    partition: partitionValues(types, file.partition, file.uri),
    rows: file.rows,
    bytes: file.bytes,
    metrics: fileMetrics(schema.fields, file.columns, sealed.splitOffsets),
  };
}

function partitionValues(types: readonly DataType[], texts: readonly (string | null)[], location: string): PartitionValues {
  assert(texts.length === types.length, `the file ${location} has one partition value per field of the spec`);
  return types.map((type, index) => {
    const text = texts[index] ?? null;
    const value = text === null ? null : textToValue(type, text);
    if (text !== null && value === null) {
      throw new PlatformError(
        'STORAGE_CORRUPT',
        `The staged file ${location} has the partition value ${JSON.stringify(text)}, which is no ${type.kind}.`,
      );
    }
    return value;
  });
}
