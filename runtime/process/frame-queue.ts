import { assert, type PlatformError } from '../../spi/index.ts';
import { malformed } from './message.ts';

/** What a queue tells its exchange. */
export interface FrameQueueOwner {
  /** Bytes were consumed, so that the sender may send as many again. */
  onConsumed(bytes: number): void;
  /** The consumer left before the end. */
  onAbandoned(): void;
}

interface Waiter {
  readonly resolve: (result: IteratorResult<Uint8Array, undefined>) => void;
  readonly reject: (error: PlatformError) => void;
}

const DONE: IteratorResult<Uint8Array, undefined> = { done: true, value: undefined };

/** Received frames between the channel and one consumer.
 *  Guarantees: frames come in order; the end comes only after `end`; a frame counts as consumed when the consumer asks for the next one. */
export class FrameQueue implements AsyncIterable<Uint8Array> {
  readonly #windowBytes: number;
  readonly #owner: FrameQueueOwner;
  #frames: Uint8Array[] = [];
  #head = 0;
  #waiter: Waiter | null = null;
  #outcome: 'open' | 'ended' | PlatformError = 'open';
  #iterated = false;
  #lentBytes = 0;
  #consumedBytes = 0;
  #uncreditedBytes = 0;

  constructor(windowBytes: number, owner: FrameQueueOwner) {
    this.#windowBytes = windowBytes;
    this.#owner = owner;
  }

  /** Adds a received frame.
   *  @throws INTERNAL_INVARIANT when the sender ignores the window or goes on after the end. */
  push(frame: Uint8Array): void {
    if (this.#outcome === 'ended') throw malformed('a frame after the last one');
    if (this.#outcome !== 'open') return;
    if (this.#uncreditedBytes * 4 >= this.#windowBytes && this.#uncreditedBytes + frame.byteLength > this.#windowBytes) {
      throw malformed(`a frame of ${frame.byteLength} bytes beyond the window of ${this.#windowBytes}`);
    }
    this.#uncreditedBytes += frame.byteLength;
    if (this.#waiter === null) {
      this.#frames.push(frame);
    } else {
      this.#lentBytes = frame.byteLength;
      this.#settle()?.resolve({ done: false, value: frame });
    }
  }

  /** The sender said that no frame follows. */
  end(): void {
    if (this.#outcome !== 'open') return;
    this.#outcome = 'ended';
    this.#settle()?.resolve(DONE);
  }

  /** The exchange failed: the consumer gets what came before, then the error. */
  fail(error: PlatformError): void {
    if (this.#outcome !== 'open') return;
    this.#outcome = error;
    this.#settle()?.reject(error);
  }

  /** The exchange was cancelled on this side: the consumer gets the error at once. */
  cancel(error: PlatformError): void {
    this.#frames = [];
    this.#head = 0;
    this.fail(error);
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    assert(!this.#iterated, 'the frames of an exchange are iterated once');
    this.#iterated = true;
    return { next: () => this.#next(), return: () => this.#leave() };
  }

  #next(): Promise<IteratorResult<Uint8Array, undefined>> {
    assert(this.#waiter === null, 'frames are asked for one at a time');
    this.#consumedBytes += this.#lentBytes;
    this.#lentBytes = 0;
    const frame = this.#frames[this.#head];
    // A quarter of the window at a time saves messages: a small answer needs none.
    if (this.#consumedBytes * 4 >= this.#windowBytes) this.#giveCredit();
    if (frame !== undefined) return Promise.resolve({ done: false, value: this.#shift(frame) });
    if (this.#outcome === 'ended') return Promise.resolve(DONE);
    if (this.#outcome !== 'open') return Promise.reject(this.#outcome);
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject };
    });
  }

  #shift(frame: Uint8Array): Uint8Array {
    this.#lentBytes = frame.byteLength;
    this.#head += 1;
    // Taken frames are let go once they are half of the list: taking stays constant in time, and memory near what is queued.
    if (this.#head * 2 >= this.#frames.length) {
      this.#frames.splice(0, this.#head);
      this.#head = 0;
    }
    return frame;
  }

  #giveCredit(): void {
    if (this.#consumedBytes === 0 || this.#outcome !== 'open') return;
    this.#owner.onConsumed(this.#consumedBytes);
    this.#uncreditedBytes -= this.#consumedBytes;
    this.#consumedBytes = 0;
  }

  #leave(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#frames = [];
    this.#head = 0;
    this.#owner.onAbandoned();
    return Promise.resolve(DONE);
  }

  #settle(): Waiter | null {
    const waiter = this.#waiter;
    this.#waiter = null;
    return waiter;
  }
}
