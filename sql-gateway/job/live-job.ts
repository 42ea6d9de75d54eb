import { PlatformError } from '../../spi/index.ts';
import type { QueryRecord } from '../query/query-registry.ts';
import type { JobMoment } from './job-info.ts';
import type { JobJournal } from './job-journal.ts';
import { applyEntry, hasEnded, type JobProgress } from './job-progress.ts';
import { type JobSpec, statementKey } from './job-spec.ts';
import type { StoredJob } from './job-store.ts';
import { createPauseSwitch, type PauseSwitch } from './pause-switch.ts';
import type { JournalFact } from './journal-entry.ts';

/** A job that this process runs. */
export interface LiveJob {
  readonly spec: JobSpec;
  readonly progress: JobProgress;
  /** Returns the key under which a statement is committed. */
  keyOf(statement: number): string;
  /** What can be told of it now. */
  readonly moment: JobMoment;
  /** Aborted when the job is to end now, for whatever reason. */
  readonly signal: AbortSignal;
  /** True when the job is only stopped, to go on after a restart. */
  readonly suspended: boolean;
  readonly pausing: PauseSwitch;
  /** Writes a fact into the journal; it counts from when this returns. */
  note(fact: JournalFact): Promise<void>;
  /** Tells that the job's turn has come. */
  activate(): void;
  /** Tells under which record a statement runs. Returns what tells that it does not any more. */
  showRunning(statement: number, record: QueryRecord): () => void;
  /** Ends the job for good; the wish is durable when this returns. */
  cancel(): Promise<void>;
  /** Lets the job begin no more statements; the wish is durable when this returns. */
  pause(): Promise<void>;
  /** Lets the job begin statements again; the wish is durable when this returns. */
  unpause(): Promise<void>;
  /** Lets the job go on that has ended, with some statements done anew; the wish is durable when this returns. */
  retry(repeated: readonly number[]): Promise<void>;
  /** Ends the job here; it goes on elsewhere. */
  suspend(): void;
  /** Ends the job because its time is over. */
  abort(reason: PlatformError): void;
  closeJournal(): Promise<void>;
}

/** Takes up a job. */
export function createLiveJob(stored: StoredJob, journal: JobJournal): LiveJob {
  const { spec } = stored;
  const ending = new AbortController();
  let progress = stored.progress;
  const running = new Map<number, QueryRecord>();
  let active = false;
  let suspended = false;
  const note = async (fact: JournalFact): Promise<void> => {
    const entry = { ...fact, atMs: Date.now() };
    await journal.append(entry);
    progress = applyEntry(progress, entry);
  };
  // A wish of an earlier process to end the job still holds.
  if (progress.state === 'cancelling') ending.abort(cancelled());
  const pausing = createPauseSwitch(() => progress.state === 'paused');
  return {
    spec,
    get progress() {
      return progress;
    },
    get moment() {
      const shown = [...running].sort(([left], [right]) => left - right).map(([statement, { info }]) => [statement, info] as const);
      return { spec, progress, activity: { active: active && !pausing.resting, running: new Map(shown) } };
    },
    signal: ending.signal,
    get suspended() {
      return suspended;
    },
    pausing,
    note,
    keyOf: (statement) => statementKey(spec.jobId, statement, progress.rounds.get(statement) ?? 0),
    activate: () => {
      active = true;
    },
    showRunning: (statement, record) => {
      running.set(statement, record);
      return () => running.delete(statement);
    },
    cancel: async () => {
      if (hasEnded(progress) || progress.state === 'cancelling') return;
      await note({ kind: 'cancelling' });
      ending.abort(cancelled());
    },
    pause: async () => {
      if (hasEnded(progress) || pausing.isOn) return;
      await note({ kind: 'paused' });
      pausing.notice();
    },
    unpause: async () => {
      if (!pausing.isOn) return;
      await note({ kind: 'resumed' });
      pausing.notice();
    },
    retry: (repeated) => note({ kind: 'retried', ...(repeated.length === 0 ? {} : { repeated }) }),
    suspend: () => {
      suspended = true;
      ending.abort(new PlatformError('INTERNAL_UNAVAILABLE', 'The server is stopping; the job goes on when it starts again.'));
    },
    abort: (reason) => {
      ending.abort(reason);
    },
    closeJournal: () => journal.close(),
  };
}

function cancelled(): PlatformError {
  return new PlatformError('ENGINE_CANCELLED', 'The job was cancelled on request.');
}
