import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ChildHandle, type Json, spawnChild } from '../../runtime/process/index.ts';
import { PlatformError } from '../../spi/index.ts';
import type { Committer, CommitterCall } from './committer.ts';

/** What a supervised committer is told. */
export interface SupervisedCommitterOptions {
  readonly entry: URL;
  readonly warehouseDirectory: string;
  readonly retriesMax: number;
  /** Environment that the child gets in addition. */
  readonly env: Readonly<Record<string, string>>;
  onLog(line: string): void;
}

/** Units: milliseconds between a crash and the next start; doubled with each crash in a row. */
const BACK_OFF_FIRST_MS = 50;
const BACK_OFF_MAX_MS = 5_000;

/** Times that a request whose answer was lost is asked for again. */
const REPEATS_MAX = 5;

/** Units: milliseconds that a request waits for a new committer. */
const WAIT_MAX_MS = 10_000;

/** Threads that wait for the disk: a commit writes and syncs about ten files and folders at the same time. */
const THREAD_POOL_SIZE = 16;

/** Units: milliseconds that the child may take to end by itself. */
const STOP_GRACE_MS = 5_000;

/** Starts the committer process and keeps it running: LMDB may abort its process on an I/O error, and that must not be the caller's.
 *  @throws the error of the committer's setup. */
export async function superviseCommitter(options: SupervisedCommitterOptions): Promise<Committer> {
  const committer = new SupervisedCommitter(options);
  await committer.start();
  return committer;
}

class SupervisedCommitter implements Committer {
  readonly #options: SupervisedCommitterOptions;
  #child: ChildHandle | null = null;
  #starting: Promise<void> | null = null;
  #crashes = 0;
  #closed = false;

  constructor(options: SupervisedCommitterOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    this.#child = await this.#spawn();
  }

  async run(call: CommitterCall): Promise<Json> {
    const request = { ...call, operationId: randomUUID() };
    let sent = false;
    for (let repeat = 0; repeat <= REPEATS_MAX; repeat += 1) {
      const child = await this.#running();
      if (child === null) break;
      sent = true;
      try {
        const result = await child.channel.call('run', request as unknown as Json);
        this.#crashes = 0;
        return result;
      } catch (error) {
        if (!(error instanceof PlatformError) || error.code !== 'STORAGE_UNAVAILABLE') throw error;
        this.#options.onLog(`the committer was lost with a request under way: ${error.message}`);
        this.#restart(child);
      }
    }
    if (sent) {
      throw new PlatformError(
        'STORAGE_OUTCOME_UNKNOWN',
        'The storage process ended before it answered, and again when it was asked again.',
        {
          hint: 'Repeat the statement with the same idempotency key.',
        },
      );
    }
    throw new PlatformError('STORAGE_UNAVAILABLE', this.#closed ? 'The warehouse is closed.' : 'The storage process is not running.');
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#starting;
    await this.#child?.stop(STOP_GRACE_MS);
    this.#child = null;
  }

  async #running(): Promise<ChildHandle | null> {
    const deadline = new AbortController();
    const tooLate = sleep(WAIT_MAX_MS, null, { signal: deadline.signal, ref: false }).catch(() => null);
    await Promise.race([this.#starting ?? Promise.resolve(), tooLate]);
    deadline.abort();
    return this.#isClosed() ? null : this.#child;
  }

  #isClosed(): boolean {
    return this.#closed;
  }

  async #spawn(): Promise<ChildHandle> {
    const { entry, warehouseDirectory, retriesMax, env } = this.#options;
    const child = await spawnChild({
      entry,
      name: 'trivium-committer',
      args: [warehouseDirectory, String(retriesMax)],
      env,
      threadPoolSize: THREAD_POOL_SIZE,
      lostCode: 'STORAGE_UNAVAILABLE',
      onLog: (line) => {
        this.#options.onLog(line);
      },
    });
    void child.exited.then(() => {
      this.#restart(child);
    });
    return child;
  }

  /** Begins to replace a child that was lost; whoever notices first does it. */
  #restart(lost: ChildHandle): void {
    if (this.#closed || this.#child !== lost) return;
    this.#child = null;
    lost.kill();
    this.#starting = this.#startAgain().finally(() => {
      this.#starting = null;
    });
  }

  async #startAgain(): Promise<void> {
    for (;;) {
      this.#crashes += 1;
      await sleep(Math.min(BACK_OFF_FIRST_MS * 2 ** (this.#crashes - 1), BACK_OFF_MAX_MS));
      if (this.#isClosed()) return;
      try {
        this.#child = await this.#spawn();
        return;
      } catch (error) {
        this.#options.onLog(`the committer cannot be started: ${String(error)}`);
      }
    }
  }
}
