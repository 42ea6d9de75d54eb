import { RecordBatchReader } from 'apache-arrow';
import { ERROR_CODES, type ErrorCode, PlatformError, type SourceLocation } from '../../spi/index.ts';

/** Formats in which a server sends results. */
export const RESULT_FORMATS = {
  json: 'application/json',
  ndjson: 'application/x-ndjson',
  csv: 'text/csv',
  arrow: 'application/vnd.apache.arrow.stream',
} as const;

/** Name of a result format. */
export type ResultFormat = keyof typeof RESULT_FORMATS;

/** A server and the right to use it. */
export interface ServerAddress {
  readonly url: string;
  readonly token: string | null;
}

/** Settings that a session carries from statement to statement. */
export type ClientSession = Readonly<Record<string, string>>;

/** One statement to run. */
export interface SqlRequest {
  readonly sql: string;
  readonly session: ClientSession;
  readonly format: ResultFormat;
  readonly signal?: AbortSignal | undefined;
}

/** An answer whose body is still to be read. */
export interface SqlAnswer {
  readonly queryId: string;
  readonly engine: string | null;
  readonly snapshots: string | null;
  /** The session to send with the next statement. */
  readonly session: ClientSession;
  readonly body: ReadableStream<Uint8Array>;
}

/** Sends a statement and returns when the server has begun to answer.
 *  @throws the server's coded error; INTERNAL_UNAVAILABLE when no server answers. */
export async function sendStatement(server: ServerAddress, request: SqlRequest): Promise<SqlAnswer> {
  const response = await callServer(server, '/v1/sql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: RESULT_FORMATS[request.format] },
    body: JSON.stringify({ sql: request.sql, session: request.session }),
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  });
  const body = response.body ?? new ReadableStream<Uint8Array>();
  return {
    queryId: response.headers.get('trivium-query-id') ?? '',
    engine: response.headers.get('trivium-engine'),
    snapshots: response.headers.get('trivium-snapshot'),
    session: nextSession(request.session, response.headers.get('trivium-set-session')),
    body,
  };
}

/** Calls an endpoint of a server.
 *  @throws the server's coded error; INTERNAL_UNAVAILABLE when no server answers. */
export async function callServer(server: ServerAddress, path: string, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set('x-trivium-client', 'trivium-cli');
  if (server.token !== null) headers.set('authorization', `Bearer ${server.token}`);
  let response: Response;
  try {
    response = await fetch(new URL(path, server.url), { ...init, headers });
  } catch (error) {
    if (init.signal?.aborted === true) throw new PlatformError('ENGINE_CANCELLED', 'the statement was cancelled', { cause: error });
    throw new PlatformError('INTERNAL_UNAVAILABLE', `no server answers at ${server.url}`, {
      cause: error,
      hint: 'start one with `trivium serve`, or name another with --url',
    });
  }
  if (!response.ok) throw await readProblem(response);
  return response;
}

/** Returns the columns and record batches of an Arrow answer. */
export async function openArrow(answer: SqlAnswer): Promise<RecordBatchReader> {
  // The DOM's and Node's stream types differ in name only.
  const reader = await RecordBatchReader.from(answer.body as unknown as AsyncIterable<Uint8Array>);
  return reader.open();
}

/** The body of an error answer. Source: RFC 9457. */
interface Problem {
  readonly code?: string;
  readonly title?: string;
  readonly detail?: string;
  readonly line?: number;
  readonly column?: number;
  readonly hint?: string;
}

async function readProblem(response: Response): Promise<PlatformError> {
  const text = await response.text();
  if (response.headers.get('content-type')?.includes('json') !== true) {
    return new PlatformError('REQUEST_INVALID', `the server answered ${String(response.status)}: ${text.slice(0, 200)}`);
  }
  const problem = JSON.parse(text) as Problem;
  const code: ErrorCode = problem.code !== undefined && problem.code in ERROR_CODES ? (problem.code as ErrorCode) : 'REQUEST_INVALID';
  const location: SourceLocation | undefined =
    problem.line === undefined ? undefined : { line: problem.line, column: problem.column ?? 1, offset: 0, length: 0 };
  return new PlatformError(code, problem.detail ?? problem.title ?? text, { location, hint: problem.hint });
}

function nextSession(session: ClientSession, header: string | null): ClientSession {
  if (header === null) return session;
  const equals = header.indexOf('=');
  const name = decodeURIComponent(equals === -1 ? header : header.slice(0, equals));
  const others = Object.fromEntries(Object.entries(session).filter(([key]) => key !== name));
  return equals === -1 ? others : { ...others, [name]: decodeURIComponent(header.slice(equals + 1)) };
}
