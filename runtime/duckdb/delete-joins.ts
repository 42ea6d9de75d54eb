import { type EqualityColumn, type EqualityDelete, locationToPath, PlatformError, type RowDelete } from '../../spi/index.ts';
import { quoteText } from './quote-sql.ts';
import { typeSql } from './type-sql.ts';

/** A data file and what takes rows of it away. */
export interface DeletedFile {
  /** The location as delete files tell it. */
  readonly location: string;
  readonly deletes: readonly RowDelete[];
}

/** What a SELECT needs beside its data files to leave out the rows that deletes take away. */
export interface DeleteJoins {
  /** ANTI JOIN clauses for a FROM item `d` that reads the files with `file_row_number`. */
  readonly sql: string;
  /** Columns of the data files that the clauses compare. */
  readonly columns: readonly EqualityColumn[];
}

/** What makes one number of a file's index and a position in it. */
const POSITIONS_MAX = 2 ** 40;

/** Returns the joins for data files, in the order in which `d` reads them, that have the same equality deletes. `columnSql` names the column of `d` that has a
 *  column's values. NULL agrees with NULL. */
export function deleteJoins(files: readonly DeletedFile[], columnSql: (column: EqualityColumn) => string): DeleteJoins {
  const equality = byColumns(files[0]?.deletes ?? []);
  const positions = positionsSql(files);
  const joins = positions === null ? [] : [` ANTI JOIN (${positions}) AS p ON ${placeSql(files)} = p.place`];
  equality.forEach((deletes, index) => {
    const name = `e${String(index)}`;
    const columns = deletes[0]?.columns ?? [];
    const agree = columns.map((column) => `${columnSql(column)} IS NOT DISTINCT FROM ${name}.f${String(column.fieldId)}`);
    joins.push(` ANTI JOIN (${equalitySql(columns, deletes)}) AS ${name} ON ${agree.join(' AND ')}`);
  });
  const columns = new Map(equality.flatMap(([first]) => first?.columns ?? []).map((column) => [column.fieldId, column]));
  return { sql: joins.join(''), columns: [...columns.values()] };
}

/** Returns the text by which files have the same equality deletes. */
export function equalityKey(deletes: readonly RowDelete[]): string {
  return deletes
    .filter(({ kind }) => kind === 'equality')
    .map(({ uri }) => uri)
    .join('\n');
}

function byColumns(deletes: readonly RowDelete[]): readonly (readonly EqualityDelete[])[] {
  const groups = new Map<string, EqualityDelete[]>();
  for (const each of deletes) {
    if (each.kind !== 'equality') continue;
    const key = each.columns.map(({ fieldId }) => fieldId).join();
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups.values()];
}

function equalitySql(columns: readonly EqualityColumn[], deletes: readonly EqualityDelete[]): string {
  const schema = columns.map(
    ({ fieldId, type }) => `${String(fieldId)}: {name: 'f${String(fieldId)}', type: ${quoteText(typeSql(type))}, default_value: NULL}`,
  );
  const names = columns.map(({ fieldId }) => `f${String(fieldId)}`).join(', ');
  return `SELECT ${names} FROM read_parquet(${filesSql(deletes)}, hive_partitioning = false, schema = MAP {${schema.join(', ')}})`;
}

/** One file's positions are compared as they are; of more files each position is one number with the file's index. */
function placeSql(files: readonly DeletedFile[]): string {
  if (files.length === 1) return 'd.file_row_number';
  return `CAST(d.file_index AS BIGINT) * ${String(POSITIONS_MAX)} + d.file_row_number`;
}

function positionsSql(files: readonly DeletedFile[]): string | null {
  const pairs = files.flatMap(({ location, deletes }, index) =>
    deletes.flatMap((each) => (each.kind === 'equality' ? [] : [{ index, location, each }])),
  );
  const vector = pairs.find(({ each }) => each.kind === 'vector');
  if (vector !== undefined) throw new PlatformError('STORAGE_UNSUPPORTED', `The deletion vector in ${vector.each.uri} cannot be read.`);
  if (pairs.length === 0) return null;
  const deletes = [...new Map(pairs.map(({ each }) => [each.uri, each])).values()];
  const source = `read_parquet(${filesSql(deletes)}, hive_partitioning = false, filename = true)`;
  const [only] = files;
  if (files.length === 1 && only !== undefined) return `SELECT pos AS place FROM ${source} WHERE file_path = ${quoteText(only.location)}`;
  const listed = pairs.map(
    ({ index, location, each }) => `(${String(index)}, ${quoteText(location)}, ${quoteText(locationToPath(each.uri))})`,
  );
  return (
    `SELECT CAST(m.file AS BIGINT) * ${String(POSITIONS_MAX)} + r.pos AS place FROM ${source} AS r JOIN (VALUES ${listed.join(', ')}) AS m(file, location, source)` +
    ` ON r.file_path = m.location AND r.filename = m.source`
  );
}

const filesSql = (files: readonly { readonly uri: string }[]): string =>
  `[${files.map(({ uri }) => quoteText(escapeGlob(locationToPath(uri)))).join(', ')}]`;

/** DuckDB takes paths for patterns. */
export function escapeGlob(path: string): string {
  return path.replaceAll(/[*?[]/g, '[$&]');
}
