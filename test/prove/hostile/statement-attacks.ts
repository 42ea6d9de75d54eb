import { type Attack, expectProblem, type SeenProblem } from './attack.ts';

/** Codes with which the front end refuses what is not a statement of ours. */
const NOT_OURS = ['SQL_SYNTAX', 'SQL_UNSUPPORTED'];

/** Codes with which it refuses functions and tables that are not in the catalogue. */
const NOT_KNOWN = ['SQL_UNKNOWN_FUNCTION', 'CATALOG_UNKNOWN_TABLE', 'CATALOG_UNKNOWN_SCHEMA', 'SQL_SYNTAX', 'SQL_UNSUPPORTED'];

function refused(id: string, sql: string, codes: readonly string[], also?: (problem: SeenProblem) => boolean, expects?: string): Attack {
  return {
    id,
    expects: expects ?? codes.join(' or '),
    run: async ({ server }) => expectProblem(await server.sql(sql), codes, also),
  };
}

const mentions =
  (word: string) =>
  ({ detail, hint }: SeenProblem): boolean =>
    `${detail} ${hint}`.includes(word);

/** Statements that must be refused by their text alone. */
export const STATEMENT_ATTACKS: readonly Attack[] = [
  refused(
    'syntax-error',
    'SELECT n\nFROM t WHERE n = = 1',
    ['SQL_SYNTAX'],
    ({ line, column, detail, hint }) => line === 2 && column === 18 && /expect/i.test(`${detail} ${hint}`),
    'SQL_SYNTAX at line 2, column 18, with what was expected',
  ),
  refused(
    'unknown-table',
    'SELECT * FROM numbres',
    ['CATALOG_UNKNOWN_TABLE'],
    mentions('numbers'),
    'CATALOG_UNKNOWN_TABLE suggesting numbers',
  ),
  refused('unknown-column', 'SELECT lable FROM numbers', ['SQL_UNKNOWN_COLUMN'], mentions('label'), 'SQL_UNKNOWN_COLUMN suggesting label'),
  refused(
    'unknown-function',
    'SELECT conut(*) FROM numbers',
    ['SQL_UNKNOWN_FUNCTION'],
    mentions('count'),
    'SQL_UNKNOWN_FUNCTION suggesting count',
  ),
  refused(
    'type-mismatch',
    'SELECT n AND label FROM numbers',
    ['SQL_TYPE_MISMATCH'],
    ({ line }) => line === 1,
    'SQL_TYPE_MISMATCH with its place',
  ),
  refused('read-parquet', "SELECT * FROM read_parquet('/etc/passwd')", NOT_KNOWN),
  refused('read-csv', "SELECT * FROM read_csv('/etc/passwd')", NOT_KNOWN),
  refused('read-text', "SELECT * FROM read_text('/etc/passwd')", NOT_KNOWN),
  refused('glob', "SELECT * FROM glob('/etc/*')", NOT_KNOWN),
  refused('file-as-table', "SELECT * FROM '/etc/passwd'", NOT_KNOWN),
  refused('quoted-file-as-table', 'SELECT * FROM "/etc/passwd"', NOT_KNOWN),
  refused('environment', "SELECT getenv('HOME')", NOT_KNOWN),
  refused('settings-table', 'SELECT * FROM duckdb_settings()', NOT_KNOWN),
  refused('attach', "ATTACH '/tmp/stolen.db' AS stolen", NOT_OURS),
  refused('install', 'INSTALL httpfs', NOT_OURS),
  refused('load-extension', "LOAD '/tmp/evil.duckdb_extension'", NOT_OURS),
  refused('pragma', 'PRAGMA database_list', NOT_OURS),
  refused('export', "EXPORT DATABASE '/tmp/stolen'", NOT_OURS),
  refused('set-memory-limit', "SET memory_limit = '1TB'", ['SQL_UNKNOWN_SETTING']),
  refused('set-external-access', 'SET enable_external_access = true', ['SQL_UNKNOWN_SETTING']),
  refused('enable-logging', 'CALL enable_logging()', NOT_KNOWN),
  refused('enable-logging-as-table', 'SELECT * FROM enable_logging()', NOT_KNOWN),
  refused('two-statements', 'SELECT 1; DROP TABLE numbers', ['SQL_MULTIPLE_STATEMENTS', 'SQL_SYNTAX']),
  refused('hidden-second-statement', 'SELECT 1 /* ; */ ; -- ;\n DROP TABLE numbers', ['SQL_MULTIPLE_STATEMENTS', 'SQL_SYNTAX']),
  refused('quote-in-name', 'SELECT * FROM "numbers""; DROP TABLE numbers; --"', ['CATALOG_UNKNOWN_TABLE']),
  refused('sql-of-2-mb', `SELECT '${'x'.repeat(2 * 2 ** 20)}'`, ['SQL_TOO_LONG'], ({ status }) => status === 413, 'SQL_TOO_LONG, 413'),
  refused('nested-parentheses', `SELECT ${'('.repeat(10_000)}1${')'.repeat(10_000)}`, ['SQL_TOO_DEEP']),
  refused('open-parentheses', `SELECT ${'('.repeat(100_000)}`, ['SQL_TOO_DEEP']),
  refused('chained-operators', `SELECT 1${' + 1'.repeat(100_000)}`, ['SQL_TOO_DEEP']),
  refused('nested-subqueries', `${'SELECT * FROM ('.repeat(5000)}SELECT 1${')'.repeat(5000)}`, ['SQL_TOO_DEEP']),
  refused('nested-case', `SELECT ${'CASE WHEN true THEN '.repeat(5000)}1${' END'.repeat(5000)}`, ['SQL_TOO_DEEP']),
  refused('unknown-engine', 'SELECT /*+ ENGINE(no_such) */ 1', ['ENGINE_UNKNOWN']),
  refused('value-that-does-not-fit', "SELECT CAST('x' AS integer)", ['SQL_INVALID_VALUE']),
  refused(
    'failing-insert',
    "INSERT INTO numbers SELECT n / (n - 900), 'x' FROM generate_series(1, 1000) AS s(n) WHERE CAST(CASE WHEN n = 900 THEN 'x' ELSE '1' END AS integer) = 1",
    ['SQL_INVALID_VALUE', 'SQL_DIVISION_BY_ZERO', 'SQL_EVALUATION'],
  ),
  {
    id: 'quotes-in-values',
    expects: 'the texts come back as they were',
    run: async ({ server }) => {
      const text = `'; DROP TABLE numbers; -- \\' " $1 \u0000 \u{1f600}`.replaceAll('\u0000', '');
      const response = await server.sql(`SELECT $1 AS given, '${text.replaceAll("'", "''")}' AS written`, { body: { parameters: [text] } });
      const seen = await response.text();
      const rows = response.ok ? (JSON.parse(seen) as { data: string[][] }).data : [];
      return { pass: rows[0]?.[0] === text && rows[0][1] === text, saw: seen.slice(0, 200) };
    },
  },
];
