import { type EngineCapabilities, PlatformError } from '../../../spi/index.ts';
import { type Channel, explainLoss, type WorkerHandle } from '../../../runtime/process/index.ts';
import { isOutOfProcessMemory } from './coded-error.ts';
import { Heartbeat } from './heartbeat.ts';
import { ENGINE_METHODS } from './host-message.ts';
import type { HostedRuns } from './host-service.ts';
import { PrepareAhead } from './prepare-ahead.ts';

/** How long a run may take to come to rest once nobody wants it any more, before its process is killed. Units: milliseconds. */
const SETTLE_MS = 2000;

/** One life of a hosted engine's process or thread. */
export class Incarnation {
  readonly handle: WorkerHandle;
  readonly capabilities: EngineCapabilities;
  readonly heartbeat: Heartbeat;
  readonly ahead: PrepareAhead;
  readonly startedAtMs = Date.now();
  readonly hosted: HostedRuns;
  /** Null for a thread. */
  readonly processId: number | null;
  readonly #lines: readonly string[];
  readonly #memoryBytesMax: number;
  readonly #running = new Set<number>();
  #runningAtEnd: number | null = null;
  #endedBecause: string | null = null;

  constructor(parts: {
    readonly handle: WorkerHandle;
    readonly processId: number | null;
    readonly capabilities: EngineCapabilities;
    readonly hosted: HostedRuns;
    readonly lines: readonly string[];
    readonly memoryBytesMax: number;
  }) {
    this.handle = parts.handle;
    this.processId = parts.processId;
    this.capabilities = parts.capabilities;
    this.hosted = parts.hosted;
    this.#lines = parts.lines;
    this.#memoryBytesMax = parts.memoryBytesMax;
    this.ahead = new PrepareAhead(this.channel);
    this.heartbeat = new Heartbeat(this.channel, () => {
      // Runs have limits of their own, and what they wait for may be long work.
      if (this.#running.size === 0) this.kill('it did not answer');
    });
  }

  get channel(): Channel {
    return this.handle.channel;
  }

  /** Counts of the moment. */
  get running(): number {
    return this.#running.size;
  }

  beginRun(run: number): void {
    this.#running.add(run);
  }

  endRun(run: number): void {
    this.#running.delete(run);
  }

  /** Ends it at once; null where there is no more to say than how it ended. */
  kill(reason: string | null): void {
    this.#endedBecause ??= reason;
    this.handle.kill();
  }

  /** Why it was killed; null when it ended by itself. */
  get endedBecause(): string | null {
    return this.#endedBecause;
  }

  /** Waits until a run that nobody wants any more has come to rest; ends the process when it does not. */
  async settle(run: number): Promise<void> {
    try {
      await this.channel.call(ENGINE_METHODS.settle, run, { signal: AbortSignal.timeout(SETTLE_MS) });
    } catch {
      // It is gone already, or does not heed the cancellation: what it holds is freed with it.
      this.kill('a statement did not end when it was told to');
      await this.handle.exited;
    }
  }

  /** Returns the error for a statement that failed: one that lost its process is told how it ended. */
  async explain(error: unknown): Promise<PlatformError> {
    const failed = PlatformError.from(error, 'ENGINE_FAILED');
    // What filled the memory may hold it still: the statements to come get a new process.
    if (isOutOfProcessMemory(failed)) this.kill('it ran out of memory');
    if (failed.code !== 'ENGINE_LOST') return failed;
    this.#runningAtEnd ??= this.#running.size;
    // The channel may have been closed for bytes that are not of the protocol, by a process that lives on.
    this.kill(failed.cause instanceof Error ? failed.cause.message : null);
    const lost = await explainLoss(this.handle, this.#lines, 0, this.#memoryBytesMax);
    const details = { ...lost.details, reason: this.#endedBecause };
    // Whose memory it was cannot be told apart when several statements shared the process.
    const code = lost.code === 'RESOURCE_MEMORY' && this.#runningAtEnd > 1 ? 'ENGINE_LOST' : lost.code;
    return new PlatformError(code, lost.message, { details, hint: lost.hint, cause: failed });
  }
}
