import { isUtf8 } from 'node:buffer';
import { PlatformError } from '../../spi/index.ts';
import type { JobRequest } from '../job/job-service.ts';
import type { JobStatement } from '../job/job-spec.ts';
import { splitScript } from '../job/parse-script.ts';
import { checkKeys, checkSession, checkSql, parseJson } from './parse-statement-request.ts';
import type { RequestSession } from '../query/statement-request.ts';

/** What the body of a job says. */
export type JobBody = Pick<JobRequest, 'name' | 'statements' | 'session' | 'timeoutMs'>;

const BODY_KEYS = ['name', 'sql', 'statements', 'session', 'timeoutMs'];

const NAME_LENGTH_MAX = 200;

/** Units: milliseconds; the longest time that a timer can wait, about 24 days. */
const TIMEOUT_MS_MAX = 2 ** 31 - 1;

/** Reads the body of a job: JSON with a script or a list of statements, or plain text that is the script.
 *  @throws REQUEST_INVALID, SQL_TOO_LONG, SQL_SYNTAX for a script that cannot be split */
export function parseJobRequest(body: Buffer, contentType: string | undefined): JobBody {
  if (!isUtf8(body)) throw invalid('The body is not valid UTF-8.');
  const mediaType = (contentType ?? 'application/json').split(';', 1)[0]?.trim().toLowerCase();
  const text = body.toString('utf8');
  if (mediaType === 'text/plain')
    return { name: null, statements: splitScript(checkSql(text)), session: checkSession(null), timeoutMs: null };
  if (mediaType !== 'application/json') {
    throw invalid(`The content type '${String(mediaType)}' is not taken here; send application/json or text/plain.`);
  }
  const content = checkKeys(parseJson(text), 'the body', BODY_KEYS);
  return {
    name: checkName(content['name']),
    statements: readStatements(content['sql'], content['statements']),
    session: checkJobSession(content['session']),
    timeoutMs: checkTimeout(content['timeoutMs']),
  };
}

function checkJobSession(given: unknown): RequestSession {
  const session = checkSession(given);
  if (session.transaction !== null) throw invalid('A job is no part of a transaction: each of its statements is committed by itself.');
  return session;
}

function readStatements(sql: unknown, statements: unknown): readonly JobStatement[] {
  if ((sql === undefined) === (statements === undefined)) throw invalid("Give either 'sql' or 'statements'.");
  if (statements === undefined) return splitScript(checkSql(sql));
  if (!Array.isArray(statements)) throw invalid("'statements' must be a list of texts.");
  return statements.map((statement: unknown) => ({ sql: checkSql(statement), line: 1, column: 1 }));
}

function checkName(name: unknown): string | null {
  if (name === undefined || name === null) return null;
  if (typeof name === 'string' && name.isWellFormed() && name.trim() !== '' && name.length <= NAME_LENGTH_MAX) return name;
  throw invalid(`'name' must be a text of 1 to ${String(NAME_LENGTH_MAX)} characters.`);
}

function checkTimeout(timeoutMs: unknown): number | null {
  if (timeoutMs === undefined || timeoutMs === null) return null;
  if (typeof timeoutMs === 'number' && Number.isInteger(timeoutMs) && timeoutMs >= 1 && timeoutMs <= TIMEOUT_MS_MAX) return timeoutMs;
  throw invalid(`'timeoutMs' must be a whole number of milliseconds from 1 to ${String(TIMEOUT_MS_MAX)}.`);
}

function invalid(message: string): PlatformError {
  return new PlatformError('REQUEST_INVALID', message);
}
