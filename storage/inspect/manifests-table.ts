import type { MetadataTable, PartitionSpec } from '../../spi/index.ts';
import { type MetadataReader, specOf } from '../catalog/metadata-reader.ts';
import type { PartitionSummary } from '../iceberg/manifest/manifest-file.ts';
import { partitionTypes } from '../iceberg/manifest/partition-avro.ts';
import type { Snapshot, TableMetadata } from '../iceberg/metadata/table-metadata.ts';
import { bytesToValue } from '../iceberg/value/value-bytes.ts';
import { valueText } from './partition-text.ts';

/** Returns the manifests of a snapshot. `content` is 0 for data and 1 for deletes; `partition_summaries` is a JSON list, one object per field. */
export async function manifestsTable(reader: MetadataReader, table: TableMetadata, snapshot: Snapshot | null): Promise<MetadataTable> {
  const manifests = snapshot === null ? [] : await reader.manifestList(snapshot.manifestList);
  return {
    columns: [
      { name: 'content', type: 'bigint' },
      { name: 'path', type: 'varchar' },
      { name: 'length', type: 'bigint' },
      { name: 'partition_spec_id', type: 'bigint' },
      { name: 'sequence_number', type: 'bigint' },
      { name: 'added_snapshot_id', type: 'bigint' },
      { name: 'added_files_count', type: 'bigint' },
      { name: 'existing_files_count', type: 'bigint' },
      { name: 'deleted_files_count', type: 'bigint' },
      { name: 'added_rows_count', type: 'bigint' },
      { name: 'existing_rows_count', type: 'bigint' },
      { name: 'deleted_rows_count', type: 'bigint' },
      { name: 'partition_summaries', type: 'varchar' },
    ],
    rows: manifests.map((file) => [
      file.content === 'data' ? '0' : '1',
      file.location,
      String(file.bytes),
      String(file.specId),
      String(file.sequenceNumber),
      file.addedSnapshotId.toString(),
      String(file.addedFiles),
      String(file.existingFiles),
      String(file.deletedFiles),
      String(file.addedRows),
      String(file.existingRows),
      String(file.deletedRows),
      file.partitions === null ? null : summariesText(table, specOf(table, file.specId), file.partitions),
    ]),
  };
}

function summariesText(table: TableMetadata, spec: PartitionSpec, summaries: readonly PartitionSummary[]): string {
  const schemas = [table.schema, ...table.schemas.values()];
  const types = partitionTypes(
    spec,
    schemas.flatMap((schema) => schema.fields),
  );
  return JSON.stringify(
    spec.fields.map((field, index) => {
      const summary = summaries[index];
      const type = types[index] ?? { kind: 'null' };
      const bound = (bytes: Uint8Array | null | undefined): string | null =>
        bytes === null || bytes === undefined ? null : valueText(field, type, bytesToValue(type, bytes));
      return {
        name: field.name,
        contains_null: summary?.containsNull ?? null,
        contains_nan: summary?.containsNan ?? null,
        lower_bound: bound(summary?.lower),
        upper_bound: bound(summary?.upper),
      };
    }),
  );
}
