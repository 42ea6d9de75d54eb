import type { ScanNode } from '../../spi/index.ts';
import { quoteName, quoteText, typeSql } from '../../runtime/duckdb/index.ts';
import type { ScanInput } from './query-message.ts';

/** Returns the FROM item that reads a scan's files and gives its columns out as `c<id>`.
 *  Files whose columns have the names and types of the schema are read by name, which DuckDB does on all threads; others by field id, with
 *  NULL for what a file lacks. */
export function scanSource(node: ScanNode, input: ScanInput, alias: string): string {
  const list = selectList(node, input);
  const pieces = [
    ...(input.files.length === 0 ? [] : [readFiles(node, input, input.files)]),
    ...(input.parts ?? []).map(
      ({ file, from, to }) =>
        `${readFiles(node, input, [file], ', file_row_number = true')} WHERE file_row_number >= ${String(from)} AND file_row_number < ${String(to)}`,
    ),
  ];
  if (pieces.length === 0) return `(SELECT ${emptyList(node)} FROM (SELECT 1 AS one) AS none WHERE false) AS ${alias}`;
  return `(${pieces.map((piece) => `SELECT ${list} FROM ${piece}`).join(' UNION ALL ')}) AS ${alias}`;
}

function selectList(node: ScanNode, input: ScanInput): string {
  if (node.columns.length === 0) return '1 AS one';
  return node.columns
    .map((column) => `${input.byFieldId ? fieldName(column.fieldId) : quoteName(column.name)} AS c${String(column.id)}`)
    .join(', ');
}

function emptyList(node: ScanNode): string {
  if (node.columns.length === 0) return '1 AS one';
  return node.columns.map((column) => `CAST(NULL AS ${typeSql(column.type)}) AS c${String(column.id)}`).join(', ');
}

function readFiles(node: ScanNode, input: ScanInput, paths: readonly string[], options = ''): string {
  const files = `[${paths.map((file) => quoteText(escapeGlob(file))).join(', ')}]`;
  if (!input.byFieldId || node.columns.length === 0) return `read_parquet(${files}, hive_partitioning = false${options})`;
  const fields = new Map(node.columns.map((column) => [column.fieldId, column.type]));
  const schema = [...fields].map(
    ([id, type]) => `${String(id)}: {name: '${fieldName(id)}', type: ${quoteText(typeSql(type))}, default_value: NULL}`,
  );
  return `read_parquet(${files}, hive_partitioning = false, schema = MAP {${schema.join(', ')}}${options})`;
}

function fieldName(fieldId: number): string {
  return `f${String(fieldId)}`;
}

/** DuckDB takes paths for patterns. */
function escapeGlob(path: string): string {
  return path.replaceAll(/[*?[]/g, '[$&]');
}
