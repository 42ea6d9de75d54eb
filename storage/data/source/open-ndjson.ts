import { type Connection, quoteName, quoteText } from '../../../runtime/duckdb/index.ts';
import type { DataType, FileSource } from '../../../spi/index.ts';
import { convertJson } from '../conversion/convert-json.ts';
import { refuseOptions } from './csv-dialect.ts';
import { fileError } from './file-error.ts';
import { readSmallNdjson } from './small-ndjson.ts';
import type { SourceColumn, SourceRelation } from './source-relation.ts';

/** Opens a file of one JSON object a line; its columns are all keys that occur in it, those of the first line first.
 *  Guarantees: lines that are not JSON objects, and keys that occur twice in one, are errors.
 *  @throws STORAGE_FILE */
export async function openNdjson(connection: Connection, source: FileSource, linkPath: string): Promise<SourceRelation> {
  refuseOptions(source.options, 'ndjson');
  const isPlain = !linkPath.endsWith('.gz');
  const keys = (isPlain ? readSmallNdjson(linkPath) : null)?.keys ?? (await queryKeys(connection, source, linkPath));
  if (keys.length === 0) return { from: ndjsonObjects(linkPath), columns: [], named: true };
  const columns = keys.map((key) => `${quoteText(key)}: 'JSON'`).join(', ');
  const settings = [`format = 'newline_delimited'`, `records = 'true'`, `compression = ${compression(linkPath)}`, `columns = {${columns}}`];
  return {
    from: `read_json(${quoteText(linkPath)}, ${settings.join(', ')})`,
    named: true,
    columns: ndjsonColumns(keys),
  };
}

/** Returns the columns of a relation that holds the JSON of each key. */
export const ndjsonColumns = (keys: readonly string[]): readonly SourceColumn[] =>
  keys.map((name) => ({
    name,
    value: quoteName(name),
    typeName: 'JSON',
    convert: (to: DataType) => convertJson(quoteName(name), to),
  }));

/** Returns the SQL of a relation with the column `json`, one row for each line that is not blank. */
export function ndjsonObjects(linkPath: string): string {
  return `read_ndjson_objects(${quoteText(linkPath)}, compression = ${compression(linkPath)})`;
}

function compression(linkPath: string): string {
  return linkPath.endsWith('.gz') ? "'gzip'" : "'uncompressed'";
}

async function queryKeys(connection: Connection, source: FileSource, linkPath: string): Promise<readonly string[]> {
  const keys = `unnest(CASE WHEN json_type(json) = 'OBJECT' THEN json_keys(json) ELSE [NULL] END)`;
  const objects = ndjsonObjects(linkPath);
  const first = `SELECT CAST(to_json(json_keys(json)) AS VARCHAR) FROM ${objects} LIMIT 1`;
  const rows = await connection.queryRows(`SELECT DISTINCT ${keys} AS "key", (${first}) AS first FROM ${objects}`);
  const names = rows.map((row) => row['key']).filter((key) => typeof key === 'string');
  if (names.length < rows.length) throw fileError(source, 'has a line that is not a JSON object');
  const inFirst = [...new Set(JSON.parse((rows[0]?.['first'] as string | null | undefined) ?? '[]') as string[])];
  return [...inFirst, ...names.filter((name) => !inFirst.includes(name)).sort()];
}
