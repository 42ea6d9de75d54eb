import type { Connection } from '../../../runtime/duckdb/index.ts';

/** Returns what is wrong in which line of a CSV file, as the end of a sentence about the file, or null when every record is sound.
 *  `from` is the reading of the file as SQL. */
export async function describeCsvProblem(connection: Connection, from: string): Promise<string | null> {
  const lenient = `${from.slice(0, -1)}, store_rejects = true, rejects_limit = 1)`;
  await connection.execute(`SELECT count(COLUMNS(*)) FROM ${lenient}`);
  const [row] = await connection.queryRows(
    'SELECT line, CAST(error_type AS VARCHAR) AS kind, error_message AS message FROM reject_errors ORDER BY line LIMIT 1',
  );
  if (row === undefined) return null;
  return `is damaged: ${problemText(String(Number(row['line'])), row['kind'] as string, row['message'] as string)}`;
}

function problemText(line: string, kind: string, message: string): string {
  const counts = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(message);
  if (counts !== null) return `line ${line} has ${counts[2] ?? ''} fields where ${counts[1] ?? ''} are expected`;
  switch (kind) {
    case 'UNQUOTED VALUE':
      return `in line ${line} a quoted value has no end, or text follows its closing quote`;
    case 'INVALID ENCODING':
      return `line ${line} is not UTF-8 text`;
    case 'LINE SIZE OVER MAXIMUM':
      return `line ${line} is longer than 2,000,000 bytes`;
    default:
      return `line ${line} cannot be read (${kind.toLowerCase()})`;
  }
}
