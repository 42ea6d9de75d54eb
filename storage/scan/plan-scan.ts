import {
  assert,
  isPlaceColumn,
  type Field,
  type ParquetSplit,
  type PartitionSpec,
  PlatformError,
  type RowDelete,
  type ScanPlan,
  type ScanRequest,
} from '../../spi/index.ts';
import { type MetadataReader, specOf } from '../catalog/metadata-reader.ts';
import type { ManifestEntry } from '../iceberg/manifest/manifest-entry.ts';
import type { Snapshot, TableMetadata } from '../iceberg/metadata/table-metadata.ts';
import { valueToText } from '../iceberg/value/value-text.ts';
import { filterColumns } from './filter-columns.ts';
import { fileFacts, manifestFacts } from './gather-facts.ts';
import { judgeFilter, MAY_BE_TRUE, ONLY_TRUE } from './judge-filter.ts';
import { comparesByName, hidesPlace, readRowDeletes } from './row-deletes.ts';
import { NO_PART_NAMES, NONE_ABSENT, type WrittenColumns, WrittenColumnsOf } from './written-columns.ts';

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
  const tellsPlace = request.columns.some(isPlaceColumn);
  const wanted = request.files === undefined ? null : new Set(request.files);
  const splits: ParquetSplit[] = [];
  let [filesTotal, rows, bytes] = [0, 0, 0];
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
    const written = new WrittenColumnsOf(table, fields, request.columns, manifest);
    const isPlaceHidden = tellsPlace && hidesPlace(manifest.schema.fields);
    const partitionOf = identityPartition(spec, fields);
    for (const entry of manifest.entries) {
      if (entry.status === 'deleted' || wanted?.delete(entry.location) === false) continue;
      filesTotal += 1;
      const verdict = request.filter === null ? ONLY_TRUE : judgeFilter(request.filter, fileFacts(columns, spec, entry));
      if ((verdict & MAY_BE_TRUE) === 0) continue;
      if (verdict !== ONLY_TRUE) alwaysTrue = false;
      const deletes = rowDeletes.deletesOf(entry, spec);
      if (deletes.length > 0 && request.deletes !== true) throw deletesUnread(request);
      const columnsOfFile = written.of(entry);
      const { matchesSchema } = columnsOfFile;
      const byName = matchesSchema && !isPlaceHidden && (deletes.length === 0 || comparesByName(deletes, manifest.schema.fields));
      splits.push(toSplit(entry, columnsOfFile, byName, partitionOf(entry), deletes));
      rows += entry.rows;
      bytes += entry.bytes;
    }
  }
  assert(wanted === null || wanted.size === 0, `the snapshot of ${request.table.name} has all files that are asked for`);
  return {
    splits,
    residual: alwaysTrue ? null : request.filter,
    rows,
    bytes,
    filesTotal,
    filesSkipped: filesTotal - splits.length,
  };
}

function fieldsOf(table: TableMetadata, schemaId: number): readonly Field[] {
  const schema = table.schemas.get(schemaId);
  if (schema === undefined) throw new PlatformError('STORAGE_CORRUPT', `The table ${table.location} has no schema ${String(schemaId)}.`);
  return schema.fields;
}

function deletesUnread({ table }: ScanRequest): PlatformError {
  return new PlatformError('STORAGE_UNSUPPORTED', `The table ${table.name} has delete files, which what reads it does not apply.`, {
    hint: 'Its snapshot tells of none in its summary: a file of it may be damaged. Rewrite the table with the engine that wrote it.',
  });
}

function toSplit(
  { location, rows, bytes }: ManifestEntry,
  { partNames, absent }: WrittenColumns,
  matchesSchema: boolean,
  partition: ParquetSplit['partition'],
  deletes: readonly RowDelete[],
): ParquetSplit {
  const split = { kind: 'parquet', uri: location, rows, bytes, matchesSchema, partition, deletes } as const;
  const named = partNames === NO_PART_NAMES ? split : { ...split, partNames };
  return absent === NONE_ABSENT ? named : withMissingValues(named, absent);
}

/** Columns that the file lacks, and that its partition tells. */
function withMissingValues(split: ParquetSplit, absent: readonly number[]): ParquetSplit {
  const missing = absent.flatMap((id): [string, string][] => {
    const value = split.partition[String(id)] ?? null;
    return value === null ? [] : [[String(id), value]];
  });
  return missing.length === 0 ? split : { ...split, missingValues: Object.fromEntries(missing) };
}

const NO_PARTITION: ParquetSplit['partition'] = Object.freeze({});

/** Returns what gives the values of a file's identity partition fields, by the id of the column. */
function identityPartition(spec: PartitionSpec, fields: readonly Field[]): (entry: ManifestEntry) => ParquetSplit['partition'] {
  const parts = spec.fields.flatMap(({ transform, sourceId }, index) => {
    const source = fields.find((field) => field.id === sourceId);
    return transform.kind === 'identity' && source !== undefined ? [{ index, key: String(sourceId), type: source.type }] : [];
  });
  if (parts.length === 0) return () => NO_PARTITION;
  return ({ partition }) => {
    const values: Record<string, string | null> = {};
    for (const { index, key, type } of parts) {
      const value = partition[index] ?? null;
      values[key] = value === null ? null : valueToText(type, value);
    }
    return values;
  };
}
