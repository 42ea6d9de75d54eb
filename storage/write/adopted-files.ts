import { basename } from 'node:path';
import { type DataFile, type ExistingFile, type Field, PlatformError } from '../../spi/index.ts';
import type { MetadataReader } from '../catalog/metadata-reader.ts';
import type { TableMetadata } from '../iceberg/metadata/table-metadata.ts';

/** Returns the names of the data files of a table's newest snapshot, without their folders. */
export async function liveFileNames(reader: MetadataReader, table: TableMetadata): Promise<Set<string>> {
  const names = new Set<string>();
  if (table.current === null) return names;
  for (const file of await reader.manifestList(table.current.manifestList)) {
    if (file.content === 'deletes') continue;
    for (const entry of (await reader.manifest(file, table)).entries) if (entry.status !== 'deleted') names.add(basename(entry.location));
  }
  return names;
}

/** Notes a file that is to be added. The name of an adopted file tells of its content.
 *  @throws STORAGE_FILE when the table has the file, or it was added just now */
export function checkNew(known: Set<string>, { uri }: DataFile, { name }: ExistingFile): void {
  const own = basename(uri);
  if (known.has(own))
    throw new PlatformError('STORAGE_FILE', `The file ${name} is part of the table already.`, { details: { file: name } });
  known.add(own);
}

/** Returns the columns that files have in common, which are those of each: a manifest tells what its files were written with.
 *  @throws SQL_TYPE_MISMATCH for a file with other columns than those before it */
export function sameColumns(before: readonly Field[] | null, fields: readonly Field[], { name }: ExistingFile): readonly Field[] {
  const other = before === null ? undefined : [...before, ...fields].find(({ id }) => isIn(before, id) !== isIn(fields, id));
  if (other === undefined) return fields;
  throw new PlatformError('SQL_TYPE_MISMATCH', `The file ${name} and those before it have not the same columns: "${other.name}".`, {
    hint: 'Add the files with each set of columns by a call of their own.',
    details: { file: name, column: other.name },
  });
}

const isIn = (fields: readonly Field[], id: number): boolean => fields.some((field) => field.id === id);
