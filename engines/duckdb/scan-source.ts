import {
  type EqualityColumn,
  FILE_COLUMN_ID,
  isLineageColumn,
  isPlaceColumn,
  POSITION_COLUMN_ID,
  ROW_ID_COLUMN_ID,
  type ScanColumn,
  type ScanNode,
} from '../../spi/index.ts';
import {
  defaultSql,
  type DeletedFile,
  deleteJoins,
  equalityKey,
  escapeGlob,
  namedSource,
  type PartNames,
  quoteName,
  quoteText,
  typeInFile,
  typeSql,
  valueOfTable,
} from '../../runtime/duckdb/index.ts';
import type { ListedFile, ScanInput } from './query-message.ts';

/** Files with positions deleted that are read each by itself at most: positions of one file are the faster to find, but each file makes the plan longer. */
const SINGLE_FILES_MAX = 16;

/** Returns the FROM item that reads a scan's files and gives its columns out as `c<id>`, without the rows that deletes take away.
 *  Files whose columns have the names and types of the schema are read by name, which DuckDB does on all threads; others by field id, with
 *  NULL for what a file lacks. */
export function scanSource(node: ScanNode, input: ScanInput, alias: string): string {
  const deleted = deletedFiles(input);
  const plain = input.files.filter((path) => !deleted.has(path));
  const pieces = [
    ...groupBy(plain, (path) => namesKey(input, path)).map((paths) => readPlain(node, input, paths)),
    ...groupFiles(input, deleted).map((files) => readDeleted(node, input, files)),
    ...(input.parts ?? []).map(({ file, from, to }) => {
      const rows = ` WHERE file_row_number >= ${String(from)} AND file_row_number < ${String(to)}`;
      const found = deleted.get(file);
      if (found === undefined) return readPlain(node, input, [file], ', file_row_number = true') + rows;
      return readDeleted(node, input, [{ path: file, ...found }]) + rows;
    }),
  ];
  if (pieces.length === 0) return `(SELECT ${emptyList(node)} FROM (SELECT 1 AS one) AS none WHERE false) AS ${alias}`;
  return `(${pieces.join(' UNION ALL ')}) AS ${alias}`;
}

/** A file with what takes rows of it away, and where the ids of its rows begin. */
type FileFacts = DeletedFile & Pick<ListedFile, 'lineage'>;

type PathDeletes = FileFacts & Pick<ListedFile, 'path'>;

function deletedFiles({ deletes }: ScanInput): ReadonlyMap<string, FileFacts> {
  const files = deletes?.files ?? [];
  return new Map(files.map(({ path, list, ...file }) => [path, { ...file, deletes: deletes?.lists[list] ?? [] }]));
}

/** Files that one SELECT reads have the same equality deletes, and columns and parts of them under the same names. */
function groupFiles(input: ScanInput, deleted: ReadonlyMap<string, FileFacts>): readonly (readonly PathDeletes[])[] {
  const files = input.files.flatMap((path): PathDeletes[] => {
    const found = deleted.get(path);
    return found === undefined ? [] : [{ path, ...found }];
  });
  const isListed = ({ deletes }: DeletedFile): boolean => deletes.some(({ kind }) => kind !== 'equality');
  const alone = files.filter(isListed).length <= SINGLE_FILES_MAX;
  return groupBy(files, (file) => (alone && isListed(file) ? file.path : `\n${equalityKey(file.deletes)}\n${namesKey(input, file.path)}`));
}

function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): readonly (readonly Item[])[] {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return [...groups.values()];
}

function namesKey({ columnNames, partNames, missingValues }: ScanInput, path: string): string {
  if (columnNames === undefined && partNames === undefined && missingValues === undefined) return '';
  return JSON.stringify([columnNames?.[path], partNames?.[path], missingValues?.[path]]);
}

/** All of the paths hold the parts of columns under the same names. */
function namesIn({ partNames }: ScanInput, [path = '']: readonly string[]): PartNames {
  return partNames?.[path] ?? {};
}

function readPlain(node: ScanNode, input: ScanInput, paths: readonly string[], options = ''): string {
  return `SELECT ${selectList(node, input, '', namesIn(input, paths))} FROM ${readFiles(node, input, paths, [], options)}`;
}

