import type { PlatformError } from '../../spi/index.ts';
import { malformed } from './message.ts';

interface Waiter {
  readonly bytes: number;
  readonly resolve: () => void;
  readonly reject: (error: PlatformError) => void;
}

/** Counts the bytes that were sent and not yet consumed at the other end, and makes senders wait for room.
 *  Guarantees: first come, first served; a frame larger than the whole window goes when less than a quarter of it is under way. */
export class SendWindow {
  readonly #sizeBytes: number;
  #underWayBytes = 0;
  #error: (() => PlatformError) | null = null;
  readonly #waiters: Waiter[] = [];

  constructor(sizeBytes: number) {
    this.#sizeBytes = sizeBytes;
  }

  /** Takes room for a frame, waiting until it is there.
   *  @throws the error of `fail`. */
  take(bytes: number): Promise<void> {
    if (this.#error !== null) return Promise.reject(this.#error());
    if (this.#waiters.length === 0 && this.#fits(bytes)) {
      this.#underWayBytes += bytes;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => this.#waiters.push({ bytes, resolve, reject }));
  }

  /** Takes note of bytes that the other end consumed.
   *  @throws INTERNAL_INVARIANT when they are more than were sent. */
  give(bytes: number): void {
    if (bytes > this.#underWayBytes) throw malformed(`credit for ${bytes} bytes where ${this.#underWayBytes} are under way`);
    this.#underWayBytes -= bytes;
    for (let first = this.#waiters[0]; first !== undefined && this.#fits(first.bytes); first = this.#waiters[0]) {
      this.#waiters.shift();
      this.#underWayBytes += first.bytes;
      first.resolve();
    }
  }

  /** Makes all present and later senders fail; the error is made only when there is one, since its stack costs more than a small call. */
  fail(error: () => PlatformError): void {
    this.#error ??= error;
    for (const waiter of this.#waiters.splice(0)) waiter.reject(error());
  }

  #fits(bytes: number): boolean {
    // The other end may hold back the credit for less than a quarter of the window.
    return this.#underWayBytes * 4 < this.#sizeBytes || this.#underWayBytes + bytes <= this.#sizeBytes;
  }
}
