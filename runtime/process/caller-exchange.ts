import { PlatformError } from '../../spi/index.ts';
import type { CallOptions, Exchange, Json } from './channel.ts';
import { FrameQueue } from './frame-queue.ts';
import { MESSAGE } from './message.ts';
import type { MessageWriter } from './message-writer.ts';
import { SendWindow } from './send-window.ts';

/** A promise with its two handles; a rejection that nobody looks at is not an unhandled one, since every part of an exchange fails together. */
interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: PlatformError) => void;
}

/** The calling end of one exchange. */
export class CallerExchange implements Exchange {
  readonly #id: number;
  readonly #writer: MessageWriter;
  readonly #onDone: () => void;
  readonly #header = defer<Json>();
  readonly #result = defer<Json>();
  readonly #queue: FrameQueue;
  readonly #uploadWindow: SendWindow;
  #done = false;
  #unlisten: (() => void) | null = null;

  constructor(id: number, writer: MessageWriter, windowBytes: number, uploadWindowBytes: number, onDone: () => void) {
    this.#id = id;
    this.#writer = writer;
    this.#onDone = onDone;
    this.#uploadWindow = new SendWindow(uploadWindowBytes);
    this.#queue = new FrameQueue(windowBytes, {
      onConsumed: (bytes) => {
        writer.credit(0, id, bytes);
      },
      onAbandoned: () => {
        this.cancel();
      },
    });
  }

  get header(): Promise<Json> {
    return this.#header.promise;
  }

  get result(): Promise<Json> {
    return this.#result.promise;
  }

  get frames(): AsyncIterable<Uint8Array> {
    return this.#queue;
  }

  /** Sends what was asked for; called once. */
  begin(method: string, params: Json, windowBytes: number, options: CallOptions): void {
    const { signal, frames } = options;
    if (signal?.aborted === true) {
      this.#fail(cancelReason(signal.reason));
      return;
    }
    try {
      this.#writer.json(MESSAGE.open, this.#id, [method, params, windowBytes, frames !== undefined]);
    } catch (error) {
      this.#fail(PlatformError.from(error, 'INTERNAL_INVARIANT'));
      return;
    }
    if (signal !== undefined) this.#listen(signal);
    if (frames !== undefined) void this.#upload(frames);
  }

  onHeader(value: Json): void {
    this.#header.resolve(value);
  }

  onFrame(frame: Uint8Array): void {
    this.#queue.push(frame);
  }

  onCredit(bytes: number): void {
    this.#uploadWindow.give(bytes);
  }

  onResult(value: Json): void {
    if (!this.#finish()) return;
    this.#uploadWindow.fail(uploadNotWanted);
    this.#header.resolve(null);
    this.#result.resolve(value);
    this.#queue.end();
  }

  /** The peer answered with an error, or the channel closed. */
  onError(error: PlatformError): void {
    this.#fail(error);
  }

  cancel(reason: PlatformError = cancelReason(undefined)): void {
    if (this.#done) return;
    this.#writer.json(MESSAGE.cancel, this.#id, { ...reason.toJSON() } as unknown as Json);
    this.#queue.cancel(reason);
    this.#fail(reason);
  }

  #fail(error: PlatformError): void {
    if (!this.#finish()) return;
    this.#uploadWindow.fail(() => error);
    this.#header.reject(error);
    this.#result.reject(error);
    this.#queue.fail(error);
  }

  #finish(): boolean {
    if (this.#done) return false;
    this.#done = true;
    this.#unlisten?.();
    this.#onDone();
    return true;
  }

  #listen(signal: AbortSignal): void {
    const onAbort = (): void => {
      this.cancel(cancelReason(signal.reason));
    };
    signal.addEventListener('abort', onAbort, { once: true });
    this.#unlisten = () => {
      signal.removeEventListener('abort', onAbort);
    };
  }

  async #upload(frames: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      for await (const frame of frames) {
        await this.#uploadWindow.take(frame.byteLength);
        if (this.#done) return;
        this.#writer.frame(MESSAGE.frame, this.#id, frame);
      }
      if (!this.#done) this.#writer.endOfUpload(this.#id);
    } catch (error) {
      // Once the exchange is over this is its own error, which the caller has already been given.
      this.cancel(PlatformError.from(error, 'INTERNAL_INVARIANT'));
    }
  }
}

/** Returns the error with which a cancelled exchange fails. */
function cancelReason(reason: unknown): PlatformError {
  if (reason instanceof PlatformError) return reason;
  return new PlatformError('ENGINE_CANCELLED', 'The call was cancelled.', { cause: reason });
}

function uploadNotWanted(): PlatformError {
  return new PlatformError('ENGINE_CANCELLED', 'The call was answered before its upload was complete.');
}

function defer<T>(): Deferred<T> {
  let resolve: (value: T) => void = ignore;
  let reject: (error: PlatformError) => void = ignore;
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  promise.catch(ignore);
  return { promise, resolve, reject };
}

function ignore(): void {
  // Nothing to do.
}