function readDeleted(node: ScanNode, input: ScanInput, files: readonly PathDeletes[]): string {
  const nameOf = ({ fieldId, name }: EqualityColumn): string => `d.${input.byFieldId ? fieldName(fieldId) : quoteName(name)}`;
  const joins = deleteJoins(files, nameOf);
  const paths = files.map(({ path }) => path);
  const source = readFiles(node, input, paths, joins.columns, ', file_row_number = true');
  return `SELECT ${selectList(node, input, 'd.', namesIn(input, paths), files)} FROM ${source} AS d${joins.sql}`;
}

function selectList(node: ScanNode, input: ScanInput, qualifier: string, names: PartNames, files: readonly FileFacts[] = []): string {
  if (node.columns.length === 0) return '1 AS one';
  const valueSql = ({ fieldId, name, type }: ScanColumn): string => {
    if (fieldId === FILE_COLUMN_ID) return locationSql(files);
    if (fieldId === POSITION_COLUMN_ID) return 'd.file_row_number';
    if (isLineageColumn({ fieldId })) return lineageSql(fieldId, files);
    return input.byFieldId ? valueOfTable(qualifier + fieldName(fieldId), type, names) : qualifier + quoteName(name);
  };
  return node.columns.map((column) => `${valueSql(column)} AS c${String(column.id)}`).join(', ');
}

function locationSql(files: readonly DeletedFile[]): string {
  return perFile(files.map(({ location }) => quoteText(location)));
}

/** A row has the lineage that its file holds, else what its file and its place in it tell. */
function lineageSql(fieldId: number, files: readonly FileFacts[]): string {
  const isRowId = fieldId === ROW_ID_COLUMN_ID;
  const told = files.map(({ lineage }) => (lineage === undefined ? null : isRowId ? lineage.firstRowId : lineage.sequenceNumber));
  const ofFile = perFile(told.map((value) => `CAST(${value === null ? 'NULL' : String(value)} AS BIGINT)`));
  const held = `d.${fieldName(fieldId)}`;
  return `coalesce(${held}, ${isRowId ? `${ofFile} + d.file_row_number` : ofFile})`;
}

/** Returns what the file of a row has of the values given, one for each file. */
function perFile(values: readonly string[]): string {
  return values.length === 1 ? (values[0] ?? 'NULL') : `[${values.join(', ')}][CAST(d.file_index AS BIGINT) + 1]`;
}

function emptyList(node: ScanNode): string {
  if (node.columns.length === 0) return '1 AS one';
  return node.columns.map((column) => `CAST(NULL AS ${typeSql(column.type)}) AS c${String(column.id)}`).join(', ');
}

function readFiles(
  node: ScanNode,
  input: ScanInput,
  paths: readonly string[],
  compared: readonly EqualityColumn[],
  options: string,
): string {
  const files = `[${paths.map((file) => quoteText(escapeGlob(file))).join(', ')}]`;
  const columns = [...compared, ...node.columns.filter((column) => !isPlaceColumn(column))];
  const names = namesIn(input, paths);
  // Those of the first path are those of all.
  const missing = input.missingValues?.[paths[0] ?? ''] ?? {};
  if (!input.byFieldId || columns.length === 0) return `read_parquet(${files}, hive_partitioning = false${options})`;
  const columnNames = input.columnNames?.[paths[0] ?? ''];
  if (columnNames !== undefined) return namedSource(columns, { files, columnNames, partNames: names, missingValues: missing });
  const fields = new Map(columns.map((column) => [column.fieldId, column]));
  const schema = [...fields].map(
    ([id, { type, initialDefault }]) =>
      `${String(id)}: {name: '${fieldName(id)}', type: ${quoteText(typeSql(typeInFile(type, names)))}, default_value: ${defaultSql(type, missing[String(id)] ?? initialDefault)}}`,
  );
  return `read_parquet(${files}, hive_partitioning = false, schema = MAP {${schema.join(', ')}}${options})`;
}

function fieldName(fieldId: number): string {
  return `f${String(fieldId)}`;
}
