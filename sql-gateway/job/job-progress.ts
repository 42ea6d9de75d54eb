import type { PlatformErrorJson } from '../../spi/index.ts';
import type { BoundStatement } from '../../sql/bind/index.ts';
import type { BegunWrite } from '../query/durable-run.ts';
import type { JournalEntry, StatementResult } from './journal-entry.ts';

/** Where a job is in its life. */
export type JobState = 'queued' | 'running' | 'cancelling' | 'finished' | 'failed' | 'cancelled';

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
  /** The first statements of the job, in order. */
  readonly committed: readonly CommittedStatement[];
  readonly open: OpenStatement | null;
  readonly startedAtMs: number | null;
  readonly endedAtMs: number | null;
  readonly failure: FailedStatement | null;
}

/** The progress of a job of which nothing was done. */
export const NO_PROGRESS: JobProgress = {
  state: 'queued',
  committed: [],
  open: null,
  startedAtMs: null,
  endedAtMs: null,
  failure: null,
};

/** Returns whether a job's life is over. */
export function hasEnded({ state }: Pick<JobProgress, 'state'>): boolean {
  return state === 'finished' || state === 'failed' || state === 'cancelled';
}

/** Returns the progress after one more entry of the journal. Nothing counts after the end. */
export function applyEntry(progress: JobProgress, entry: JournalEntry): JobProgress {
  if (hasEnded(progress)) return progress;
  const { atMs } = entry;
  const { open } = progress;
  switch (entry.kind) {
    case 'submitted':
      return progress;
    case 'bound': {
      const { statement, bound, before } = entry;
      const startedAtMs = open?.statement === statement ? open.startedAtMs : atMs;
      return {
        ...progress,
        state: progress.state === 'queued' ? 'running' : progress.state,
        open: { statement, bound, before, begun: null, startedAtMs },
        startedAtMs: progress.startedAtMs ?? atMs,
      };
    }
    case 'staging':
      return open === null ? progress : { ...progress, open: { ...open, begun: { engine: entry.engine, token: entry.token } } };
    case 'committed': {
      const committed = { ...entry.result, startedAtMs: open?.startedAtMs ?? atMs, endedAtMs: atMs };
      return { ...progress, open: null, committed: [...progress.committed, committed] };
    }
    case 'cancelling':
      return { ...progress, state: 'cancelling' };
    case 'failed': {
      const { statement, error } = entry;
      const begun = open?.statement === statement ? open : null;
      const failure = { statement, error, engine: begun?.begun?.engine ?? null, startedAtMs: begun?.startedAtMs ?? null };
      return { ...progress, state: 'failed', open: null, endedAtMs: atMs, failure };
    }
    case 'cancelled':
    case 'finished':
      return { ...progress, state: entry.kind, open: null, endedAtMs: atMs };
  }
}

/** Returns the progress that a journal tells. */
export function replayJournal(entries: readonly JournalEntry[]): JobProgress {
  return entries.reduce(applyEntry, NO_PROGRESS);
}
