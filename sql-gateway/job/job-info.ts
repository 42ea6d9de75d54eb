import { PlatformError, type Progress } from '../../spi/index.ts';
import type { QueryInfo } from '../query/query-registry.ts';
import { type CommittedStatement, hasEnded, type JobProgress, type JobState } from './job-progress.ts';
import type { JobSpec } from './job-spec.ts';

/** How a statement of a job is. Units: times in milliseconds since 1970 UTC. */
export interface JobStatementInfo {
  /** Counts from 1. */
  readonly statement: number;
  /** Shortened. */
  readonly sql: string;
  readonly state: 'waiting' | 'running' | 'finished' | 'failed' | 'cancelled';
  readonly engine: string | null;
  /** The statement in `system.queries` of the server that runs it, while it runs. */
  readonly queryId: string | null;
  /** Rows written. */
  readonly rows: number;
  readonly snapshotId: string | null;
  readonly startedAtMs: number | null;
  readonly endedAtMs: number | null;
}

/** What ended a job. */
export interface JobErrorInfo {
  readonly statement: number;
  readonly code: string;
  readonly message: string;
  readonly line: number | null;
  readonly column: number | null;
  readonly hint: string | null;
}

/** What is known about a job, as one line of a list. Units: times in milliseconds since 1970 UTC. */
export interface JobSummary {
  readonly jobId: string;
  readonly user: string;
  readonly name: string | null;
  readonly state: JobState;
  /** The statement that runs, failed, or comes next; null when all are done. */
  readonly statement: number | null;
  readonly statementCount: number;
  readonly engine: string | null;
  /** Of the whole job, each statement counting the same: 0 to 1. */
  readonly fraction: number;
  /** Pieces of the running statement that are done, of those known so far; null where the engine cuts none. */
  readonly tasks: { readonly done: number; readonly total: number } | null;
  /** Rows written by the statements that are done. */
  readonly rows: number;
  readonly createdAtMs: number;
  readonly startedAtMs: number | null;
  readonly endedAtMs: number | null;
  readonly error: JobErrorInfo | null;
}

/** What is known about a job. */
export interface JobInfo extends JobSummary {
  readonly statements: readonly JobStatementInfo[];
}

const SQL_SHOWN_LENGTH = 1000;

/** Whether somebody works on a job, and the statement that runs in this process. */
export interface JobActivity {
  readonly active: boolean;
  readonly running: QueryInfo | null;
}

/** A job at one moment. */
export interface JobMoment {
  readonly spec: JobSpec;
  readonly progress: JobProgress;
  readonly activity: JobActivity;
}

/** Returns what users see of a job in a list. */
export function summariseJob({ spec, progress, activity: { active, running } }: JobMoment): JobSummary {
  const { committed, failure, open } = progress;
  const count = spec.statements.length;
  const statement = failure?.statement ?? (committed.length === count ? null : committed.length + 1);
  return {
    jobId: spec.jobId,
    user: spec.user,
    name: spec.name,
    state: hasEnded(progress) || progress.state === 'cancelling' ? progress.state : active ? 'running' : 'queued',
    statement,
    statementCount: count,
    engine:
      running?.engine ?? failure?.engine ?? open?.begun?.engine ?? committed.findLast(({ engine }) => engine !== null)?.engine ?? null,
    fraction: Math.min(1, (committed.length + fractionOf(running?.progress ?? null)) / count),
    tasks: running?.progress?.tasks ?? null,
    rows: committed.reduce((sum, { rows }) => sum + rows, 0),
    createdAtMs: spec.createdAtMs,
    startedAtMs: progress.startedAtMs,
    endedAtMs: progress.endedAtMs,
    error: failure === null ? null : describeError(failure),
  };
}

/** Returns what users see of a job. */
export function describeJob(moment: JobMoment): JobInfo {
  const { spec, progress, activity } = moment;
  return {
    ...summariseJob(moment),
    statements: spec.statements.map(({ sql }, index) => {
      const place = { statement: index + 1, sql: sql.length <= SQL_SHOWN_LENGTH ? sql : `${sql.slice(0, SQL_SHOWN_LENGTH)}…` };
      const done = progress.committed[index];
      return done === undefined
        ? { ...place, ...describeUndone(index + 1, progress, activity.running) }
        : { ...place, ...describeDone(done) };
    }),
  };
}

type StatementFacts = Omit<JobStatementInfo, 'statement' | 'sql'>;

function describeDone({ engine, rows, snapshotId, startedAtMs, endedAtMs }: CommittedStatement): StatementFacts {
  return { state: 'finished', engine, queryId: null, rows, snapshotId, startedAtMs, endedAtMs };
}

function describeUndone(statement: number, progress: JobProgress, running: QueryInfo | null): StatementFacts {
  const { open, failure, state, endedAtMs } = progress;
  const nothing = { engine: null, queryId: null, rows: 0, snapshotId: null, startedAtMs: null, endedAtMs: null };
  if (failure?.statement === statement) {
    return { ...nothing, state: 'failed', engine: failure.engine, startedAtMs: failure.startedAtMs, endedAtMs };
  }
  if (state === 'cancelled') return { ...nothing, state: 'cancelled' };
  if (statement !== progress.committed.length + 1 || running === null) return { ...nothing, state: 'waiting' };
  return {
    ...nothing,
    state: 'running',
    engine: running.engine,
    queryId: running.queryId,
    startedAtMs: open?.startedAtMs ?? running.startedAtMs,
  };
}

function describeError({ statement, error }: NonNullable<JobProgress['failure']>): JobErrorInfo {
  const { code, message, location, hint } = PlatformError.fromJSON(error);
  const inside = code === 'INTERNAL_INVARIANT';
  return {
    statement,
    code,
    message: inside ? 'The server failed in a way it should not; its log has the details.' : message,
    line: location?.line ?? null,
    column: location?.column ?? null,
    hint: hint ?? null,
  };
}

function fractionOf(progress: Progress | null): number {
  if (progress === null) return 0;
  if (progress.fraction !== null) return progress.fraction;
  const { tasks } = progress;
  return tasks === undefined || tasks.total === 0 ? 0 : tasks.done / tasks.total;
}
