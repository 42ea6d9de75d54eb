import type { JsonValue } from '../../sql/bind/index.ts';
import { administratorCaller, type Caller } from '../access/caller.ts';
import type { RequestSession } from '../query/statement-request.ts';
import type { JobLabels } from './job-labels.ts';
import type { JobPriority } from './job-priority.ts';

/** Values by the names of parameters. */
export type JobParameters = Readonly<Record<string, JsonValue>>;

/** A statement of a job. Units: line and column count from 1, in the text that was handed in. */
export interface JobStatement {
  readonly sql: string;
  readonly line: number;
  readonly column: number;
  /** The step that it is part of; left out where the job has none. */
  readonly step?: string;
  /** What is expected, for a query that looks for what is not so; left out for a statement that changes something. */
  readonly expects?: string;
  /** Its part in a step that publishes; left out in other steps. */
  readonly publish?: PublishPart;
  /** Numbers, from 1, of the statements that have to be done before it; left out for the one before it. */
  readonly needs?: readonly number[];
}

/** What a statement does in a step that writes to a branch of a table, looks at it, and makes it the table. */
export interface PublishPart {
  /** As SQL writes it. */
  readonly table: string;
  /** `clear` drops the branch, `fill` and `look` take it for the table, `publish` makes it the table. */
  readonly part: 'clear' | 'fill' | 'look' | 'publish';
  readonly branch: string;
}

/** How often a statement is begun whose failure may pass, and how long the job waits in between. Units: milliseconds; the pause after the n-th failure
 *  is n times this. */
export interface RetryPolicy {
  readonly attempts: number;
  readonly pauseMs: number;
}

/** Holds for jobs that say nothing. */
export const RETRY_POLICY_DEFAULT: RetryPolicy = { attempts: 3, pauseMs: 500 };

/** What a user wants done; written once, when the job is submitted. */
export interface JobSpec {
  readonly jobId: string;
  readonly user: string;
  /** By what right; left out by servers that knew of one kind of user, who might do everything. */
  readonly right?: Omit<Caller, 'user'> | undefined;
  readonly name: string | null;
  /** At least one. */
  readonly statements: readonly JobStatement[];
  readonly session: RequestSession;
  /** Longest time from the start of the first statement to the end of the last; null for no limit. */
  readonly timeoutMs: number | null;
  /** Left out for the usual one. */
  readonly retry?: RetryPolicy | undefined;
  /** Values of the named parameters of all statements; left out for none. */
  readonly parameters?: JobParameters | undefined;
  /** Left out for none. */
  readonly labels?: JobLabels | undefined;
  /** Left out for the usual one. */
  readonly priority?: JobPriority | undefined;
  /** Given by the client so that a repeated request makes one job; null for none. */
  readonly idempotencyKey: string | null;
  /** Of the request, to notice a key that is used for another one. */
  readonly digest: string;
  readonly createdAtMs: number;
}

/** Returns the statement's text with the lines before it empty, so that places found in it are places in the text handed in. */
export function placedText({ sql, line, column }: JobStatement): string {
  return '\n'.repeat(line - 1) + ' '.repeat(column - 1) + sql;
}

/** Returns the key under which a statement of a job is committed, the same in every process that runs it. `round` counts how often it was done anew on
 *  purpose. */
export function statementKey(jobId: string, statement: number, round: number): string {
  const key = `${jobId}:${String(statement)}`;
  return round === 0 ? key : `${key}:${String(round)}`;
}

/** Returns as whom a job runs: who submitted it, with what his token was for. */
export function callerOf({ user, right }: Pick<JobSpec, 'user' | 'right'>): Caller {
  return right === undefined ? administratorCaller(user) : { user, ...right };
}

/** Returns the numbers of the statements that a statement waits for. */
export function needsOf(statements: readonly JobStatement[], statement: number): readonly number[] {
  return statements[statement - 1]?.needs ?? (statement === 1 ? [] : [statement - 1]);
}

/** Returns the numbers of all statements that are done before a statement begins, in ascending order. */
export function precedingOf(statements: readonly JobStatement[], statement: number): readonly number[] {
  const found = new Set<number>();
  const pending = [...needsOf(statements, statement)];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    pending.push(...needsOf(statements, next));
  }
  return [...found].sort((left, right) => left - right);
}
