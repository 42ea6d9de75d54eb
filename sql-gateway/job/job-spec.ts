import { administratorCaller, type Caller } from '../access/caller.ts';
import type { RequestSession } from '../query/statement-request.ts';

/** A statement of a job. Units: line and column count from 1, in the text that was handed in. */
export interface JobStatement {
  readonly sql: string;
  readonly line: number;
  readonly column: number;
}

/** What a user wants done; written once, when the job is submitted. */
export interface JobSpec {
  readonly jobId: string;
  readonly user: string;
  /** By what right; left out by servers that knew of one kind of user, who might do everything. */
  readonly right?: Omit<Caller, 'user'> | undefined;
  readonly name: string | null;
  /** At least one; they run in order. */
  readonly statements: readonly JobStatement[];
  readonly session: RequestSession;
  /** Longest time from the start of the first statement to the end of the last; null for no limit. */
  readonly timeoutMs: number | null;
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

/** Returns the key under which a statement of a job is committed, the same in every process that runs it. */
export function statementKey(jobId: string, statement: number): string {
  return `${jobId}:${String(statement)}`;
}

/** Returns as whom a job runs: who submitted it, with what his token was for. */
export function callerOf({ user, right }: Pick<JobSpec, 'user' | 'right'>): Caller {
  return right === undefined ? administratorCaller(user) : { user, ...right };
}
