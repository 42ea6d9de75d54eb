import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { EngineHost } from '../../../spi/index.ts';
import {
  type ChildHandle,
  createWarmPool,
  type Json,
  type Lease,
  residentBytes,
  spawnChild,
  type WarmPool,
} from '../../../runtime/process/index.ts';
import { ALLOCATOR_ENVIRONMENT } from '../../duckdb/allocator-environment.ts';
import type { BatchConfig } from '../batch-config.ts';
import { EXECUTOR_METHODS, type ExecutionMessage, type ExecutorSettings } from '../task-message.ts';

/** Memory that Node, the library and the threads' stacks take beside the data. Units: bytes. */
const PROCESS_BYTES = 512 * 2 ** 20;

/** Part of a process's memory that DuckDB may plan with: what it does not account for takes the rest. */
const DUCKDB_SHARE = 0.8;

/** A process that holds more than this when idle is not kept. Units: bytes. */
const IDLE_BYTES_MAX = 512 * 2 ** 20;

/** How long processes are kept for the next statement. Units: milliseconds. */
const KEPT_MS = 60_000;

/** Lines kept of what a process wrote, to tell why it ended. */
const LINES_KEPT = 20;

/** A task that waits for a process. */
interface Waiter {
  readonly scope: string;
  /** Aborted when one was handed to it. */
  readonly wakeUp: AbortController;
  handed: Lease | null;
}

/** Executor processes, shared by all executions. */
export class ExecutorPool {
  readonly #config: BatchConfig;
  readonly #host: EngineHost;
  readonly #pool: WarmPool;
  readonly #lines = new WeakMap<ChildHandle, string[]>();
  /** The directories to which a process was opened, for good. */
  readonly #scopes = new WeakMap<ChildHandle, string>();
  /** Leased, and idle until somebody runs a task again. */
  readonly #kept: Lease[] = [];
  readonly #waiting: Waiter[] = [];
  readonly #ended = new WeakSet<ChildHandle>();
  #begun = 0;
  #executions = 0;
  #idleTimer: NodeJS.Timeout | null = null;

