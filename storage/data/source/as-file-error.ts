import { type Connection, quoteText } from '../../../runtime/duckdb/index.ts';
import { type FileSource, PlatformError } from '../../../spi/index.ts';
import { describeCsvProblem } from './describe-csv-problem.ts';
import { fileError } from './file-error.ts';
import type { SourceRelation } from './source-relation.ts';

/** A user's file while it is read; `relation` is null until it has been opened. */
export interface ReadingState {
  readonly connection: Connection;
  readonly source: FileSource;
  readonly linkPath: string;
  relation: SourceRelation | null;
}

/** Codes under which DuckDB's complaints about the content of a file come. */
const CONTENT_CODES = new Set(['STORAGE_CORRUPT', 'SQL_EVALUATION', 'SQL_INVALID_VALUE', 'SQL_OVERFLOW', 'ENGINE_FAILED']);

/** Returns the error of reading a user's file as the user should see it: what DuckDB says about the link becomes STORAGE_FILE with the
 *  place in the file. */
export async function asFileError(reading: ReadingState, error: unknown): Promise<unknown> {
  if (!(error instanceof PlatformError)) return error;
  const { source, linkPath } = reading;
  if (error.code === 'STORAGE_FILE' && error.message.startsWith('the ')) return fileError(source, `is damaged: ${error.message}`, error);
  if (error.details['engineType'] === undefined) return error;
  if (error.code === 'STORAGE_IO' ? !error.message.includes(linkPath) : !CONTENT_CODES.has(error.code)) return error;
  return fileError(source, (await findProblem(reading)) ?? `cannot be read: ${plain(error.message, linkPath)}`, error);
}

/** DuckDB's messages name wrong lines or none at the end of a file, so the place is looked for. */
async function findProblem({ connection, source, linkPath, relation }: ReadingState): Promise<string | null> {
  try {
    if (source.format === 'csv' && relation !== null) return await describeCsvProblem(connection, relation.from);
    if (source.format !== 'ndjson') return null;
    const line = await firstBadLine(connection, linkPath);
    return line === null ? null : `is damaged: line ${line} is not valid JSON`;
  } catch {
    // The search meets the same damage: the first error then goes without a place.
    return null;
  }
}

async function firstBadLine(connection: Connection, linkPath: string): Promise<string | null> {
  const settings = `auto_detect = false, header = false, delim = chr(1), quote = '', escape = '', columns = {'line': 'VARCHAR'}`;
  const lines = `SELECT row_number() OVER () AS number, line FROM read_csv(${quoteText(linkPath)}, ${settings})`;
  const [row] = await connection.queryRows(`SELECT number FROM (${lines}) WHERE NOT json_valid(line) LIMIT 1`);
  return row === undefined ? null : String(Number(row['number']));
}

/** The first line of a message, without the link's path. */
function plain(message: string, linkPath: string): string {
  const [first = ''] = message.split('\n');
  return first
    .replaceAll(` in file "${linkPath}"`, '')
    .replaceAll(`file '${linkPath}'`, 'the file')
    .replaceAll(`file "${linkPath}"`, 'the file')
    .replaceAll(linkPath, 'the file')
    .replace(/[.,\s]+$/, '');
}
