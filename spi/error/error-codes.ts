/** Whose problem an error is: decides what the client is told and whether operators are alerted. */
export type ErrorKind = 'user' | 'resource' | 'external' | 'internal';

/** What is fixed about an error code for all time. */
export interface ErrorCodeSpec {
  readonly kind: ErrorKind;
  /** Status of the HTTP answer that carries this error before the first byte of a result. */
  readonly httpStatus: number;
  /** True when the same request may succeed later without a change. */
  readonly retryable: boolean;
  /** One sentence for `docs/errors.md`. */
  readonly summary: string;
  /** True when an outside database, or how much is fetched from it, is the cause: no engine would have done better. False when left out. */
  readonly outside?: boolean;
}

const user = (httpStatus: number, summary: string): ErrorCodeSpec => ({ kind: 'user', httpStatus, retryable: false, summary });

/** Registry of every error code. A code is `<AREA>_<REASON>`, is never renamed and never removed. */
export const ERROR_CODES = {
  SQL_SYNTAX: user(400, 'The text is not a statement of the grammar.'),
  SQL_TOO_LONG: user(413, 'The statement is longer than the limit.'),
  SQL_TOO_DEEP: user(400, 'The statement nests deeper than the limit.'),
  SQL_MULTIPLE_STATEMENTS: user(400, 'One request carries one statement.'),
  SQL_UNKNOWN_COLUMN: user(400, 'No column of that name is in scope.'),
  SQL_AMBIGUOUS_COLUMN: user(400, 'More than one column in scope has that name.'),
  SQL_UNKNOWN_FUNCTION: user(400, 'No function of that name, or none with that number of arguments.'),
  SQL_UNKNOWN_TYPE: user(400, 'No data type of that name.'),
  SQL_UNKNOWN_SETTING: user(400, 'No session setting of that name.'),
  SQL_UNKNOWN_ROUTE: user(404, 'No routing rule of that name that SQL may change.'),
  SQL_UNKNOWN_PREPARED: user(404, 'The session has no prepared statement of that name.'),
  SQL_TYPE_MISMATCH: user(400, 'An expression has a type that does not fit its place.'),
  SQL_GROUPING: user(400, 'A column is neither grouped nor aggregated, or an aggregate stands where none may.'),
  SQL_DUPLICATE_NAME: user(400, 'A name is defined twice in one scope.'),
  SQL_PARAMETER: user(400, 'Parameters given and parameters used do not match.'),
  SQL_UNSUPPORTED: user(400, 'The statement is understood, but not supported.'),
  SQL_INVALID_VALUE: user(400, 'A value cannot be converted to the type asked for.'),
  SQL_OVERFLOW: user(400, 'A number leaves the range of its type.'),
  SQL_DIVISION_BY_ZERO: user(400, 'A number is divided by zero.'),
  SQL_SUBQUERY_ROWS: user(400, 'A scalar subquery returned more than one row.'),
  SQL_ROW_CHANGED_TWICE: user(400, 'Two rows of the source would change the same row of the table.'),
  SQL_EVALUATION: user(400, 'An expression could not be evaluated over the rows it met.'),
  SQL_TRANSLATION: user(400, 'A statement of another dialect is not known to mean the same here.'),
  CATALOG_UNKNOWN_TABLE: user(404, 'No table or view of that name.'),
  CATALOG_UNKNOWN_SCHEMA: user(404, 'No schema of that name.'),
  CATALOG_UNKNOWN_SNAPSHOT: user(404, 'The table has no such snapshot.'),
  CATALOG_EXISTS: user(409, 'A schema, table or view of that name exists.'),
  CATALOG_NOT_EMPTY: user(409, 'The schema still holds tables or views.'),
  CATALOG_NOT_A_TABLE: user(400, 'The name stands for a view where a table is needed, or the reverse.'),
  CATALOG_COLUMN_IN_USE: user(409, 'The column is part of the partitioning, the order or the key of its table.'),
  CATALOG_BRANCH_DIVERGED: user(409, 'The table has changed since the branch was made, and cannot be fast-forwarded to it.'),
  CATALOG_INCOMPATIBLE_CHANGE: user(400, 'The change does not fit the table, its rows or its files.'),
  CATALOG_INVALID_NAME: user(400, 'The name is not usable for a schema, table or column.'),
  CATALOG_OUTSIDE: user(400, 'The statement asks of a table of an outside database what only stored tables have.'),
  CONNECTOR_FAILED: {
    kind: 'external',
    httpStatus: 502,
    retryable: false,
    summary: 'An outside database refused or failed what it was asked for.',
    outside: true,
  },
  CONNECTOR_UNAVAILABLE: {
    kind: 'external',
    httpStatus: 503,
    retryable: true,
    summary: 'An outside database cannot be reached.',
    outside: true,
  },
  ENGINE_UNKNOWN: user(400, 'No engine of that name is registered.'),
  ENGINE_EXISTS: user(409, 'An engine of that name is there already.'),
  ENGINE_EXCLUDED: user(400, 'A hint, the session or a routing rule asks for another engine.'),
  ENGINE_DEMOTED: user(400, 'The engine gave another answer than another engine over plans of this kind, and is not trusted with them.'),
  ENGINE_REFUSED: user(400, 'No engine that may run the statement accepts it.'),
  ENGINE_UNSUPPORTED: user(400, 'The engine does not support a part of the plan.'),
  ENGINE_CANCELLED: { kind: 'user', httpStatus: 409, retryable: false, summary: 'The statement was cancelled.' },
  ENGINE_LOST: { kind: 'resource', httpStatus: 503, retryable: true, summary: 'The engine process ended while it ran the statement.' },
  ENGINE_UNAVAILABLE: { kind: 'resource', httpStatus: 503, retryable: true, summary: 'The engine is not ready to take statements.' },
  ENGINE_FAILED: { kind: 'internal', httpStatus: 500, retryable: false, summary: 'The engine failed in a way it should not.' },
  SPI_VERSION: { kind: 'internal', httpStatus: 500, retryable: false, summary: 'The plugin was made for another SPI version.' },
  SPI_INVALID_PLUGIN: {
    kind: 'internal',
    httpStatus: 500,
    retryable: false,
    summary: 'The module is not a plugin, or breaks the contract.',
  },
  STREAM_STALE: user(409, 'The materialized view does not stand at the snapshots that the statement reads.'),
  STREAM_LATE_ROWS: user(409, 'Rows came too late for the materialized view, so it does not hold the answer over all rows.'),
  STREAM_BEHIND: {
    kind: 'resource',
    httpStatus: 503,
    retryable: true,
    summary: 'The materialized view does not hold what the session wrote before, and did not catch up in time.',
  },
  STREAM_SOURCE_CHANGED: user(409, 'A table that a materialized view reads was dropped, replaced or has other columns.'),
  STORAGE_CORRUPT: { kind: 'internal', httpStatus: 500, retryable: false, summary: 'A stored file is not what was written.' },
  STORAGE_CONFLICT: { kind: 'resource', httpStatus: 409, retryable: true, summary: 'Other commits kept winning the race for the table.' },
  STORAGE_IO: { kind: 'external', httpStatus: 500, retryable: true, summary: 'The file system refused or failed an operation.' },
  STORAGE_FORMAT_TOO_NEW: { kind: 'user', httpStatus: 500, retryable: false, summary: 'The warehouse was written by a newer version.' },
  STORAGE_UNSUPPORTED: user(400, 'The table uses a part of the format that is not supported yet.'),
  STORAGE_LOCATION: user(400, 'The location is not inside an allowed folder, or has no supported scheme.'),
  STORAGE_FILE: user(400, 'A file given by the user is missing or cannot be read as the format named.'),
  STORAGE_LOSSY: user(400, 'Reading or writing in the file format asked for would lose or change values.'),
  STORAGE_UNAVAILABLE: { kind: 'resource', httpStatus: 503, retryable: true, summary: 'The storage process is restarting.' },
  STORAGE_OUTCOME_UNKNOWN: {
    kind: 'external',
    httpStatus: 500,
    retryable: true,
    summary: 'The commit may or may not have happened; repeat it with the same idempotency key.',
  },
  TRANSACTION_UNKNOWN: user(404, 'The session names a transaction that has ended, or that another user began.'),
  TRANSACTION_NONE: user(400, 'COMMIT or ROLLBACK without BEGIN.'),
  TRANSACTION_OPEN: user(409, 'BEGIN inside a transaction.'),
  TRANSACTION_FAILED: user(409, 'A statement of the transaction failed, so that it can only be rolled back.'),
  TRANSACTION_STATEMENT: user(400, 'The statement cannot be part of a transaction.'),
  TRANSACTION_BUSY: { kind: 'resource', httpStatus: 409, retryable: true, summary: 'Another statement of the transaction is running.' },
  JOB_STATEMENT: user(400, 'A job takes statements that change something, not those that answer with rows.'),
  JOB_ELSEWHERE: user(409, 'Another process of this machine runs the job.'),
  JOB_EXPECTATION: user(422, 'The data is not as the job expects.'),
  JOB_FINISHED: user(409, 'A job that is finished has nothing left to be tried again.'),
  RESOURCE_MEMORY: { kind: 'resource', httpStatus: 507, retryable: false, summary: 'The statement needs more memory than it may use.' },
  RESOURCE_DEADLINE: { kind: 'resource', httpStatus: 504, retryable: false, summary: 'The statement ran past its time limit.' },
  RESOURCE_DISK: { kind: 'resource', httpStatus: 507, retryable: true, summary: 'No space is left for temporary or stored files.' },
  RESOURCE_OUTSIDE_ROWS: {
    kind: 'resource',
    httpStatus: 507,
    retryable: false,
    summary: 'The rows of outside tables that the statement needs are more than it may fetch.',
    outside: true,
  },
  RESOURCE_BUSY: { kind: 'resource', httpStatus: 429, retryable: true, summary: 'Too many statements are running; try again later.' },
  RESOURCE_TRANSACTIONS: {
    kind: 'resource',
    httpStatus: 429,
    retryable: true,
    summary: 'Too many transactions are open; try again later.',
  },
  RESOURCE_RESULT_BYTES: {
    kind: 'resource',
    httpStatus: 507,
    retryable: false,
    summary: 'The result of a submitted statement is larger than one that is kept may be.',
  },
  RESOURCE_SPOOL: {
    kind: 'resource',
    httpStatus: 507,
    retryable: true,
    summary: 'The results of submitted statements have no more room; try again when some were removed.',
  },
  RESOURCE_BODY_TOO_LARGE: user(413, 'The request body is larger than the limit.'),
  RESOURCE_BODY_TOO_SLOW: user(408, 'The request body arrives slower than the limit.'),
  AUTH_REQUIRED: user(401, 'The request carries no valid token.'),
  AUTH_FORBIDDEN: user(403, 'The caller may not do this.'),
  AUTH_UNKNOWN: user(404, 'There is no user, role, token or policy of that name.'),
  AUTH_EXISTS: user(409, 'A user, role or policy of that name exists.'),
  AUTH_THROTTLED: {
    kind: 'resource',
    httpStatus: 429,
    retryable: true,
    summary: 'Too many requests with a wrong token came from this address; try again later.',
  },
  AUTH_ORIGIN: user(403, 'The request comes from a host or web page that is not allowed.'),
  REQUEST_INVALID: user(400, 'The request is not of the form that the endpoint takes.'),
  REQUEST_NOT_FOUND: user(404, 'No such endpoint, query or resource.'),
  REQUEST_NOT_ACCEPTABLE: user(406, 'None of the result formats asked for is available.'),
  REQUEST_NOT_READY: { kind: 'user', httpStatus: 409, retryable: true, summary: 'The statement has not come so far yet; ask again.' },
  REQUEST_IDEMPOTENCY: user(409, 'The idempotency key was used for another request.'),
  CONFIG_INVALID: user(500, 'The configuration has an unknown key or a value of the wrong form.'),
  INTERNAL_INVARIANT: {
    kind: 'internal',
    httpStatus: 500,
    retryable: false,
    summary: 'A promise inside the program was broken: please report it.',
  },
  INTERNAL_UNAVAILABLE: { kind: 'resource', httpStatus: 503, retryable: true, summary: 'The server is starting or stopping.' },
} as const satisfies Readonly<Record<string, ErrorCodeSpec>>;

/** One of the registered error codes. */
export type ErrorCode = keyof typeof ERROR_CODES;
