import type { PlatformErrorJson } from '../../spi/index.ts';
import type { BoundStatement } from '../../sql/bind/index.ts';
import type { BegunWrite } from '../query/durable-run.ts';
import type { JournalEntry, StatementResult } from './journal-entry.ts';

/** Where a job is in its life. */
export type JobState = 'queued' | 'running' | 'pausing' | 'paused' | 'cancelling' | 'finished' | 'failed' | 'cancelled';

/** A statement that was begun and has not ended. */
export interface OpenStatement {
  readonly statement: number;
  readonly bound: BoundStatement;
  readonly before: string | null;
  readonly begun: BegunWrite | null;
  readonly startedAtMs: number;
}

/** A statement that was committed, with its time. */
export interface CommittedStatement extends StatementResult {
  readonly startedAtMs: number;
  readonly endedAtMs: number;
}

/** A statement that failed, and its job with it. */
export interface FailedStatement {
  readonly statement: number;
  readonly error: PlatformErrorJson;
  readonly engine: string | null;
  readonly startedAtMs: number | null;
}

/** How far a job is, as its journal tells. */
export interface JobProgress {
  readonly state: JobState;
  /** By number, in the order in which they were done. */
  readonly committed: ReadonlyMap<number, CommittedStatement>;
  /** By number, those that are under way. */
  readonly open: ReadonlyMap<number, OpenStatement>;
  readonly startedAtMs: number | null;
  readonly endedAtMs: number | null;
  readonly failure: FailedStatement | null;
  /** Since when it waits for its turn; null for since it was submitted. */
  readonly waitsSinceMs: number | null;
  /** By number, how often a statement was begun anew on purpose; none for never. */
  readonly rounds: ReadonlyMap<number, number>;
}

/** The progress of a job of which nothing was done. */
export const NO_PROGRESS: JobProgress = {
  state: 'queued',
  committed: new Map(),
  open: new Map(),
  startedAtMs: null,
  endedAtMs: null,
  failure: null,
  waitsSinceMs: null,
  rounds: new Map(),
};

/** Returns whether a job's life is over. */
export function hasEnded({ state }: Pick<JobProgress, 'state'>): boolean {
  return state === 'finished' || state === 'failed' || state === 'cancelled';
}

/** Returns the progress after one more entry of the journal. Nothing counts after the end but the wish to go on. */
export function applyEntry(progress: JobProgress, entry: JournalEntry): JobProgress {
  if (hasEnded(progress) !== (entry.kind === 'retried')) return progress;
  const { atMs } = entry;
  const { open } = progress;
  switch (entry.kind) {
    case 'submitted':
      return progress;
    case 'retried':
      return {
        ...withoutDone(progress, entry.repeated ?? []),
        state: 'queued',
        startedAtMs: null,
        endedAtMs: null,
        failure: null,
        waitsSinceMs: atMs,
      };
    case 'repeated':
      return withoutDone(progress, entry.statements);
    case 'bound': {
      const { statement, bound, before } = entry;
      const startedAtMs = open.get(statement)?.startedAtMs ?? atMs;
      return {
        ...progress,
        state: progress.state === 'queued' ? 'running' : progress.state,
        open: withEntry(open, statement, { statement, bound, before, begun: null, startedAtMs }),
        startedAtMs: progress.startedAtMs ?? atMs,
      };
    }
    case 'staging': {
      const { statement, engine, token } = entry;
      const begun = open.get(statement);
      return begun === undefined ? progress : { ...progress, open: withEntry(open, statement, { ...begun, begun: { engine, token } }) };
    }
    case 'committed': {
      const { statement, result } = entry;
      const committed = { ...result, startedAtMs: open.get(statement)?.startedAtMs ?? atMs, endedAtMs: atMs };
      const left = new Map(open);
      left.delete(statement);
      return { ...progress, open: left, committed: withEntry(progress.committed, statement, committed) };
    }
    case 'paused':
      return progress.state === 'cancelling' ? progress : { ...progress, state: 'paused' };
    case 'resumed':
      return progress.state === 'paused' ? { ...progress, state: 'queued', waitsSinceMs: atMs } : progress;
    case 'cancelling':
      return { ...progress, state: 'cancelling' };
    case 'failed': {
      const { statement, error } = entry;
      const begun = open.get(statement);
      const failure = { statement, error, engine: begun?.begun?.engine ?? null, startedAtMs: begun?.startedAtMs ?? null };
      return { ...progress, state: 'failed', open: new Map(), endedAtMs: atMs, failure };
    }
    case 'cancelled':
    case 'finished':
      return { ...progress, state: entry.kind, open: new Map(), endedAtMs: atMs };
  }
}

/** What was done of the statements does not count any more. */
function withoutDone(progress: JobProgress, statements: readonly number[]): JobProgress {
  const [committed, open, rounds] = [new Map(progress.committed), new Map(progress.open), new Map(progress.rounds)];
  for (const statement of statements) {
    committed.delete(statement);
    open.delete(statement);
    rounds.set(statement, (rounds.get(statement) ?? 0) + 1);
  }
  return { ...progress, committed, open, rounds };
}

function withEntry<Value>(map: ReadonlyMap<number, Value>, statement: number, value: Value): ReadonlyMap<number, Value> {
  return new Map(map).set(statement, value);
}

/** Returns the progress that a journal tells. */
export function replayJournal(entries: readonly JournalEntry[]): JobProgress {
  return entries.reduce(applyEntry, NO_PROGRESS);
}
