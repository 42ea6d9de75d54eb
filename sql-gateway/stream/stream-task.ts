import { PlatformError, type StreamRecord } from '../../spi/index.ts';
import { nameOf } from './bound-view.ts';
import type { StreamParts } from './stream-parts.ts';
import { StreamRun } from './stream-run.ts';

/** Whether a stream is at work: `starting` also while it waits to be tried again. */
export type TaskState = 'starting' | 'running' | 'failed' | 'ended';

/** How often the catalog is asked for new snapshots. Units: milliseconds. */
const POLL_MS = 100;
/** Units: milliseconds before a failed stream is tried again, doubled from try to try. */
const BACK_OFF_MS = 200;
const BACK_OFF_MS_MAX = 30_000;
/** Losses of the engine one after the other, without a checkpoint in between, that are no accident any more. */
const LOSSES_MAX = 5;

/** Keeps one stream going in this process: from checkpoint to checkpoint, and again from the stored one after a failure that may pass. */
export class StreamTask {
  readonly #parts: StreamParts;
  readonly #ended: Promise<void>;
  #record: StreamRecord;
  #run: StreamRun | null = null;
  #state: TaskState = 'starting';
  #error: PlatformError | null = null;
  #stopping: 'no' | 'after a checkpoint' | 'at once' = 'no';
  #losses = 0;
  #tries = 0;
  #wake: () => void = () => undefined;

  constructor(parts: StreamParts, record: StreamRecord) {
    this.#parts = parts;
    this.#record = record;
    this.#ended = this.#work();
  }

  get state(): TaskState {
    return this.#state;
  }

  /** Why it failed, or is tried again; null while nothing is wrong. */
  get error(): PlatformError | null {
    return this.#error;
  }

  /** Looks for new snapshots now. */
  nudge(): void {
    this.#wake();
  }

  /** Ends the work, with a last checkpoint when there is something to commit, or without. Resolves when nothing runs any more. */
  async stop(manner: 'after a checkpoint' | 'at once'): Promise<void> {
    this.#stopping = manner;
    if (manner === 'at once') this.#run?.abort();
    this.#wake();
    await this.#ended;
  }

  async #work(): Promise<void> {
    while (this.#isGoing()) {
      try {
        await this.#runOnce();
      } catch (error) {
        await this.#fail(PlatformError.from(error, 'INTERNAL_INVARIANT'));
      }
    }
    if (this.#state !== 'failed') this.#state = 'ended';
  }

  #isGoing(): boolean {
    return this.#stopping === 'no' && this.#state !== 'failed' && this.#state !== 'ended';
  }

  async #runOnce(): Promise<void> {
    const run = await StreamRun.start(this.#parts, this.#record);
    this.#run = run;
    try {
      await this.#follow(run);
    } finally {
      this.#run = null;
      await run.close().catch((error: unknown) => {
        this.#parts.log.warn({ stream: nameOf(this.#record), error: String(error) }, 'the engine of a stream did not end well');
      });
    }
  }

  /** Reads and commits until it is to stop. A stream without a checkpoint commits one before it has read anything: no rows have a result too. */
  async #follow(run: StreamRun): Promise<void> {
    let isDirty = run.record.checkpoint === null;
    let dueAtMs = 0;
    const isStopping = (): boolean => this.#stopping !== 'no';
    while (this.#stopping !== 'at once') {
      const moved = isStopping() ? 'unchanged' : await run.advance(isStopping);
      if (moved === 'left') return;
      this.#state = 'running';
      isDirty ||= moved === 'advanced';
      const isLast = isStopping();
      if (isDirty && (isLast || performance.now() >= dueAtMs)) {
        await run.checkpoint();
        isDirty = false;
        dueAtMs = performance.now() + this.#parts.checkpointIntervalMs;
        this.#goesWell(run.record);
      }
      if (isLast) return;
      await this.#sleep(isDirty ? Math.max(0, Math.min(POLL_MS, dueAtMs - performance.now())) : POLL_MS);
    }
  }

  #goesWell(record: StreamRecord): void {
    this.#record = record;
    this.#error = null;
    this.#losses = 0;
    this.#tries = 0;
  }

  /** What may pass is tried again from the stored checkpoint; anything else is recorded, and waits for a RESUME. */
  async #fail(error: PlatformError): Promise<void> {
    const { log, streams } = this.#parts;
    if (this.#stopping !== 'no') return;
    this.#error = error;
    this.#state = 'starting';
    this.#losses += error.code === 'ENGINE_LOST' ? 1 : 0;
    log.warn({ stream: nameOf(this.#record), code: error.code, error: error.message }, 'a stream was interrupted');
    try {
      const mayPass = error.retryable && this.#losses < LOSSES_MAX;
      if (mayPass) await this.#sleep(Math.min(BACK_OFF_MS * 2 ** this.#tries, BACK_OFF_MS_MAX));
      const before = this.#record;
      if (!(await this.#reload())) return;
      // A stream that somebody else has brought further in the meantime did not fail by its own.
      if (mayPass || this.#record.checkpoint?.sequence !== before.checkpoint?.sequence) {
        this.#tries += 1;
        return;
      }
      this.#state = 'failed';
      await streams.change(this.#record.table, { paused: false, failure: { code: error.code, message: error.message } });
    } catch (nested) {
      // The stream is gone, or the storage is away: the next try, or the next start of the server, finds out.
      log.warn({ stream: nameOf(this.#record), error: String(nested) }, 'the failure of a stream could not be recorded');
    }
  }

  /** Takes the stored record, which another process may have written; a stream that is gone or paused by now ends here. */
  async #reload(): Promise<boolean> {
    const stored = await this.#parts.streams.find(this.#record.table);
    const isThere = stored?.table.uuid === this.#record.table.uuid && !stored.paused;
    if (isThere) this.#record = stored;
    else this.#state = 'ended';
    return isThere;
  }

  async #sleep(timeMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.#stopping !== 'no') this.#wake();
    });
  }
}
