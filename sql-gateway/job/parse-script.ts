import { PlatformError } from '../../spi/index.ts';
import type { Statement } from '../../sql/ast/index.ts';
import { locate, placeStatements } from '../../sql/lex/index.ts';
import { parseStatement } from '../../sql/parse/index.ts';
import { type JobStatement, placedText } from './job-spec.ts';

/** Statements that a job takes: they change something, and answer with no rows. */
const TAKEN: ReadonlySet<Statement['kind']> = new Set([
  'insert',
  'delete',
  'update',
  'merge',
  'truncate',
  'copy-from',
  'copy-to',
  'create-schema',
  'create-table',
  'create-view',
  'alter-table',
  'comment-on',
  'drop',
  'set-setting',
  'reset-setting',
  'set-time-zone',
  'use',
]);

/** Units: statements of one job. */
export const JOB_STATEMENTS_MAX = 1000;

/** Returns the statements of a script with where each begins.
 *  @throws SQL_SYNTAX for a text that cannot be split */
export function splitScript(sql: string): readonly JobStatement[] {
  return placeStatements(sql).map(({ text, offset }) => {
    const { line, column } = locate(sql, offset, offset);
    return { sql: text, line, column };
  });
}

/** Parses the statements of a job.
 *  @throws SQL_* with the number of the statement that is wrong, JOB_STATEMENT for one that a job does not take, REQUEST_INVALID for none or
 *    too many */
export function checkStatements(statements: readonly JobStatement[]): void {
  if (statements.length === 0) throw new PlatformError('REQUEST_INVALID', 'A job needs at least one statement.');
  if (statements.length > JOB_STATEMENTS_MAX) {
    throw new PlatformError('REQUEST_INVALID', `A job takes at most ${String(JOB_STATEMENTS_MAX)} statements.`);
  }
  for (const [index, statement] of statements.entries()) {
    atStatement(index + 1, statements, () => {
      checkKind(parseStatement(placedText(statement)), statement);
    });
  }
}

/** Runs work on a statement; an error then tells which one it was, unless there is only one.
 *  @throws what the work throws */
export function atStatement<Result>(statement: number, statements: readonly JobStatement[], work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw nameStatement(error, statement, statements);
  }
}

/** Returns an error that tells which statement of a job it is about. */
export function nameStatement(error: unknown, statement: number, statements: readonly JobStatement[]): PlatformError {
  const { code, message, location, hint, details } = PlatformError.from(error, 'INTERNAL_INVARIANT');
  const step = statements[statement - 1]?.step;
  const place = `statement ${String(statement)} of ${String(statements.length)}${step === undefined ? '' : ` (step '${step}')`}`;
  const named = statements.length === 1 && step === undefined ? message : `${place}: ${message}`;
  return new PlatformError(code, named, { location, hint, details: { ...details, statement }, cause: error });
}

function checkKind(parsed: Statement, { line, column, sql, expects }: JobStatement): void {
  const isQuery = parsed.kind === 'query-statement';
  if (expects !== undefined && !isQuery) {
    throw new PlatformError('JOB_STATEMENT', 'what is expected has to be a query, which has no rows when all is well');
  }
  if (expects !== undefined || TAKEN.has(parsed.kind)) return;
  throw new PlatformError(
    'JOB_STATEMENT',
    isQuery
      ? `line ${String(line)}, column ${String(column)}: the rows of this query would go nowhere`
      : `line ${String(line)}, column ${String(column)}: this kind of statement (${parsed.kind.replaceAll('-', ' ')}) has no place in a job`,
    {
      location: { line, column, offset: 0, length: sql.length },
      hint: isQuery
        ? 'Use INSERT INTO table SELECT .., CREATE TABLE table AS SELECT .., or COPY (SELECT ..) TO file.'
        : 'A job takes INSERT, CREATE, DROP, DELETE, UPDATE, COPY and SET.',
    },
  );
}
