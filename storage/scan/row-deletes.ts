import { type EqualityColumn, type Field, type PartitionSpec, PlatformError, type RowDelete, sameType } from '../../spi/index.ts';
import { type MetadataReader, specOf } from '../catalog/metadata-reader.ts';
import type { ManifestEntry } from '../iceberg/manifest/manifest-entry.ts';
import type { ManifestFile } from '../iceberg/manifest/manifest-file.ts';
import type { TableMetadata } from '../iceberg/metadata/table-metadata.ts';
import { type DeleteEntry, indexDeletes } from './index-deletes.ts';

/** Gives the deletes of data files in the form that readers take. */
export interface RowDeletes {
  /** Returns what takes rows of a data file away; files with the same deletes may share one array. */
  deletesOf(entry: ManifestEntry, spec: PartitionSpec): readonly RowDelete[];
}

/** Reads the delete files of a snapshot; null when it has none. `fields` is the schema that the table is read with: columns that equality deletes compare have its names where it
 *  has them, else those of the newest schema that does.
 *  @throws STORAGE_CORRUPT when an equality delete names a column that no schema has */
export async function readRowDeletes(
  reader: MetadataReader,
  table: TableMetadata,
  manifests: readonly ManifestFile[],
  fields: readonly Field[],
): Promise<RowDeletes | null> {
  const found: { readonly entry: DeleteEntry; readonly spec: PartitionSpec }[] = [];
  for (const file of manifests) {
    if (file.content !== 'deletes') continue;
    const spec = specOf(table, file.specId);
    for (const entry of (await reader.manifest(file, table)).entries) {
      if (entry.status !== 'deleted' && isDelete(entry)) found.push({ entry, spec });
    }
  }
  if (found.length === 0) return null;
  const index = indexDeletes(found);
  const columnsOf = columnFinder(table, fields);
  const single = new Map<DeleteEntry, RowDelete>();
  const lists = new Map<readonly DeleteEntry[], readonly RowDelete[]>();
  const toDelete = (entry: DeleteEntry): RowDelete => {
    const known = single.get(entry) ?? rowDelete(entry, columnsOf);
    single.set(entry, known);
    return known;
  };
  return {
    deletesOf: (entry, spec) => {
      const entries = index.deletesOf(entry, spec);
      const known = lists.get(entries) ?? entries.map(toDelete);
      lists.set(entries, known);
      return known;
    },
  };
}

/** Names under which readers find where a row lies. */
const PLACE_NAMES: ReadonlySet<string> = new Set(['file_row_number', 'file_index', 'filename']);

/** Returns whether a column hides the place of a row from readers that go by name. */
export function hidesPlace(written: readonly Field[]): boolean {
  return written.some(({ name }) => PLACE_NAMES.has(name.toLowerCase()));
}

/** Returns whether deletes of a file can be applied by the names of its columns: those that deletes compare have the names and types told in the schema that
 *  the file was written with, and no column hides the place of a row. */
export function comparesByName(deletes: readonly RowDelete[], written: readonly Field[]): boolean {
  if (deletes.length > 0 && hidesPlace(written)) return false;
  return deletes.every(
    (each) =>
      each.kind !== 'equality' ||
      each.columns.every(({ fieldId, name, type }) => {
        const field = written.find(({ id }) => id === fieldId);
        return field?.name === name && sameType(field.type, type);
      }),
  );
}

const isDelete = (entry: ManifestEntry): entry is DeleteEntry => entry.deletes !== null;

function rowDelete({ deletes, location: uri, rows, bytes }: DeleteEntry, columnsOf: (fieldId: number) => EqualityColumn): RowDelete {
  if (deletes.content === 'equality') return { kind: 'equality', uri, rows, bytes, columns: deletes.equalityIds.map(columnsOf) };
  return deletes.vector === null ? { kind: 'position', uri, rows, bytes } : { kind: 'vector', uri, rows, ...deletes.vector };
}

function columnFinder(table: TableMetadata, fields: readonly Field[]): (fieldId: number) => EqualityColumn {
  const newestFirst = [...table.schemas.values()].sort((left, right) => right.schemaId - left.schemaId);
  const candidates = [fields, ...newestFirst.map((schema) => schema.fields)];
  const known = new Map<number, EqualityColumn>();
  return (fieldId) => {
    const found = known.get(fieldId) ?? candidates.flatMap((each) => each.filter(({ id }) => id === fieldId)).map(toColumn)[0];
    if (found === undefined) {
      const message = `A delete file of the table ${table.location} compares the column ${String(fieldId)}, which no schema of the table has at its top.`;
      throw new PlatformError('STORAGE_CORRUPT', message);
    }
    known.set(fieldId, found);
    return found;
  };
}

const toColumn = ({ id, name, type, initialDefault }: Field): EqualityColumn =>
  initialDefault === undefined ? { fieldId: id, name, type } : { fieldId: id, name, type, initialDefault };
