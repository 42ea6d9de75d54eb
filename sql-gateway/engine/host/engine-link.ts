import { type EngineCapabilities, type Logger, PlatformError } from '../../../spi/index.ts';
import type { Incarnation } from './incarnation.ts';

/** Pauses before a start that follows an end: the first, doubled up to the second. Units: milliseconds. */
const BACK_OFF_MS = [100, 5000] as const;

/** An engine that lived so long is not counted as one that keeps ending. Units: milliseconds. */
const STEADY_MS = 60_000;

/** Keeps one hosted engine up: starts it again, with growing pauses, whenever it ends. */
export class EngineLink {
  readonly #engine: string;
  readonly #start: () => Promise<Incarnation>;
  readonly #log: Logger;
  #current: Incarnation | null = null;
  #capabilities: EngineCapabilities;
  #starting: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #failures = 0;
  #restarts = 0;
  #lastEnd = '';
  #closing = false;

  constructor(engine: string, first: Incarnation, start: () => Promise<Incarnation>, log: Logger) {
    this.#engine = engine;
    this.#start = start;
    this.#log = log;
    this.#capabilities = first.capabilities;
    this.#adopt(first);
  }

  /** The engine's declaration, also while it is restarted. */
  get capabilities(): EngineCapabilities {
    return this.#capabilities;
  }

  /** The engine at work; null while it is restarted. */
  get current(): Incarnation | null {
    return this.#current;
  }

  /** Facts for people. */
  get facts(): { readonly restarts: number; readonly lastEnd?: string } {
    return { restarts: this.#restarts, ...(this.#lastEnd === '' ? {} : { lastEnd: this.#lastEnd }) };
  }

  /** @throws ENGINE_UNAVAILABLE while it is restarted */
  require(): Incarnation {
    if (this.#current !== null) return this.#current;
    throw new PlatformError('ENGINE_UNAVAILABLE', `the engine ${this.#engine} is being restarted (${this.#lastEnd}); try again shortly`);
  }

  /** Lets the engine end by itself within the time, kills it then, and starts it no more. */
  async close(graceMs: number): Promise<void> {
    this.#closing = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#starting;
    await this.#current?.handle.stop(graceMs);
  }

  #adopt(incarnation: Incarnation): void {
    this.#current = incarnation;
    this.#capabilities = incarnation.capabilities;
    // A peer whose channel broke is of no use any more.
    void incarnation.channel.closed.then(() => {
      if (!this.#closing) incarnation.kill(null);
    });
    void incarnation.handle.exited.then(({ code, signal }) => {
      this.#onEnd(incarnation, signal === null ? `exit code ${String(code)}` : signal);
    });
  }

  #onEnd(incarnation: Incarnation, how: string): void {
    this.#current = null;
    if (this.#closing) return;
    const reason = incarnation.endedBecause;
    if (Date.now() - incarnation.startedAtMs > STEADY_MS) this.#failures = 0;
    this.#restartLater(reason === null ? `it ended with ${how}` : `it ended with ${how}: ${reason}`);
  }

  #restartLater(reason: string): void {
    this.#lastEnd = reason;
    const [firstMs, lastMs] = BACK_OFF_MS;
    const pauseMs = Math.min(lastMs, firstMs * 2 ** this.#failures);
    this.#failures += 1;
    this.#log.error({ engine: this.#engine, reason, pauseMs }, 'engine ended; it is started again');
    this.#timer = setTimeout(() => {
      this.#starting = this.#restart();
    }, pauseMs);
  }

  async #restart(): Promise<void> {
    try {
      const incarnation = await this.#start();
      this.#restarts += 1;
      this.#adopt(incarnation);
      this.#log.info({ engine: this.#engine }, 'engine started again');
    } catch (error) {
      const { message } = PlatformError.from(error, 'ENGINE_FAILED');
      if (!this.#closing) this.#restartLater(`its start failed: ${message}`);
    }
  }
}
