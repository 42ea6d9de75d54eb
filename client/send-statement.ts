import { callServer } from './call-server.ts';
import type { ServerAddress } from './server-address.ts';

/** Formats in which a server sends results. */
export const RESULT_FORMATS = {
  json: 'application/json',
  ndjson: 'application/x-ndjson',
  csv: 'text/csv',
  arrow: 'application/vnd.apache.arrow.stream',
  parquet: 'application/vnd.apache.parquet',
} as const;

/** Name of a result format. */
export type ResultFormat = keyof typeof RESULT_FORMATS;

/** Settings that a session carries from statement to statement. */
export type ClientSession = Readonly<Record<string, string>>;

/** One statement to run. */
export interface SqlRequest {
  readonly sql: string;
  readonly session: ClientSession;
  readonly format: ResultFormat;
  /** Values of `$1`, `$2`, .. as a list, or of `$name` by name. */
  readonly parameters?: StatementParameters | undefined;
  /** Units: milliseconds; never above the server's own limit. */
  readonly timeoutMs?: number | undefined;
  /** A write that is sent again under its key is done once. */
  readonly idempotencyKey?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A value of a parameter. */
export type ParameterInput = string | number | bigint | boolean | null;

/** Values of a statement's parameters, by position or by name. */
export type StatementParameters = readonly ParameterInput[] | Readonly<Record<string, ParameterInput>>;

/** An answer whose body is still to be read. */
export interface SqlAnswer {
  readonly queryId: string;
  readonly engine: string | null;
  readonly snapshots: string | null;
  /** Whether the answer was kept from before (`hit`); null when no engine was asked. */
  readonly cache: string | null;
  /** The session to send with the next statement. */
  readonly session: ClientSession;
  readonly body: ReadableStream<Uint8Array>;
}

/** Sends a statement and returns when the server has begun to answer.
 *  @throws the server's coded error; INTERNAL_UNAVAILABLE when no server answers. */
export async function sendStatement(server: ServerAddress, request: SqlRequest): Promise<SqlAnswer> {
  const response = await postStatement(server, request, {});
  return toAnswer(response, request.session, response.body ?? new ReadableStream<Uint8Array>());
}

/** Sends a statement that nobody waits for, and returns its id when the server has taken it.
 *  @throws the server's coded error; INTERNAL_UNAVAILABLE when no server answers */
export async function submitStatement(server: ServerAddress, request: SqlRequest): Promise<string> {
  const response = await postStatement(server, request, { prefer: 'respond-async' });
  return ((await response.json()) as { readonly queryId: string }).queryId;
}

async function postStatement(server: ServerAddress, request: SqlRequest, preference: Readonly<Record<string, string>>): Promise<Response> {
  const { sql, session, parameters, timeoutMs, idempotencyKey } = request;
  const headers: Record<string, string> = { ...preference, 'content-type': 'application/json', accept: RESULT_FORMATS[request.format] };
  if (idempotencyKey !== undefined) headers['idempotency-key'] = idempotencyKey;
  const body = JSON.stringify({ sql, session, parameters, timeoutMs }, (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  return callServer(server, '/v1/sql', { method: 'POST', headers, body, signal: request.signal });
}

/** Returns what the headers of an answer tell, with its body. */
export function toAnswer(response: Response, session: ClientSession, body: ReadableStream<Uint8Array>): SqlAnswer {
  return {
    queryId: response.headers.get('trivium-query-id') ?? '',
    engine: response.headers.get('trivium-engine'),
    snapshots: response.headers.get('trivium-snapshot'),
    cache: response.headers.get('trivium-cache'),
    session: nextSession(session, response.headers.get('trivium-set-session')),
    body,
  };
}

/** Returns the session with the change that an answer asks for. */
function nextSession(session: ClientSession, header: string | null): ClientSession {
  if (header === null) return session;
  const equals = header.indexOf('=');
  const name = decodeURIComponent(equals === -1 ? header : header.slice(0, equals));
  const others = Object.fromEntries(Object.entries(session).filter(([key]) => key !== name));
  return equals === -1 ? others : { ...others, [name]: decodeURIComponent(header.slice(equals + 1)) };
}
