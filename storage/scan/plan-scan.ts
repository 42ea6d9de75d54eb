import {
  assert,
  type Field,
  type ParquetSplit,
  type PartitionSpec,
  PlatformError,
  type RowDelete,
  type ScanPlan,
  type ScanRequest,
  sameType,
} from '../../spi/index.ts';
import { type MetadataReader, specOf } from '../catalog/metadata-reader.ts';
import type { ManifestEntry } from '../iceberg/manifest/manifest-entry.ts';
import type { Snapshot, TableMetadata } from '../iceberg/metadata/table-metadata.ts';
import { valueToText } from '../iceberg/value/value-text.ts';
import { filterColumns } from './filter-columns.ts';
import { fileFacts, manifestFacts } from './gather-facts.ts';
import { judgeFilter, MAY_BE_TRUE, ONLY_TRUE } from './judge-filter.ts';
import { comparesByName, readRowDeletes } from './row-deletes.ts';

/** Returns which files of a snapshot a scan reads: manifests, then files, that cannot hold a row which meets the filter are left out.
 *  @throws STORAGE_UNSUPPORTED when files have deletes and the reader does not say that it applies them, STORAGE_CORRUPT */
export async function planScan(
  reader: MetadataReader,
  table: TableMetadata,
  snapshot: Snapshot | null,
  request: ScanRequest,
): Promise<ScanPlan> {
  const fields = fieldsOf(table, request.schemaId);
  const columns = filterColumns(request.columns, fields);
  const wanted = request.files === undefined ? null : new Set(request.files);
  const splits: ParquetSplit[] = [];
  let filesTotal = 0;
  let alwaysTrue = true;
  const manifests = snapshot === null ? [] : await reader.manifestList(snapshot.manifestList);
  const rowDeletes = await readRowDeletes(reader, table, manifests, fields);
  for (const file of manifests) {
    if (file.content === 'deletes') continue;
    const spec = specOf(table, file.specId);
    const liveFiles = file.addedFiles + file.existingFiles;
    if (request.filter !== null && file.partitions !== null && liveFiles > 0 && wanted === null) {
      const verdict = judgeFilter(request.filter, manifestFacts(columns, spec, file.partitions));
      if ((verdict & MAY_BE_TRUE) === 0) {
        filesTotal += liveFiles;
        continue;
      }
    }
    const manifest = await reader.manifest(file, table);
    const matchesSchema = request.columns.every((column) => isSameField(column.fieldId, fields, manifest.schema.fields));
    for (const entry of manifest.entries) {
      if (entry.status === 'deleted' || wanted?.delete(entry.location) === false) continue;
      filesTotal += 1;
      const verdict = request.filter === null ? ONLY_TRUE : judgeFilter(request.filter, fileFacts(columns, spec, entry));
      if ((verdict & MAY_BE_TRUE) === 0) continue;
      if (verdict !== ONLY_TRUE) alwaysTrue = false;
      const deletes = rowDeletes.deletesOf(entry, spec);
      if (deletes.length > 0 && request.deletes !== true) throw deletesUnread(request);
      splits.push(toSplit(entry, spec, fields, matchesSchema && comparesByName(deletes, manifest.schema.fields), deletes));
    }
  }
  assert(wanted === null || wanted.size === 0, `the snapshot of ${request.table.name} has all files that are asked for`);
  return {
    splits,
    residual: alwaysTrue ? null : request.filter,
    rows: splits.reduce((sum, split) => sum + split.rows, 0),
    bytes: splits.reduce((sum, split) => sum + split.bytes, 0),
    filesTotal,
    filesSkipped: filesTotal - splits.length,
  };
}

function fieldsOf(table: TableMetadata, schemaId: number): readonly Field[] {
  const schema = table.schemas.get(schemaId);
  if (schema === undefined) throw new PlatformError('STORAGE_CORRUPT', `The table ${table.location} has no schema ${String(schemaId)}.`);
  return schema.fields;
}

function isSameField(fieldId: number, fields: readonly Field[], written: readonly Field[]): boolean {
  const wanted = fields.find((field) => field.id === fieldId);
  const found = written.find((field) => field.id === fieldId);
  return wanted !== undefined && found !== undefined && wanted.name === found.name && sameType(wanted.type, found.type);
}

function deletesUnread({ table }: ScanRequest): PlatformError {
  return new PlatformError('STORAGE_UNSUPPORTED', `The table ${table.name} has delete files, which what reads it does not apply.`, {
    hint: 'Its snapshot tells of none in its summary: a file of it may be damaged. Rewrite the table with the engine that wrote it.',
  });
}

function toSplit(
  entry: ManifestEntry,
  spec: PartitionSpec,
  fields: readonly Field[],
  matchesSchema: boolean,
  deletes: readonly RowDelete[],
): ParquetSplit {
  const partition: Record<string, string | null> = {};
  spec.fields.forEach((part, index) => {
    const source = fields.find((field) => field.id === part.sourceId);
    if (part.transform.kind !== 'identity' || source === undefined) return;
    const value = entry.partition[index] ?? null;
    partition[String(part.sourceId)] = value === null ? null : valueToText(source.type, value);
  });
  return { kind: 'parquet', uri: entry.location, rows: entry.rows, bytes: entry.bytes, matchesSchema, partition, deletes };
}
