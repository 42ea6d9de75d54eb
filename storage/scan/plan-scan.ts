import {
  assert,
  type Expression,
  type Field,
  isLineageColumn,
  isPlaceColumn,
  type ParquetSplit,
  type PartitionSpec,
  PlatformError,
  type RowDelete,
  type ScanPlan,
  type ScanRequest,
} from '../../spi/index.ts';
import { type MetadataReader, specOf } from '../catalog/metadata-reader.ts';
import type { ManifestFile } from '../iceberg/manifest/manifest-file.ts';
import type { Snapshot, TableMetadata } from '../iceberg/metadata/table-metadata.ts';
import { type FilterColumns, filterColumns } from './filter-columns.ts';
import { fileFacts, manifestFacts } from './gather-facts.ts';
import { judgeFilter, MAY_BE_TRUE, ONLY_TRUE } from './judge-filter.ts';
import { type ManifestSplits, manifestSplits } from './manifest-splits.ts';
import { nameColumns } from './name-columns.ts';
import { comparesByName, hidesPlace, readRowDeletes, type RowDeletes } from './row-deletes.ts';
import { WrittenColumnsOf } from './written-columns.ts';

/** Returns which files of a snapshot a scan reads: manifests, then files, that cannot hold a row which meets the filter are left out.
 *  @throws STORAGE_UNSUPPORTED when files have deletes, or no field ids, and the reader does not say that it can do with them, STORAGE_CORRUPT */
export async function planScan(
  reader: MetadataReader,
  table: TableMetadata,
  snapshot: Snapshot | null,
  request: ScanRequest,
): Promise<ScanPlan> {
  const fields = fieldsOf(table, request.schemaId);
  const columns = filterColumns(request.columns, fields);
  const tellsPlace = request.columns.some(isPlaceColumn);
  const tellsLineage = request.columns.some(isLineageColumn);
  const wanted = request.files === undefined ? null : new Set(request.files);
  const manifests = snapshot === null ? [] : await reader.manifestList(snapshot.manifestList);
  const rowDeletes = await readRowDeletes(reader, table, manifests, fields);
  const found: FoundSplits = { splits: [], rows: 0, bytes: 0, filesTotal: 0, alwaysTrue: true };
  for (const file of manifests) {
    if (file.content === 'deletes') continue;
    const spec = specOf(table, file.specId);
    if (wanted === null && isSkipped(file, spec, columns, request.filter)) {
      found.filesTotal += liveFiles(file);
      continue;
    }
    const manifest = await reader.manifest(file, table);
    const written = new WrittenColumnsOf(table, fields, request.columns, manifest);
    const isPlaceHidden = tellsPlace && hidesPlace(manifest.schema.fields);
    const all = manifestSplits(manifest, { spec, fields, written, isPlaceHidden, tellsLineage });
    if (request.filter === null && wanted === null && rowDeletes === null) addAll(found, all);
    else addSome(found, all, { request, wanted, columns, spec, rowDeletes, written: manifest.schema.fields });
  }
  assert(wanted === null || wanted.size === 0, `the snapshot of ${request.table.name} has all files that are asked for`);
  const { rows, bytes, filesTotal, alwaysTrue } = found;
  const splits = await nameColumns(reader, table, fields, request, found.splits);
  return { splits, residual: alwaysTrue ? null : request.filter, rows, bytes, filesTotal, filesSkipped: filesTotal - splits.length };
}

/** What a plan consists of so far. */
interface FoundSplits {
  readonly splits: ParquetSplit[];
  rows: number;
  bytes: number;
  filesTotal: number;
  /** Whether every row of the splits meets the filter. */
  alwaysTrue: boolean;
}

/** What decides which files of a manifest are read, and which rows of them. */
interface FileChoice {
  readonly request: ScanRequest;
  /** Locations that are asked for and were not met yet; null for all. */
  readonly wanted: Set<string> | null;
  readonly columns: FilterColumns;
  readonly spec: PartitionSpec;
  readonly rowDeletes: RowDeletes | null;
  /** The columns that the files were written with. */
  readonly written: readonly Field[];
}

const liveFiles = ({ addedFiles, existingFiles }: ManifestFile): number => addedFiles + existingFiles;

function isSkipped(file: ManifestFile, spec: PartitionSpec, columns: FilterColumns, filter: Expression | null): boolean {
  if (filter === null || file.partitions === null || liveFiles(file) === 0) return false;
  return (judgeFilter(filter, manifestFacts(columns, spec, file.partitions)) & MAY_BE_TRUE) === 0;
}

function addAll(found: FoundSplits, { splits, rows, bytes }: ManifestSplits): void {
  for (const split of splits) found.splits.push(split);
  found.filesTotal += splits.length;
  found.rows += rows;
  found.bytes += bytes;
}

function addSome(found: FoundSplits, { entries, splits }: ManifestSplits, choice: FileChoice): void {
  const { request, wanted, columns, spec, rowDeletes } = choice;
  entries.forEach((entry, index) => {
    const split = splits[index];
    assert(split !== undefined, 'every file has a split');
    if (wanted?.delete(entry.location) === false) return;
    found.filesTotal += 1;
    const verdict = request.filter === null ? ONLY_TRUE : judgeFilter(request.filter, fileFacts(columns, spec, entry));
    if ((verdict & MAY_BE_TRUE) === 0) return;
    if (verdict !== ONLY_TRUE) found.alwaysTrue = false;
    found.splits.push(rowDeletes === null ? split : withDeletes(split, rowDeletes.deletesOf(entry, spec), choice));
    found.rows += entry.rows;
    found.bytes += entry.bytes;
  });
}

function withDeletes(split: ParquetSplit, deletes: readonly RowDelete[], { request, written }: FileChoice): ParquetSplit {
  if (deletes.length === 0) return split;
  if (request.deletes !== true) throw deletesUnread(request);
  return { ...split, deletes, matchesSchema: split.matchesSchema && comparesByName(deletes, written) };
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
