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

/** Executor processes, shared by all executions. */
export class ExecutorPool {
  readonly #config: BatchConfig;
  readonly #host: EngineHost;
  readonly #pool: WarmPool;
  readonly #lines = new WeakMap<ChildHandle, string[]>();
  /** The directories to which a process was opened, for good. */
  readonly #scopes = new WeakMap<ChildHandle, string>();
  #begun = 0;
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

  /** Leases a process that may touch these directories and nothing else. */
  async lease(directories: readonly string[], signal: AbortSignal): Promise<Lease> {
    const scope = JSON.stringify(directories);
    for (;;) {
      const lease = await this.#pool.lease(signal);
      const known = this.#scopes.get(lease.child);
      if (known === scope) return lease;
      try {
        if (known === undefined) {
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

  /** Takes back a process that is as good as new, and keeps it for a while. */
  release(lease: Lease): void {
    if (residentBytes(lease.child.pid) > IDLE_BYTES_MAX) {
      lease.discard();
      return;
    }
    lease.release();
    if (this.#idleTimer !== null) clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => void this.#endIdle(), KEPT_MS).unref();
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