  constructor(config: BatchConfig, host: EngineHost) {
    this.#config = config;
    this.#host = host;
    this.#pool = createWarmPool({
      spawn: () => this.#spawn(),
      spares: config.spares,
      sizeMax: config.executors,
      onSpawnError: (error) => {
        host.log.error({ engine: 'batch', error: String(error) }, 'a process cannot be started');
      },
    });
  }

  get state(): WarmPool['state'] {
    return this.#pool.state;
  }

  /** Tells that an execution begins. Returns what tells that it has ended: with the last one, idle processes are as good as new, or go. */
  enter(): () => void {
    this.#executions += 1;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#executions -= 1;
      if (this.#executions === 0) for (const lease of this.#kept.splice(0)) this.#release(lease);
    };
  }

  /** Leases a process that may touch these directories and nothing else. */
  async lease(directories: readonly string[], signal: AbortSignal): Promise<Lease> {
    const scope = JSON.stringify(directories);
    for (;;) {
      const lease = await this.#next(scope, signal);
      const known = this.#scopes.get(lease.child);
      const isAlive = !this.#ended.has(lease.child);
      if (isAlive && known === scope) return lease;
      try {
        if (isAlive && known === undefined) {
          await this.#begin(lease.child, directories, signal);
          this.#scopes.set(lease.child, scope);
          return lease;
        }
      } catch (error) {
        lease.discard();
        throw error;
      }
      lease.discard();
    }
  }

  /** Takes back the process of a task that is done. Other tasks that may use it get it at once; else it makes room for those that may not: one that was
   *  kept while its own tasks wait for another could wait for ever. */
  handBack(lease: Lease): void {
    const scope = this.#scopes.get(lease.child);
    const waiter = this.#waiting.find((each) => each.scope === scope && each.handed === null);
    if (waiter !== undefined) {
      waiter.handed = lease;
      waiter.wakeUp.abort();
    } else if (this.#executions === 0) this.#release(lease);
    else if (this.#pool.state.waiting > 0) lease.discard();
    else this.#kept.push(lease);
  }

  /** Returns the last lines that a process wrote to its outputs. */
  linesOf(child: ChildHandle): readonly string[] {
    return this.#lines.get(child) ?? [];
  }

  drain(timeoutMs: number): Promise<void> {
    return this.#pool.drain(timeoutMs);
  }

  async close(): Promise<void> {
    if (this.#idleTimer !== null) clearTimeout(this.#idleTimer);
    await this.#pool.close();
  }

  /** Leases a process that was opened to the scope, or one that was opened to nothing yet, whichever there is first. */
  async #next(scope: string, signal: AbortSignal): Promise<Lease> {
    const index = this.#kept.findIndex(({ child }) => this.#scopes.get(child) === scope);
    const [kept] = index < 0 ? [] : this.#kept.splice(index, 1);
    if (kept !== undefined) return kept;
    const { ready, leased, starting } = this.#pool.state;
    if (ready + leased + starting >= this.#config.executors) this.#kept.shift()?.discard();
    const waiter: Waiter = { scope, wakeUp: new AbortController(), handed: null };
    this.#waiting.push(waiter);
    try {
      const lease = await this.#pool.lease(AbortSignal.any([signal, waiter.wakeUp.signal]));
      if (waiter.handed === null) return lease;
      lease.release();
      return waiter.handed;
    } catch (error) {
      if (waiter.handed === null) throw error;
      return waiter.handed;
    } finally {
      this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
    }
  }

  /** Keeps a process for the next statement for a while, when it is as good as new. */
  #release(lease: Lease): void {
    if (this.#ended.has(lease.child) || residentBytes(lease.child.pid) > IDLE_BYTES_MAX) {
      lease.discard();
      return;
    }
    lease.release();
    if (this.#idleTimer !== null) clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => void this.#endIdle(), KEPT_MS).unref();
  }

  async #spawn(): Promise<ChildHandle> {
    const settings: ExecutorSettings = { threadsMax: this.#config.threadsMax };
    const written: string[] = [];
    const child = await spawnChild({
      entry: new URL('../child/batch-child.ts', import.meta.url),
      name: 'trivium-batch-executor',
      args: [JSON.stringify(settings)],
      memoryBytesMax: this.#config.memoryBytesMax + PROCESS_BYTES,
      env: ALLOCATOR_ENVIRONMENT,
      lowPriority: true,
      lostCode: 'ENGINE_LOST',
      onLog: (line) => {
        written.push(line);
        if (written.length > LINES_KEPT) written.shift();
        this.#host.log.warn({ engine: 'batch' }, line);
      },
    });
    this.#lines.set(child, written);
    void child.exited.then(() => this.#ended.add(child));
    return child;
  }

  async #begin(child: ChildHandle, directories: readonly string[], signal: AbortSignal): Promise<void> {
    this.#begun += 1;
    // Each process has a directory of its own: DuckDB takes files of others for leftovers.
    const spillDirectory = join(this.#host.spoolDirectory, `spill-${String(this.#begun)}`);
    const message: ExecutionMessage = {
      directories,
      memoryBytesMax: Math.floor(this.#config.memoryBytesMax * DUCKDB_SHARE),
      spillDirectory,
      spillBytesMax: this.#config.spillBytesMax,
    };
    void child.exited
      .then(() => rm(spillDirectory, { recursive: true, force: true }))
      .catch(() => {
        // The spool is emptied at the next start.
      });
    await child.channel.call(EXECUTOR_METHODS.begin, message as unknown as Json, { signal });
  }

  async #endIdle(): Promise<void> {
    this.#idleTimer = null;
    while (this.#pool.state.ready > this.#config.spares) (await this.#pool.lease()).discard();
  }
}
