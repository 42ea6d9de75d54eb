import { PlatformError, type Progress } from '../../spi/index.ts';
import type { QueryInfo } from '../query/query-registry.ts';
import type { JobLabels } from './job-labels.ts';
import { JOB_PRIORITY_DEFAULT, type JobPriority } from './job-priority.ts';
import { type CommittedStatement, hasEnded, type JobProgress, type JobState } from './job-progress.ts';
import { type JobSpec, type JobStatement, needsOf } from './job-spec.ts';
import { nextStatement } from './next-statement.ts';

/** Where a statement of a job stands. */
export interface JobPlanLine {
  /** Counts from 1. */
  readonly statement: number;
  /** The step that it is part of; null where the job has none. */
  readonly step: string | null;
  /** Numbers of the statements that it waits for. */
  readonly needs: readonly number[];
}

/** How a statement of a job is. Units: times in milliseconds since 1970 UTC. */
export interface JobStatementInfo extends JobPlanLine {
  /** What is expected, for a query that looks for what is not so; null for a statement that changes something. */
  readonly expects: string | null;
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
  readonly labels: JobLabels;
  readonly priority: JobPriority;
  readonly state: JobState;
  /** The first statement that runs, the one that failed, or the one that comes next; null when all are done. */
  readonly statement: number | null;
  readonly statementCount: number;
  readonly engine: string | null;
  /** Of the whole job, each statement counting the same: 0 to 1. */
  readonly fraction: number;
  /** Pieces of the running statements that are done, of those known so far; null where no engine cuts any. */
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

/** Whether somebody works on a job, and by number the statements that run in this process. */
export interface JobActivity {
  readonly active: boolean;
  readonly running: ReadonlyMap<number, QueryInfo>;
}

/** Of a job that this process does not run. */
export const NOTHING_RUNNING: JobActivity['running'] = new Map();

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
  const [first = null] = running.keys();
  const done = [...committed.values()];
  const fractions = [...running.values()].reduce((sum, { progress: of }) => sum + fractionOf(of), 0);
  return {
    jobId: spec.jobId,
    user: spec.user,
    name: spec.name,
    labels: spec.labels ?? {},
    priority: spec.priority ?? JOB_PRIORITY_DEFAULT,
    state: stateOf(progress, active),
    statement: failure?.statement ?? first ?? nextStatement({ spec, progress }),
    statementCount: count,
    engine: firstEngine(running.values()) ?? failure?.engine ?? firstEngine(begunOf(open)) ?? firstEngine(done.reverse()),
    fraction: Math.min(1, (committed.size + fractions) / count),
    tasks: tasksOf(running),
    rows: done.reduce((sum, { rows }) => sum + rows, 0),
    createdAtMs: spec.createdAtMs,
    startedAtMs: progress.startedAtMs,
    endedAtMs: progress.endedAtMs,
    error: failure === null ? null : describeError(failure),
  };
}

function stateOf(progress: JobProgress, active: boolean): JobState {
  const { state } = progress;
  if (hasEnded(progress) || state === 'cancelling') return state;
  if (state === 'paused') return active ? 'pausing' : 'paused';
  return active ? 'running' : 'queued';
}

/** Returns what users see of a job. */
export function describeJob(moment: JobMoment): JobInfo {
  const { spec, progress, activity } = moment;
  return {
    ...summariseJob(moment),
    statements: spec.statements.map(({ sql, expects = null }, index) => {
      const line = planLine(spec.statements, index + 1);
      const { statement } = line;
      const shown = sql.length <= SQL_SHOWN_LENGTH ? sql : `${sql.slice(0, SQL_SHOWN_LENGTH)}…`;
      const done = progress.committed.get(statement);
      const facts = done === undefined ? describeUndone(statement, progress, activity.running.get(statement)) : describeDone(done);
      return { ...line, expects, sql: shown, ...facts };
    }),
  };
}

/** Returns where each statement of a job stands. */
export function describePlan(statements: readonly JobStatement[]): readonly JobPlanLine[] {
  return statements.map((_, index) => planLine(statements, index + 1));
}

function planLine(statements: readonly JobStatement[], statement: number): JobPlanLine {
  return { statement, step: statements[statement - 1]?.step ?? null, needs: needsOf(statements, statement) };
}

function firstEngine(statements: Iterable<{ readonly engine: string | null }>): string | null {
  for (const { engine } of statements) if (engine !== null) return engine;
  return null;
}

function begunOf(open: JobProgress['open']): readonly { readonly engine: string }[] {
  return [...open.values()].flatMap(({ begun }) => begun ?? []);
}

function tasksOf(running: JobActivity['running']): JobSummary['tasks'] {
  const all = [...running.values()].flatMap(({ progress }) => progress?.tasks ?? []);
  if (all.length === 0) return null;
  return { done: all.reduce((sum, { done }) => sum + done, 0), total: all.reduce((sum, { total }) => sum + total, 0) };
}

type StatementFacts = Omit<JobStatementInfo, keyof JobPlanLine | 'expects' | 'sql'>;

function describeDone({ engine, rows, snapshotId, startedAtMs, endedAtMs }: CommittedStatement): StatementFacts {
  return { state: 'finished', engine, queryId: null, rows, snapshotId, startedAtMs, endedAtMs };
}

function describeUndone(statement: number, progress: JobProgress, running: QueryInfo | undefined): StatementFacts {
  const { open, failure, state, endedAtMs } = progress;
  const nothing = { engine: null, queryId: null, rows: 0, snapshotId: null, startedAtMs: null, endedAtMs: null };
  if (failure?.statement === statement) {
    return { ...nothing, state: 'failed', engine: failure.engine, startedAtMs: failure.startedAtMs, endedAtMs };
  }
  if (state === 'cancelled') return { ...nothing, state: 'cancelled' };
  if (running === undefined) return { ...nothing, state: 'waiting' };
  return {
    ...nothing,
    state: 'running',
    engine: running.engine,
    queryId: running.queryId,
    startedAtMs: open.get(statement)?.startedAtMs ?? running.startedAtMs,
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
