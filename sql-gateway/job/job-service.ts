import { type Logger, type NamedSnapshot, PlatformError } from '../../spi/index.ts';
import { type WaitingLine, createWaitingLine } from '../query/waiting-line.ts';
import { bindRequest } from '../query/bind-request.ts';
import { queriesOf } from '../query/own-writes.ts';
import { createQueryId } from '../query/create-query-id.ts';
import { describeJob, type JobInfo, type JobMoment, type JobSummary, NOTHING_RUNNING, summariseJob } from './job-info.ts';
import { hasEnded } from './job-progress.ts';
import type { JobRequest } from './job-request.ts';
import { type JobSpec, needsOf } from './job-spec.ts';
import type { StoredJob } from './job-store.ts';
import { createLiveJob, type LiveJob } from './live-job.ts';
import { checkStatements, nameStatement } from './parse-script.ts';
import { nameBranches, statementsToRepeat } from './publish-step.ts';
import { JOB_PRIORITY_DEFAULT, orderOf } from './job-priority.ts';
import { digestOf, keyOf } from './request-digest.ts';
import { requestOfStatement } from './request-of-statement.ts';
import { runJob } from './run-job.ts';
import type { JobRunParts } from './run-statement.ts';
import { checkParameters } from './statement-parameters.ts';

/** The jobs of a data directory, as one server sees them. Users see their own. */
export interface JobService {
  /** Takes a job, durable when this returns; a request repeated under its key returns the job that it made.
   *  @throws SQL_*, CATALOG_*, JOB_STATEMENT about the statements, REQUEST_IDEMPOTENCY, RESOURCE_BUSY, STORAGE_IO */
  submit(request: JobRequest): Promise<JobInfo>;
  /** Looks at a job as `submit` does, and takes nothing. @throws SQL_*, CATALOG_*, JOB_STATEMENT about the statements */
  validate(request: JobRequest): Promise<void>;
  /** Newest first. */
  list(user: string): Promise<readonly JobSummary[]>;
  /** Returns null when the user has no such job. */
  find(user: string, jobId: string): Promise<JobInfo | null>;
  /** Ends a job for good; does nothing to one that has ended. Returns null when the user has no such job.
   *  @throws JOB_ELSEWHERE when another process runs it */
  cancel(user: string, jobId: string): Promise<JobInfo | null>;
  /** Lets a job begin no more statements until `unpause`, over restarts too, durable when this returns; those under way end. Does nothing to one that has ended
   *  or is to end. Returns null when the user has no such job.
   *  @throws JOB_ELSEWHERE when another process runs it */
  pause(user: string, jobId: string): Promise<JobInfo | null>;
  /** Lets a job go on that was paused, durable when this returns; does nothing to any other. Returns null when the user has no such job.
   *  @throws JOB_ELSEWHERE when another process has it */
  unpause(user: string, jobId: string): Promise<JobInfo | null>;
  /** Lets a job that failed or was cancelled go on with the statements that are not done, durable when this returns; does nothing to one that has not
   *  ended. Returns null when the user has no such job.
   *  @throws JOB_FINISHED, RESOURCE_BUSY, JOB_ELSEWHERE */
  retry(user: string, jobId: string): Promise<JobInfo | null>;
  /** Returns the snapshots that unfinished jobs of all users read. */
  snapshots(): Promise<readonly NamedSnapshot[]>;
  /** Takes up the unfinished jobs that nobody runs. */
  resume(): Promise<void>;
  /** Stops the jobs that run here, to go on at the next start. */
  stop(): Promise<void>;
}

/** What the service is made of. */
export interface JobServiceParts extends JobRunParts {
  readonly log: Logger;
  /** Jobs that run at the same time. */
  readonly concurrent: number;
}

/** Units: jobs remembered after their end, and milliseconds for which they are. */
const HISTORY_MAX = 1000;
const HISTORY_AGE_MS_MAX = 30 * 86_400_000;

/** Units: jobs that run or wait. */
const UNFINISHED_MAX = 1000;

/** Units: milliseconds that jobs get to stop. */
const STOP_MS_MAX = 5000;

const JOB_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Creates the service over a folder of jobs. Nothing runs before `resume` or `submit`. */
export async function createJobService(parts: JobServiceParts): Promise<JobService> {
  const service = new StoredJobService(parts);
  await service.load();
  return service;
}

