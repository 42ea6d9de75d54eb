import { malformed } from './message.ts';

/** What a peer that is not trusted may send in a second, beside the frames that it has credit for, and how many calls it may have open. */
export interface PeerLimits {
  readonly messagesPerSecond: number;
  /** Units: bytes. */
  readonly bytesPerSecond: number;
  readonly openCalls: number;
}

const SECOND_MS = 1000;

/** Counts what a peer sends, second by second.
 *  Guarantees: a peer that goes on beyond its limits is noticed within the second, at the cost of a few comparisons a message. */
export class PeerBudget {
  readonly #limits: PeerLimits;
  readonly #now: () => number;
  #secondFromMs = 0;
  #messages = 0;
  #bytes = 0;

  constructor(limits: PeerLimits, now: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Takes note of a message; `bytes` is 0 for a frame that was given credit.
   *  @throws INTERNAL_INVARIANT when the peer is over its limits */
  take(bytes: number): void {
    const nowMs = this.#now();
    if (nowMs - this.#secondFromMs >= SECOND_MS) {
      this.#secondFromMs = nowMs;
      this.#messages = 0;
      this.#bytes = 0;
    }
    this.#messages += 1;
    this.#bytes += bytes;
    if (this.#messages > this.#limits.messagesPerSecond)
      throw malformed(`more than ${this.#limits.messagesPerSecond} messages in a second`);
    if (this.#bytes > this.#limits.bytesPerSecond) {
      throw malformed(`more than ${this.#limits.bytesPerSecond} bytes in a second that nobody asked for`);
    }
  }

  /** Takes note of the calls that are open.
   *  @throws INTERNAL_INVARIANT when they are more than the limit */
  checkOpen(calls: number): void {
    if (calls > this.#limits.openCalls) throw malformed(`more than ${this.#limits.openCalls} calls at once`);
  }
}
