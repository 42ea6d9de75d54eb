import { PlatformError } from '../../../spi/index.ts';
import { explainLoss, type Json, type Lease, residentBytes } from '../../../runtime/process/index.ts';
import type { BatchConfig } from '../batch-config.ts';
import { EXECUTOR_METHODS, type TaskMessage } from '../task-message.ts';
import type { ExecutorPool } from './executor-pool.ts';

/** How often the memory of a busy process is looked at. Units: milliseconds. */
const INTERVAL_MS = 200;

/** What the executors of one execution may touch, and when they end. */
export interface ExecutionScope {
  readonly directories: readonly string[];
  readonly signal: AbortSignal;
}

/** The executors of one execution: taken from the pool for each task, and handed back after it. */
export class ExecutorSet {
  readonly #pool: ExecutorPool;
  readonly #config: BatchConfig;
  readonly #scope: ExecutionScope;
  readonly #busy = new Set<Lease>();
  readonly #waiting: (() => void)[] = [];
  readonly #leave: () => void;
  #slots: number;

  constructor(pool: ExecutorPool, config: BatchConfig, scope: ExecutionScope) {
    this.#pool = pool;
    this.#config = config;
    this.#scope = scope;
    this.#slots = config.executors;
    this.#leave = pool.enter();
  }

  /** Runs one task, waiting for an executor; one that fails is not used again.
   *  @throws ENGINE_LOST or RESOURCE_MEMORY when the process ended, the task's own error, the reason of the scope's signal */
  async run(message: TaskMessage): Promise<Json> {
    await this.#takeSlot();
    try {
      return await this.#runIn(await this.#pool.lease(this.#scope.directories, this.#scope.signal), message);
    } finally {
      this.#slots += 1;
      this.#waiting.shift()?.();
    }
  }

  /** Ends the busy executors at once. */
  close(): void {
    for (const lease of this.#busy) lease.discard();
    this.#busy.clear();
    this.#leave();
  }

  async #takeSlot(): Promise<void> {
    while (this.#slots === 0 && !this.#scope.signal.aborted) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (this.#scope.signal.aborted) {
      // Everybody who waits is told, one by the other.
      this.#waiting.shift()?.();
      throw this.#scope.signal.reason as PlatformError;
    }
    this.#slots -= 1;
  }

  async #runIn(lease: Lease, message: TaskMessage): Promise<Json> {
    const { child } = lease;
    this.#busy.add(lease);
    let rssBytesLast = 0;
    const watch = setInterval(() => {
      rssBytesLast = Math.max(rssBytesLast, residentBytes(child.pid));
    }, INTERVAL_MS);
    try {
      const answer = await child.channel.call(EXECUTOR_METHODS.run, message as unknown as Json, { signal: this.#scope.signal });
      if (this.#busy.delete(lease)) this.#pool.handBack(lease);
      return answer;
    } catch (error) {
      const failed = PlatformError.from(error, 'ENGINE_FAILED');
      const lost = failed.code === 'ENGINE_LOST';
      if (this.#busy.delete(lease)) lease.discard();
      throw lost ? await explainLoss(child, this.#pool.linesOf(child), rssBytesLast, this.#config.memoryBytesMax) : failed;
    } finally {
      clearInterval(watch);
    }
  }
}
