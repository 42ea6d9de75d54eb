import { PlatformError } from '../../../spi/index.ts';
import type { ParquetPart } from '../../file/parquet-parts.ts';
import type { MappedField } from './name-mapping.ts';

/** Which columns of a file without field ids are which of the table's. */
export interface MappedColumns {
  /** Names of the file's columns by field id. */
  readonly columns: ReadonlyMap<number, string>;
  /** Names of the parts of its columns by field id. */
  readonly parts: ReadonlyMap<number, string>;
  /** The path of the first column, or part of one, that the mapping does not have; null for none. */
  readonly unmapped: string | null;
}

/** Tells whether a file is read by its field ids: as other readers do, already when one column has one. */
export const hasFieldIds = (columns: readonly ParquetPart[]): boolean =>
  columns.some(({ fieldId, parts }) => fieldId !== null || hasFieldIds(parts));

/** Finds the columns of a file by the names that a mapping has.
 *  @throws STORAGE_UNSUPPORTED when two columns of the file are one of the table's, or have names that differ in case alone, which are not told apart */
export function mapColumns(columns: readonly ParquetPart[], mapping: readonly MappedField[], path: string): MappedColumns {
  const found = { columns: new Map<number, string>(), parts: new Map<number, string>() };
  let unmapped: string | null = null;
  const visit = (siblings: readonly ParquetPart[], fields: readonly MappedField[], names: Map<number, string>, above: string): void => {
    const seen = new Set<string>();
    for (const { name, parts } of siblings) {
      const own = above + name;
      if (seen.has(name.toLowerCase())) throw ambiguous(own, path);
      seen.add(name.toLowerCase());
      const field = fields.find((each) => each.names.includes(name));
      if (field === undefined) {
        unmapped ??= own;
        continue;
      }
      if (field.fieldId === null) continue;
      if (names.has(field.fieldId)) throw ambiguous(own, path);
      names.set(field.fieldId, name);
      visit(parts, field.fields, found.parts, `${own}.`);
    }
  };
  visit(columns, mapping, found.columns, '');
  return { ...found, unmapped };
}

function ambiguous(column: string, path: string): PlatformError {
  const message = `The data file ${path} has no field ids, and another column that is taken for the same as "${column}".`;
  return new PlatformError('STORAGE_UNSUPPORTED', message, {
    hint: 'Rewrite the file with the program that owns the table.',
    details: { path, column },
  });
}
