import { assert, type DataType, pathToLocation, PlatformError } from '../../spi/index.ts';
import type { ManifestEntry } from '../iceberg/manifest/manifest-entry.ts';
import { type PartitionValues, partitionTypes } from '../iceberg/manifest/partition-avro.ts';
import type { TableSchema } from '../iceberg/type/schema-json.ts';
import { textToValue } from '../iceberg/value/value-text.ts';
import { fileMetrics } from './file-metrics.ts';
import type { SealedFile } from './seal-data-files.ts';
import { type ManifestLayout, type ManifestToWrite, newManifest } from './store-manifest.ts';

/** Returns the manifest of the files that a snapshot adds; null when there are none. Sequence numbers are inherited, so that it
 *  serves every attempt of a commit. */
export function newDataManifest(
  tableDirectory: string,
  layout: ManifestLayout,
  snapshotId: bigint,
  sealed: readonly SealedFile[],
): ManifestToWrite | null {
  if (sealed.length === 0) return null;
  const { schema, spec, columns = schema.fields } = layout;
  const types = partitionTypes(spec, columns);
  const entries = sealed.map((file) => addedEntry(file, schema, types, snapshotId));
  return newManifest(tableDirectory, 'm0', layout, snapshotId, entries);
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
    sortOrderId: file.sortOrderId ?? 0,
    metrics: fileMetrics(schema.fields, file.columns, sealed.splitOffsets),
    deletes: null,
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
