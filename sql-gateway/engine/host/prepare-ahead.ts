import type { BoundQuery } from '../../../spi/index.ts';
import type { Channel } from '../../../runtime/process/index.ts';
import { ENGINE_METHODS, type PreparedAnswer } from './host-message.ts';

/** How far an engine that is chosen often is trusted to be chosen again. */
const SCORE_MAX = 4;

/** Queries that are made ready and not asked for, at most. */
const UNCLAIMED_MAX = 16;

/** How long a number waits for a message that takes it along. Units: milliseconds. */
const CLOSE_MS = 20;

/** Lets one hosted engine make queries ready while the server still weighs its estimate, and tells it which are not needed any more.
 *  Guarantees: an engine that is not chosen stops doing so after a few statements; what nobody asks for is closed. */
export class PrepareAhead {
  readonly #channel: Pick<Channel, 'call'>;
  readonly #unclaimed = new Map<BoundQuery, Promise<PreparedAnswer | null>>();
  #closed: number[] = [];
  #timer: NodeJS.Timeout | null = null;
  #score = 0;

  constructor(channel: Pick<Channel, 'call'>) {
    this.#channel = channel;
  }

  /** Whether the query that is estimated now should be made ready as well. */
  wants(): boolean {
    const wanted = this.#score > 0;
    this.#score = Math.max(0, this.#score - 1);
    return wanted;
  }

  /** Keeps what was made ready, null where the engine refused; a failure is that of preparing. */
  keep(query: BoundQuery, prepared: Promise<PreparedAnswer | null>): void {
    this.#unclaimed.set(query, prepared);
    // Whoever claims it is told of its failure.
    prepared.catch(() => undefined);
    if (this.#unclaimed.size <= UNCLAIMED_MAX) return;
    const [oldest] = this.#unclaimed.keys();
    if (oldest !== undefined) this.giveUp(oldest);
  }

  /** Takes what was made ready for a query; null for nothing. */
  claim(query: BoundQuery): Promise<PreparedAnswer | null> | null {
    this.#score = Math.min(SCORE_MAX, this.#score + 2);
    const found = this.#unclaimed.get(query) ?? null;
    this.#unclaimed.delete(query);
    return found;
  }

  /** Closes what was made ready for a query, which nobody will ask for. */
  giveUp(query: BoundQuery): void {
    const found = this.#unclaimed.get(query);
    this.#unclaimed.delete(query);
    found?.then(
      (answer) => {
        if (answer !== null) this.close(answer.prepared);
      },
      () => undefined,
    );
  }

  /** Closes a prepared query: soon, with the next message that takes its number along. */
  close(prepared: number): void {
    this.#closed.push(prepared);
    this.#timer ??= setTimeout(() => {
      // Whether the process still hears it changes nothing for whoever closed.
      this.#channel.call(ENGINE_METHODS.closePrepared, this.takeClosed()).catch(() => undefined);
    }, CLOSE_MS);
    this.#timer.unref();
  }

  /** Returns the numbers that the next message takes along. */
  takeClosed(): readonly number[] {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const taken = this.#closed;
    this.#closed = [];
    return taken;
  }
}
