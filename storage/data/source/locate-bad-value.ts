import { type Connection, quoteText } from '../../../runtime/duckdb/index.ts';
import { assert, type Field, type FileSource, formatType, PlatformError } from '../../../spi/index.ts';
import { describeFile } from './file-error.ts';
import type { ColumnMatch } from './match-columns.ts';
import type { SourceRelation } from './source-relation.ts';

const TEXT_CHARACTERS_MAX = 60;

/** Looks for the first row with a value that does not fit its column, and returns the error that tells it; null when all values fit. */
export async function locateBadValue(
  connection: Connection,
  source: FileSource,
  relation: SourceRelation,
  matches: readonly ColumnMatch[],
): Promise<PlatformError | null> {
  const unfilled = matches.find(({ field, column }) => column === null && !field.nullable)?.field;
  if (unfilled !== undefined) return nothingFills(unfilled);
  const filled = matches.flatMap(({ field, column, converted }) => (column === null ? [] : [{ field, column, converted }]));
  const problems = filled.map(({ field, column, converted }) => {
    const lost = `TRY(${converted}) IS NULL`;
    return `(${field.nullable ? `${column.value} IS NOT NULL AND ` : ''}${lost})`;
  });
  if (problems.length === 0) return null;
  const which = `CASE ${problems.map((problem, index) => `WHEN ${problem} THEN ${String(index)}`).join(' ')} END`;
  const texts = filled.map(
    ({ column }, index) => `WHEN ${String(index)} THEN left(CAST(${column.value} AS VARCHAR), ${String(TEXT_CHARACTERS_MAX + 1)})`,
  );
  const numbered = `SELECT *, row_number() OVER () AS ${ROW}, ${which} AS ${PROBLEM} FROM ${relation.from}`;
  const sql = `SELECT ${ROW}, ${PROBLEM}, CASE ${PROBLEM} ${texts.join(' ')} END AS ${TEXT} FROM (${numbered}) WHERE ${PROBLEM} IS NOT NULL LIMIT 1`;
  const [row] = await connection.queryRows(sql);
  if (row === undefined) return null;
  const found = filled[Number(row['problem_of_row'])];
  assert(found !== undefined, 'a located problem belongs to a column');
  return badValue(source, found, String(Number(row['number_of_row'])), row['text_of_value']);
}

const ROW = 'number_of_row';
const PROBLEM = 'problem_of_row';
const TEXT = 'text_of_value';

function nothingFills(field: Field): PlatformError {
  return new PlatformError('SQL_INVALID_VALUE', `Column "${field.name}" takes no NULL, and no column of the file fills it.`, {
    details: { column: field.name },
  });
}

function badValue(source: FileSource, { field }: ColumnMatch, row: string, text: unknown): PlatformError {
  const where = `in row ${row} of ${describeFile(source)}`;
  const details = { column: field.name, row: Number(row) };
  if (typeof text !== 'string') {
    return new PlatformError('SQL_INVALID_VALUE', `Column "${field.name}" takes no NULL, but there is one ${where}.`, { details });
  }
  const shown = text.length > TEXT_CHARACTERS_MAX ? `${text.slice(0, TEXT_CHARACTERS_MAX)}...` : text;
  return new PlatformError(
    'SQL_INVALID_VALUE',
    `The value ${quoteText(shown)} ${where} does not fit column "${field.name}" of type ${formatType(field.type)}.`,
    { details },
  );
}
