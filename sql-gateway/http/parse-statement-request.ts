import { isUtf8 } from 'node:buffer';
import { nearestName, PlatformError } from '../../spi/index.ts';
import type { GivenParameters, JsonValue } from '../../sql/bind/index.ts';
import { SQL_BYTES_MAX } from '../gateway-config.ts';
import { parseTimeoutMs } from '../query/session-value.ts';
import type { RequestSession, StatementRequest } from '../query/statement-request.ts';

/** What the body of a statement request says. */
export type StatementBody = Pick<StatementRequest, 'sql' | 'parameters' | 'session' | 'timeoutMs'>;

const EMPTY_SESSION: RequestSession = {
  schema: null,
  timeZone: null,
  engine: null,
  timeoutMs: null,
  resultCache: null,
  freshViews: null,
  snapshot: null,
  readYourWrites: null,
  readAfter: null,
  transaction: null,
  prepared: null,
};

const BODY_KEYS = ['sql', 'parameters', 'session', 'timeoutMs'];

/** Reads the body of a statement request: JSON, or plain text that is the statement.
 *  @throws REQUEST_INVALID, SQL_TOO_LONG */
export function parseStatementRequest(body: Buffer, contentType: string | undefined): StatementBody {
  if (!isUtf8(body)) throw invalid('The body is not valid UTF-8.');
  const mediaType = (contentType ?? 'application/json').split(';', 1)[0]?.trim().toLowerCase();
  const text = body.toString('utf8');
  if (mediaType === 'text/plain') return { sql: checkSql(text), parameters: [], session: EMPTY_SESSION, timeoutMs: null };
  if (mediaType !== 'application/json')
    throw invalid(`The content type '${String(mediaType)}' is not taken here; send application/json or text/plain.`);
  const content = checkKeys(parseJson(text), 'the body', BODY_KEYS);
  return {
    sql: checkSql(content['sql']),
    parameters: checkParameters(content['parameters'] ?? []),
    session: checkSession(content['session']),
    timeoutMs: checkTimeout(content['timeoutMs'], 'timeoutMs'),
  };
}

/** Reads JSON. @throws REQUEST_INVALID */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new PlatformError('REQUEST_INVALID', `The body is not JSON: ${error instanceof Error ? error.message.slice(0, 200) : ''}`, {
      cause: error,
    });
  }
}

/** Checks the text of a statement. @throws REQUEST_INVALID, SQL_TOO_LONG */
export function checkSql(sql: unknown): string {
  if (typeof sql !== 'string') throw invalid("'sql' must be a text.");
  if (Buffer.byteLength(sql) > SQL_BYTES_MAX) {
    throw new PlatformError('SQL_TOO_LONG', `The statement is longer than ${String(SQL_BYTES_MAX)} bytes.`, {
      hint: 'Send values as parameters, or rows to POST /v1/tables/{schema}/{table}/rows.',
      details: { bytesMax: SQL_BYTES_MAX },
    });
  }
  // A lone surrogate has no UTF-8 form, so it could not reach an engine as it is.
  if (!sql.isWellFormed()) throw invalid("'sql' is not well-formed Unicode.");
  return sql;
}

/** Checks the values sent for a statement's parameters. @throws REQUEST_INVALID */
export function checkParameters(given: unknown): GivenParameters {
  if (Array.isArray(given)) return given.map((value: unknown, index) => checkParameter(value, String(index + 1)));
  if (typeof given !== 'object' || given === null) throw invalid("'parameters' must be a list or an object.");
  const named = Object.entries(given).map(([name, value]) => [name, checkParameter(value, name)] as const);
  return Object.assign(Object.create(null) as Record<string, JsonValue>, Object.fromEntries(named));
}

function checkParameter(value: unknown, name: string): JsonValue {
  if (typeof value === 'number') {
    if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
      throw invalid(`Parameter ${name} is a number beyond 2^53, which JSON does not carry exactly; send it as text.`);
    }
    return value;
  }
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value !== 'string') throw invalid(`Parameter ${name} must be a text, a number, a boolean or null.`);
  if (!value.isWellFormed()) throw invalid(`Parameter ${name} is not well-formed Unicode.`);
  return value;
}

/** Checks the settings sent along with a statement. @throws REQUEST_INVALID */
export function checkSession(given: unknown): RequestSession {
  if (given === undefined || given === null) return EMPTY_SESSION;
  const session = checkKeys(given, "'session'", Object.keys(EMPTY_SESSION));
  return {
    schema: checkText(session['schema'], 'session.schema'),
    timeZone: checkText(session['timeZone'], 'session.timeZone'),
    engine: checkText(session['engine'], 'session.engine'),
    timeoutMs: checkTimeout(session['timeoutMs'], 'session.timeoutMs'),
    resultCache: checkSwitch(session['resultCache'], 'session.resultCache'),
    freshViews: checkSwitch(session['freshViews'], 'session.freshViews'),
    snapshot: checkText(session['snapshot'], 'session.snapshot'),
    readYourWrites: checkSwitch(session['readYourWrites'], 'session.readYourWrites'),
    readAfter: checkText(session['readAfter'], 'session.readAfter'),
    transaction: checkText(session['transaction'], 'session.transaction'),
    prepared: checkText(session['prepared'], 'session.prepared'),
  };
}

/** Returns the snapshots that the header Trivium-Snapshot asks for, written as the header of an answer; null without one.
 *  @throws REQUEST_INVALID when it is not percent-encoded text */
export function readSnapshotHeader(header: string | readonly string[] | undefined): string | null {
  if (header === undefined) return null;
  try {
    return decodeURIComponent(typeof header === 'string' ? header : header.join(', '));
  } catch {
    // URIError is how the platform says that the encoding is broken.
    throw invalid('The header Trivium-Snapshot is not percent-encoded UTF-8.');
  }
}

function checkText(value: unknown, name: string): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string' || !value.isWellFormed()) throw invalid(`'${name}' must be a text.`);
  return value;
}

function checkSwitch(value: unknown, name: string): 'on' | 'off' | null {
  if (value === undefined || value === null) return null;
  if (value !== 'on' && value !== 'off') throw invalid(`'${name}' must be 'on' or 'off'.`);
  return value;
}

function checkTimeout(value: unknown, name: string): number | null {
  if (value === undefined || value === null) return null;
  const timeoutMs = parseTimeoutMs(value);
  if (timeoutMs === null) throw invalid(`'${name}' must be a whole number of milliseconds from 1.`);
  return timeoutMs;
}

/** Checks that a value is an object with known keys. @throws REQUEST_INVALID with the nearest key */
export function checkKeys(value: unknown, what: string, known: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(`${what} must be an object.`);
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    const nearest = nearestName(key, known);
    throw invalid(`${what} has the unknown key '${key.slice(0, 100)}'${nearest === null ? '' : `; did you mean '${nearest}'?`}`);
  }
  return value as Readonly<Record<string, unknown>>;
}

/** Checks that a value is a list. @throws REQUEST_INVALID with the message */
export function checkList(value: unknown, message: string): readonly unknown[] {
  if (!Array.isArray(value)) throw invalid(message);
  return value;
}

function invalid(message: string): PlatformError {
  return new PlatformError('REQUEST_INVALID', message.replace(/^the /, 'The '));
}
