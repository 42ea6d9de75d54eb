import { type EqualityColumn, type EqualityDelete, locationToPath, type RowDelete } from '../../spi/index.ts';
import { readDeletionVector } from '../deletion-vector/index.ts';
import { quoteText } from './quote-sql.ts';
import { typeSql } from './type-sql.ts';

/** A data file and what takes rows of it away. */
export interface DeletedFile {
  /** The location as delete files tell it. */
  readonly location: string;
  readonly rows: number;
  readonly deletes: readonly RowDelete[];
}

/** What a SELECT needs beside its data files to leave out the rows that deletes take away. */
export interface DeleteJoins {
  /** JOIN clauses for a FROM item `d` that reads the files with `file_row_number`. */
  readonly sql: string;
  /** Columns of the data files that the clauses compare. */
  readonly columns: readonly EqualityColumn[];
}

/** What makes one number of a file's index and a position in it. */
const POSITIONS_MAX = 2 ** 40;

/** Characters that bits take beside themselves. */
const BITS_OVERHEAD = 100;

/** DuckDB counts bits in 32 bits. */
const BITS_MAX = 2 ** 31;

/** DuckDB makes no longer bit strings of numbers. */
const MARKED_ROWS_MAX = 1_000_000_000;

/** Returns the joins for data files, in the order in which `d` reads them, that have the same equality deletes. `columnSql` names the column of `d` that has a
 *  column's values. NULL agrees with NULL. Deletion vectors are read here.
 *  @throws STORAGE_CORRUPT when a deletion vector is damaged */
export function deleteJoins(files: readonly DeletedFile[], columnSql: (column: EqualityColumn) => string): DeleteJoins {
  const equality = byColumns(files[0]?.deletes ?? []);
  const joins = [placeJoin(files)];
  equality.forEach((deletes, index) => {
    const name = `e${String(index)}`;
    const columns = deletes[0]?.columns ?? [];
    const agree = columns.map((column) => `${columnSql(column)} IS NOT DISTINCT FROM ${name}.f${String(column.fieldId)}`);
    joins.push(` ANTI JOIN (${equalitySql(columns, deletes)}) AS ${name} ON ${agree.join(' AND ')}`);
  });
  const columns = new Map(equality.flatMap(([first]) => first?.columns ?? []).map((column) => [column.fieldId, column]));
  return { sql: joins.join(''), columns: [...columns.values()] };
}

/** Of one file the positions become a bit for each row, which is the quickest to look up; positions of more files are looked up in a hash table. */
function placeJoin(files: readonly DeletedFile[]): string {
  const positions = positionsSql(files);
  if (positions === null) return '';
  const [only] = files;
  if (files.length === 1 && only !== undefined && only.rows < MARKED_ROWS_MAX) {
    const rows = String(only.rows);
    // The bit after the last row is always set: of no place at all there would be no bit string.
    const marks = `SELECT bitstring_agg(place, 0, ${rows}) AS gone FROM (${positions} UNION ALL SELECT ${rows}) WHERE place BETWEEN 0 AND ${rows}`;
    return ` JOIN (${marks}) AS p ON get_bit(p.gone, CAST(d.file_row_number AS INTEGER)) = 0`;
  }
  return ` ANTI JOIN (${positions}) AS p ON ${placeSql(files)} = p.place`;
}

/** Returns the query of the positions in a data file, as `place`, that position deletes and deletion vectors take; null for none.
 *  @throws STORAGE_CORRUPT when a deletion vector is damaged */
export function deletedPlacesSql(file: Omit<DeletedFile, 'rows'>): string | null {
  return positionsSql([file]);
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

function positionsSql(files: readonly Omit<DeletedFile, 'rows'>[]): string | null {
  const sources = [...listedSql(files), ...vectorsSql(files)];
  return sources.length === 0 ? null : sources.join(' UNION ALL ');
}

/** Places that position delete files list. */
function listedSql(files: readonly Omit<DeletedFile, 'rows'>[]): readonly string[] {
  const pairs = files.flatMap(({ location, deletes }, index) =>
    deletes.flatMap((each) => (each.kind === 'position' ? [{ index, location, each }] : [])),
  );
  if (pairs.length === 0) return [];
  const deletes = [...new Map(pairs.map(({ each }) => [each.uri, each])).values()];
  const source = `read_parquet(${filesSql(deletes)}, hive_partitioning = false, filename = true)`;
  const [only] = files;
  if (files.length === 1 && only !== undefined) return [`SELECT pos AS place FROM ${source} WHERE file_path = ${quoteText(only.location)}`];
  const listed = pairs.map(
    ({ index, location, each }) => `(${String(index)}, ${quoteText(location)}, ${quoteText(locationToPath(each.uri))})`,
  );
  return [
    `SELECT CAST(m.file AS BIGINT) * ${String(POSITIONS_MAX)} + r.pos AS place FROM ${source} AS r JOIN (VALUES ${listed.join(', ')}) AS m(file, location, source)` +
      ` ON r.file_path = m.location AND r.filename = m.source`,
  ];
}

/** Places that deletion vectors hold. DuckDB does not read them, so their positions stand in the statement. */
function vectorsSql(files: readonly Omit<DeletedFile, 'rows'>[]): readonly string[] {
  return files.flatMap(({ deletes }, index) => {
    const first = files.length === 1 ? '' : `${String(index * POSITIONS_MAX)} + `;
    return deletes.flatMap((each) =>
      each.kind === 'vector' ? [`SELECT ${first}pos AS place FROM (${numbersSql(readDeletionVector(each))})`] : [],
    );
  });
}

/** Returns the query of ascending numbers: a list, or one bit for each number up to the last where that is the shorter text. */
function numbersSql(numbers: readonly number[]): string {
  const list = numbers.join(',');
  const last = numbers.at(-1) ?? 0;
  if (list.length <= last / 6 + BITS_OVERHEAD || last >= BITS_MAX) return `SELECT unnest(CAST([${list}] AS BIGINT[])) AS pos`;
  const bits = new Uint8Array((last >> 3) + 1);
  for (const number of numbers) bits[number >> 3] = (bits[number >> 3] ?? 0) | (0x80 >> (number & 7));
  const text = Buffer.from(bits).toString('base64');
  return `SELECT i AS pos FROM range(${String(last + 1)}) AS r(i) WHERE get_bit(CAST(from_base64('${text}') AS BIT), CAST(i AS INTEGER)) = 1`;
}

const filesSql = (files: readonly { readonly uri: string }[]): string =>
  `[${files.map(({ uri }) => quoteText(escapeGlob(locationToPath(uri)))).join(', ')}]`;

/** DuckDB takes paths for patterns. */
export function escapeGlob(path: string): string {
  return path.replaceAll(/[*?[]/g, '[$&]');
}