class StoredJobService implements JobService {
  readonly #parts: JobServiceParts;
  readonly #line: WaitingLine;
  /** Jobs of this process that have not ended. */
  readonly #live = new Map<string, LiveJob>();
  /** Jobs that have ended, as they lie on disk for good. */
  readonly #ended = new Map<string, StoredJob>();
  /** Jobs that are paused, and that nobody runs. */
  readonly #paused = new Set<string>();
  readonly #byKey = new Map<string, Promise<JobSpec>>();
  readonly #runs = new Map<string, Promise<void>>();
  /** Jobs that this process has, or is about to have: the owner's file does not tell its own tasks apart. */
  readonly #taken = new Set<string>();

  constructor(parts: JobServiceParts) {
    this.#parts = parts;
    this.#line = createWaitingLine({ running: parts.concurrent, queued: Infinity });
  }

  /** Learns what is there, so that keys of earlier requests are known. */
  async load(): Promise<void> {
    for (const jobId of await this.#parts.store.ids()) {
      const stored = await this.#read(jobId);
      const key = stored === null ? null : keyOf(stored.spec);
      if (stored !== null && key !== null) this.#byKey.set(key, Promise.resolve(stored.spec));
      // A process that died right after the end of a job left its work there.
      if (stored !== null && hasEnded(stored.progress) && !stored.ownedElsewhere) await this.#parts.store.removeWork(jobId);
    }
    await this.#prune();
  }

