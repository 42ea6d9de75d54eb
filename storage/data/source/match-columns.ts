import { type Field, type FileSource, formatType, nearestName, PlatformError } from '../../../spi/index.ts';
import { defaultSql, typeSql } from '../../../runtime/duckdb/index.ts';
import { fileError } from './file-error.ts';
import type { SourceColumn, SourceRelation } from './source-relation.ts';

/** A column of the target with what fills it. */
export interface ColumnMatch {
  readonly field: Field;
  /** Null when the file has no such column: its values are the column's default. */
  readonly column: SourceColumn | null;
  /** The value in the field's type, as an SQL expression that fails for values that do not fit. */
  readonly converted: string;
}

/** Finds the column of the file that fills each column of the target, and how.
 *  @throws STORAGE_FILE when the file has columns that the target lacks or lacks those named, SQL_TYPE_MISMATCH */
export function matchColumns(relation: SourceRelation, source: FileSource, fields: readonly Field[]): readonly ColumnMatch[] {
  const columns = chooseColumns(relation, source, fields);
  return fields.map((field, index) => {
    const column = columns[index] ?? null;
    if (column === null) return { field, column, converted: defaultOf(field) };
    const converted = column.convert(field.type);
    if (converted !== null) return { field, column, converted };
    throw new PlatformError(
      'SQL_TYPE_MISMATCH',
      `Column "${column.name}" of the file is of type ${column.typeName}, which column "${field.name}" of type ${formatType(field.type)} does not take.`,
      { details: { column: field.name } },
    );
  });
}

function defaultOf({ type, writeDefault }: Field): string {
  return writeDefault === undefined ? 'NULL' : `CAST(${defaultSql(type, writeDefault)} AS ${typeSql(type)})`;
}

function chooseColumns(relation: SourceRelation, source: FileSource, fields: readonly Field[]): readonly (SourceColumn | undefined)[] {
  checkDistinct(relation, source);
  if (source.columns !== null) return columnsByList(relation, source, source.columns, fields);
  return relation.named ? columnsByName(relation, source, fields) : columnsByPosition(relation, source, fields);
}

function columnsByList(
  relation: SourceRelation,
  source: FileSource,
  names: readonly string[],
  fields: readonly Field[],
): readonly SourceColumn[] {
  if (names.length > fields.length) {
    throw fileError(source, `cannot fill ${String(fields.length)} columns from a list of ${String(names.length)}`);
  }
  return names.map((name) => {
    const column = relation.columns.find((candidate) => sameName(candidate.name, name));
    if (column !== undefined) return column;
    const near = nearestName(
      name,
      relation.columns.map((candidate) => candidate.name),
    );
    throw fileError(source, `has no column "${name}"${near === null ? '' : ` (it has "${near}")`}`);
  });
}

function columnsByName(relation: SourceRelation, source: FileSource, fields: readonly Field[]): readonly (SourceColumn | undefined)[] {
  const extra = relation.columns.filter((column) => !fields.some((field) => sameName(field.name, column.name)));
  if (extra.length > 0) {
    const has = extra.map((column) => `"${column.name}"`).join(', ');
    throw fileError(
      source,
      `has columns that the table lacks: ${has} (the table has ${fields.map((field) => `"${field.name}"`).join(', ')})`,
    );
  }
  return fields.map((field) => relation.columns.find((column) => sameName(field.name, column.name)));
}

function columnsByPosition(relation: SourceRelation, source: FileSource, fields: readonly Field[]): readonly SourceColumn[] {
  if (relation.columns.length <= fields.length) return relation.columns;
  throw fileError(source, `has ${String(relation.columns.length)} columns, the table ${String(fields.length)}`);
}

function checkDistinct(relation: SourceRelation, source: FileSource): void {
  const seen = new Set<string>();
  for (const { name } of relation.columns) {
    if (seen.has(name.toLowerCase())) throw fileError(source, `has two columns named "${name}"`);
    seen.add(name.toLowerCase());
  }
}

function sameName(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}
