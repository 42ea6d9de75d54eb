import { PlatformError } from '../../spi/index.ts';
import type { ParquetPart } from '../file/parquet-parts.ts';
import type { DeleteFacts } from '../iceberg/manifest/manifest-entry.ts';
import { FILE_PATH_ID, POS_ID } from '../iceberg/manifest/referenced-path.ts';
import { mapColumns } from '../iceberg/metadata/map-columns.ts';
import { type MappedField } from '../iceberg/metadata/name-mapping.ts';

/** Checks that each column of a data file, and each part of a column, has a field id; or that none has one, and the name mapping of the table has them all.
 *  One without could be found by name until the first column is renamed, and would be NULL from then on.
 *  @param mapping that of the table for a file without any field id; null for other files, and where the table has none
 *  @throws STORAGE_UNSUPPORTED */
export function checkFieldIds(columns: readonly ParquetPart[], mapping: readonly MappedField[] | null, path: string): void {
  if (mapping !== null) {
    const { unmapped } = mapColumns(columns, mapping, path);
    if (unmapped === null) return;
    throw refusal(
      `The column "${unmapped}" of the data file ${path} has no field id, and is not in the table's name mapping.`,
      path,
      unmapped,
    );
  }
  const column = firstWithoutId(columns);
  if (column !== null) throw refusal(`The column "${column}" of the data file ${path} has no field id.`, path, column);
}

/** Checks that a delete file tells what it deletes: one of positions by its two columns, which are read by name, one of values by the field ids that it compares.
 *  @throws STORAGE_UNSUPPORTED */
export function checkDeleteFile(columns: readonly ParquetPart[], { content, equalityIds }: DeleteFacts, path: string): void {
  if (content === 'equality') {
    const missing = equalityIds.find((id) => !hasId(columns, id));
    if (missing === undefined) return;
    throw refusal(`No column of the delete file ${path} has the field id ${String(missing)}, which it compares.`, path, String(missing));
  }
  for (const [name, id] of POSITION_COLUMNS) {
    const found = columns.find((column) => column.name === name);
    // Other writers may leave the ids out, which are the same in every table.
    if (found !== undefined && (found.fieldId ?? id) === id) continue;
    throw refusal(`The delete file ${path} has no column "${name}" of the field id ${String(id)}.`, path, name);
  }
}

const POSITION_COLUMNS = [
  ['file_path', FILE_PATH_ID],
  ['pos', POS_ID],
] as const;

/** Returns the path of the first column, or part of one, that has no id. */
function firstWithoutId(columns: readonly ParquetPart[], path = ''): string | null {
  for (const { name, fieldId, parts } of columns) {
    const found = fieldId === null ? path + name : firstWithoutId(parts, `${path}${name}.`);
    if (found !== null) return found;
  }
  return null;
}

const hasId = (columns: readonly ParquetPart[], id: number): boolean =>
  columns.some(({ fieldId, parts }) => fieldId === id || hasId(parts, id));

function refusal(message: string, path: string, column: string): PlatformError {
  return new PlatformError('STORAGE_UNSUPPORTED', message, {
    hint: 'Rewrite it with the program that owns the table, or load it into a table of its own by COPY FROM.',
    details: { path, column },
  });
}