  async submit(request: JobRequest): Promise<JobInfo> {
    const digest = digestOf(request);
    const key = keyOf(request);
    const earlier = key === null ? undefined : this.#byKey.get(key);
    if (earlier !== undefined && (await earlier).digest !== digest) {
      throw new PlatformError('REQUEST_IDEMPOTENCY', `The idempotency key '${String(request.idempotencyKey)}' was used for another job.`, {
        hint: 'Take a new key for a new job.',
      });
    }
    const making = earlier ?? this.#make(request, digest);
    if (earlier === undefined && key !== null) {
      this.#byKey.set(key, making);
      making.catch(() => this.#byKey.delete(key));
    }
    const { jobId } = await making;
    const info = await this.find(request.user, jobId);
    if (info === null) throw new PlatformError('INTERNAL_INVARIANT', `The job ${jobId} is gone right after it was made.`);
    return info;
  }

  async list(user: string): Promise<readonly JobSummary[]> {
    const ids = await this.#parts.store.ids();
    const found = await Promise.all([...ids].reverse().map((jobId) => this.#look(user, jobId)));
    return found.flatMap((moment) => (moment === null ? [] : [summariseJob(moment)]));
  }

  async find(user: string, jobId: string): Promise<JobInfo | null> {
    const moment = await this.#look(user, jobId);
    return moment === null ? null : describeJob(moment);
  }

  async cancel(user: string, jobId: string): Promise<JobInfo | null> {
    const info = await this.find(user, jobId);
    if (info === null || hasEnded(info)) return info;
    await this.#grant(jobId, 'cancel');
    return this.find(user, jobId);
  }

  async pause(user: string, jobId: string): Promise<JobInfo | null> {
    const info = await this.find(user, jobId);
    if (info?.state !== 'queued' && info?.state !== 'running') return info;
    await this.#grant(jobId, 'pause');
    return this.find(user, jobId);
  }

  async unpause(user: string, jobId: string): Promise<JobInfo | null> {
    const info = await this.find(user, jobId);
    if (info?.state !== 'paused' && info?.state !== 'pausing') return info;
    await this.#grant(jobId, 'unpause');
    return this.find(user, jobId);
  }

  async retry(user: string, jobId: string): Promise<JobInfo | null> {
    const info = await this.find(user, jobId);
    if (info === null || !hasEnded(info)) return info;
    if (info.state === 'finished') {
      throw new PlatformError('JOB_FINISHED', `The job ${jobId} is finished: there is nothing left to do in it.`, {
        hint: 'Submit it again as a new job.',
      });
    }
    this.#checkRoom();
    await this.#runs.get(jobId);
    const job = await this.#takeUp(jobId, 'retry');
    return job === null ? this.find(user, jobId) : describeJob(job.moment);
  }

  async validate(request: JobRequest): Promise<void> {
    checkStatements(request.statements);
    checkParameters(request.statements, request.parameters ?? {});
    await this.#bindFirst(request);
  }

  async snapshots(): Promise<readonly NamedSnapshot[]> {
    const pins: NamedSnapshot[] = [];
    for (const jobId of await this.#parts.store.ids()) {
      if (this.#ended.has(jobId)) continue;
      const progress = this.#live.get(jobId)?.progress ?? (await this.#read(jobId))?.progress;
      if (progress === undefined || hasEnded(progress)) continue;
      const open = [...progress.open.values()];
      pins.push(...open.flatMap(({ bound }) => queriesOf(bound)).flatMap((query) => query.snapshots));
    }
    return pins;
  }

  async resume(): Promise<void> {
    const orders = new Map<string, number>();
    for (const jobId of await this.#parts.store.ids()) {
      if (this.#live.has(jobId) || this.#ended.has(jobId)) continue;
      const stored = await this.#read(jobId);
      if (stored !== null) orders.set(jobId, placeInLine(stored));
    }
    // Who comes first finds a free place.
    const inOrder = [...orders].sort(([, left], [, right]) => left - right);
    for (const [jobId] of inOrder) {
      await this.#takeUp(jobId, 'resume').catch((error: unknown) => {
        this.#parts.log.error({ jobId, error: String(error) }, 'a job could not be taken up');
      });
    }
  }

  async stop(): Promise<void> {
    for (const job of this.#live.values()) job.suspend();
    let timer: NodeJS.Timeout | undefined;
    const timeUp = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, STOP_MS_MAX);
    });
    await Promise.race([Promise.all(this.#runs.values()), timeUp]);
    clearTimeout(timer);
  }

  async #look(user: string, jobId: string): Promise<JobMoment | null> {
    if (!JOB_ID.test(jobId)) return null;
    const job = this.#live.get(jobId);
    if (job !== undefined) return job.spec.user === user ? job.moment : null;
    const stored = await this.#read(jobId);
    if (stored?.spec.user !== user) return null;
    const { spec, progress, ownedElsewhere } = stored;
    return { spec, progress, activity: { active: ownedElsewhere, running: NOTHING_RUNNING } };
  }

  async #make(request: JobRequest, digest: string): Promise<JobSpec> {
    this.#checkRoom();
    await this.validate(request);
    const jobId = createQueryId();
    const statements = nameBranches(request.statements, jobId);
    const spec: JobSpec = { jobId, digest, createdAtMs: Date.now(), ...request, statements };
    this.#taken.add(spec.jobId);
    this.#run(await this.#open(await this.#parts.store.create(spec)));
    return spec;
  }

  #checkRoom(): void {
    if (this.#live.size + this.#paused.size < UNFINISHED_MAX) return;
    throw new PlatformError('RESOURCE_BUSY', `${String(UNFINISHED_MAX)} jobs run, wait or are paused: no more are taken now.`);
  }

  /** Statements may need what those before them make; those before which none comes have to make sense now. */
  async #bindFirst(request: JobRequest): Promise<void> {
    const { statements, session } = request;
    for (const [index] of statements.entries()) {
      const statement = index + 1;
      if (needsOf(statements, statement).length > 0) continue;
      try {
        const first = requestOfStatement(request, statement, session, null);
        await bindRequest(first, { createdAtMs: Date.now(), describe: () => undefined }, this.#parts);
      } catch (error) {
        throw nameStatement(error, statement, statements);
      }
    }
  }

  /** Does what somebody wants of a job, here or by taking it up. */
  async #grant(jobId: string, wish: 'cancel' | 'pause' | 'unpause'): Promise<void> {
    if (this.#live.get(jobId)?.pausing.resting === true) await this.#runs.get(jobId);
    const job = this.#live.get(jobId) ?? (await this.#takeUp(jobId, wish));
    await job?.[wish]();
    // What ran the job may have let go of it while the wish was noted.
    if (job?.pausing.resting !== true || job.pausing.isOn) return;
    await this.#runs.get(jobId);
    await this.#takeUp(jobId, wish);
  }

  /** Returns the job, now this process's own; null when there is nothing to do on it, or another process has it and that is all right. */
  async #takeUp(jobId: string, wish: Wish): Promise<LiveJob | null> {
    const { store } = this.#parts;
    if (this.#taken.has(jobId)) return this.#live.get(jobId) ?? null;
    this.#taken.add(jobId);
    const isOurs = await store.claim(jobId).catch((error: unknown) => this.#letGo(jobId, error));
    const stored = isOurs ? await this.#read(jobId) : null;
    if (stored === null || hasEnded(stored.progress) !== (wish === 'retry') || (wish === 'resume' && stored.progress.state === 'paused')) {
      this.#taken.delete(jobId);
      if (isOurs) await store.release(jobId);
      else if (wish !== 'resume') throw runsElsewhere(jobId);
      return null;
    }
    const job = await this.#open(stored).catch((error: unknown) => this.#putBack(jobId, error));
    try {
      if (wish === 'cancel' || wish === 'pause' || wish === 'unpause') await job[wish]();
      if (wish === 'retry') await job.retry(await statementsToRepeat(job.spec.statements, job.progress, this.#parts.catalog));
    } catch (error) {
      // What could not be noted was not asked for: the job stays as it lies on disk, for whoever asks next.
      this.#live.delete(jobId);
      await job.closeJournal();
      return await this.#putBack(jobId, error);
    }
    this.#ended.delete(jobId);
    this.#paused.delete(jobId);
    this.#run(job);
    return job;
  }

  /** @throws the error */
  async #putBack(jobId: string, error: unknown): Promise<never> {
    await this.#parts.store.release(jobId).catch(() => undefined);
    return this.#letGo(jobId, error);
  }

  #letGo(jobId: string, error: unknown): never {
    this.#taken.delete(jobId);
    throw error;
  }

  async #open(stored: StoredJob): Promise<LiveJob> {
    const { jobId } = stored.spec;
    const job = createLiveJob(stored, await this.#parts.store.openJournal(jobId, stored.journalBytes));
    this.#live.set(jobId, job);
    return job;
  }

  #run(job: LiveJob): void {
    const { log } = this.#parts;
    const { jobId } = job.spec;
    const enter = (signal: AbortSignal): Promise<() => void> => this.#line.enter(signal, placeInLine(job));
    const run = runJob(job, enter, this.#parts)
      .finally(() => this.#settle(job))
      .catch((error: unknown) => {
        log.error({ jobId, error: String(error) }, 'the end of a job could not be kept; it is taken up at the next start');
      })
      .finally(() => this.#runs.delete(jobId));
    this.#runs.set(jobId, run);
  }

  async #settle(job: LiveJob): Promise<void> {
    const { store, log } = this.#parts;
    const { spec, progress } = job;
    const { jobId } = spec;
    await job.closeJournal();
    if (hasEnded(progress)) {
      this.#ended.set(jobId, { spec, progress, journalBytes: 0, ownedElsewhere: false });
      log.info({ jobId, user: spec.user, state: progress.state, code: progress.failure?.error.code ?? null }, 'job ended');
      await store.removeWork(jobId);
    }
    if (progress.state === 'paused') this.#paused.add(jobId);
    await store.release(jobId);
    this.#live.delete(jobId);
    this.#taken.delete(jobId);
    await this.#prune();
  }

  /** Returns a job that this process does not run; null when there is none, or its files cannot be read. */
  async #read(jobId: string): Promise<StoredJob | null> {
    const known = this.#ended.get(jobId);
    if (known !== undefined) return known;
    try {
      const stored = await this.#parts.store.read(jobId);
      if (stored !== null && hasEnded(stored.progress)) this.#ended.set(jobId, stored);
      if (stored?.progress.state === 'paused') this.#paused.add(jobId);
      else this.#paused.delete(jobId);
      return stored;
    } catch (error) {
      // One job that cannot be read must not hide the others.
      this.#parts.log.error({ jobId, error: String(error) }, 'the files of a job cannot be read');
      return null;
    }
  }

  /** Forgets the jobs that ended long ago, or before many others. */
  async #prune(): Promise<void> {
    const endedAtMs = ({ progress }: StoredJob): number => progress.endedAtMs ?? 0;
    const newestFirst = [...this.#ended.values()].sort((left, right) => endedAtMs(right) - endedAtMs(left));
    const oldestMs = Date.now() - HISTORY_AGE_MS_MAX;
    for (const [index, stored] of newestFirst.entries()) {
      if (index < HISTORY_MAX && endedAtMs(stored) >= oldestMs) continue;
      const key = keyOf(stored.spec);
      if (key !== null) this.#byKey.delete(key);
      this.#ended.delete(stored.spec.jobId);
      await this.#parts.store.remove(stored.spec.jobId);
    }
  }
}

/** What somebody wants of a job that this process does not have. */
type Wish = 'resume' | 'cancel' | 'pause' | 'unpause' | 'retry';

function placeInLine({ spec, progress }: Pick<StoredJob, 'spec' | 'progress'>): number {
  return orderOf(spec.priority ?? JOB_PRIORITY_DEFAULT, progress.waitsSinceMs ?? spec.createdAtMs);
}

function runsElsewhere(jobId: string): PlatformError {
  return new PlatformError('JOB_ELSEWHERE', `Another process on this machine runs the job ${jobId}.`, {
    hint: 'Ask the server that runs it.',
  });
}
