import { isUtf8 } from 'node:buffer';
import { PlatformError } from '../../spi/index.ts';
import type { JobRequest } from '../job/job-request.ts';
import { checkLabels } from '../job/job-labels.ts';
import { checkPriority } from '../job/job-priority.ts';
import { type JobParameters, type JobStatement, RETRY_POLICY_DEFAULT, type RetryPolicy } from '../job/job-spec.ts';
import { splitScript } from '../job/parse-script.ts';
import { type JobStep, planSteps } from '../job/plan-steps.ts';
import { checkKeys, checkList, checkParameters, checkSession, checkSql, parseJson } from './parse-statement-request.ts';
import { readExpectations, readTable } from './read-expectations.ts';
import type { RequestSession } from '../query/statement-request.ts';

/** What the body of a job says. */
export type JobBody = Pick<JobRequest, 'name' | 'statements' | 'session' | 'timeoutMs' | 'retry' | 'parameters' | 'labels' | 'priority'>;

const BODY_KEYS = ['name', 'sql', 'statements', 'steps', 'session', 'timeoutMs', 'retry', 'parameters', 'labels', 'priority'];

const NAME_LENGTH_MAX = 200;

/** Units: milliseconds; the longest time that a timer can wait, about 24 days. */
const TIMEOUT_MS_MAX = 2 ** 31 - 1;

/** Units: how often a statement may be begun, and milliseconds of a pause. */
const ATTEMPTS_MAX = 100;
const PAUSE_MS_MAX = 3_600_000;

/** Reads the body of a job: JSON with a script, a list of statements or steps, or plain text that is the script.
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
    statements: readStatements(content),
    session: checkJobSession(content['session']),
    timeoutMs: checkTimeout(content['timeoutMs']),
    retry: readRetry(content['retry']),
    parameters: readParameters(content['parameters']),
    labels: readLabels(content['labels']),
    priority: content['priority'] === undefined || content['priority'] === null ? undefined : checkPriority(content['priority']),
  };
}

function checkJobSession(given: unknown): RequestSession {
  const session = checkSession(given);
  if (session.transaction !== null) throw invalid('A job is no part of a transaction: each of its statements is committed by itself.');
  return session;
}

function readStatements({ sql, statements, steps }: Readonly<Record<string, unknown>>): readonly JobStatement[] {
  if ([sql, statements, steps].filter((given) => given !== undefined).length !== 1) {
    throw invalid("Give one of 'sql', 'statements' and 'steps'.");
  }
  if (sql !== undefined) return splitScript(checkSql(sql));
  if (steps !== undefined) return planSteps(checkList(steps, "'steps' must be a list of steps.").map(readStep));
  return checkList(statements, "'statements' must be a list of texts.").map((statement) => ({
    sql: checkSql(statement),
    line: 1,
    column: 1,
  }));
}

function readStep(given: unknown, index: number): JobStep {
  const place = `steps[${String(index)}]`;
  const { name, sql, needs, expect, publish } = checkKeys(given, `'${place}'`, ['name', 'sql', 'needs', 'expect', 'publish']);
  if (!isName(name)) throw invalid(`'${place}.name' must be a text of 1 to ${String(NAME_LENGTH_MAX)} characters.`);
  const names = needs === undefined ? [] : checkList(needs, `'${place}.needs' must be a list of names.`);
  const expectations = readExpectations(expect, `${place}.expect`);
  // A step may do nothing but look.
  const statements = sql === undefined && expectations.length > 0 ? [] : splitScript(checkSql(sql));
  const published = publish === undefined ? {} : { publish: readTable(publish, `${place}.publish`) };
  return { name, statements, needs: names.map(String), expectations, ...published };
}

function readRetry(given: unknown): RetryPolicy | undefined {
  if (given === undefined || given === null) return undefined;
  const { attempts = RETRY_POLICY_DEFAULT.attempts, pauseMs = RETRY_POLICY_DEFAULT.pauseMs } = checkKeys(given, "'retry'", [
    'attempts',
    'pauseMs',
  ]);
  if (!isWhole(attempts, 1, ATTEMPTS_MAX)) throw invalid(`'retry.attempts' must be a whole number from 1 to ${String(ATTEMPTS_MAX)}.`);
  if (!isWhole(pauseMs, 0, PAUSE_MS_MAX))
    throw invalid(`'retry.pauseMs' must be a whole number of milliseconds from 0 to ${String(PAUSE_MS_MAX)}.`);
  return { attempts, pauseMs };
}

function readParameters(given: unknown): JobParameters | undefined {
  if (given === undefined || given === null) return undefined;
  const parameters = checkParameters(given);
  if (isNamed(parameters)) return parameters;
  throw invalid("'parameters' of a job must be an object of values by name; its statements use them as $name.");
}

/** None are the same as left out, so that a request is the same one either way. */
function readLabels(given: unknown): JobBody['labels'] {
  const labels = given === undefined || given === null ? {} : checkLabels(given);
  return Object.keys(labels).length === 0 ? undefined : labels;
}

const isNamed = (parameters: ReturnType<typeof checkParameters>): parameters is JobParameters => !Array.isArray(parameters);

function checkName(name: unknown): string | null {
  if (name === undefined || name === null) return null;
  if (isName(name)) return name;
  throw invalid(`'name' must be a text of 1 to ${String(NAME_LENGTH_MAX)} characters.`);
}

function isName(name: unknown): name is string {
  return typeof name === 'string' && name.isWellFormed() && name.trim() !== '' && name.length <= NAME_LENGTH_MAX;
}

function isWhole(value: unknown, min: number, max: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max;
}

function checkTimeout(timeoutMs: unknown): number | null {
  if (timeoutMs === undefined || timeoutMs === null) return null;
  if (isWhole(timeoutMs, 1, TIMEOUT_MS_MAX)) return timeoutMs;
  throw invalid(`'timeoutMs' must be a whole number of milliseconds from 1 to ${String(TIMEOUT_MS_MAX)}.`);
}

function invalid(message: string): PlatformError {
  return new PlatformError('REQUEST_INVALID', message);
}
