import { assert, PlatformError } from '../../spi/index.ts';
import type { Handler, Json, ServeContext } from './channel.ts';
import { FrameQueue } from './frame-queue.ts';
import { FROM_SERVER, MESSAGE, malformed, WINDOW_BYTES_DEFAULT } from './message.ts';
import type { MessageWriter } from './message-writer.ts';
import { SendWindow } from './send-window.ts';

/** What the opening message of an exchange says. */
export interface OpenRequest {
  readonly method: string;
  readonly params: Json;
  /** Units: bytes of answer frames that may be under way. */
  readonly windowBytes: number;
  readonly upload: boolean;
}

/** Checks the opening message of an exchange.
 *  @throws INTERNAL_INVARIANT when it has another form. */
export function parseOpenRequest(json: unknown): OpenRequest {
  if (!Array.isArray(json) || json.length !== 4) throw malformed('an opening message that is not a list of four');
  const [method, params, windowBytes, upload] = json as unknown[];
  if (typeof method !== 'string' || !Number.isSafeInteger(windowBytes) || Number(windowBytes) < 1 || typeof upload !== 'boolean') {
    throw malformed('an opening message with parts of the wrong type');
  }
  return { method, params: params as Json, windowBytes: Number(windowBytes), upload };
}

/** The serving end of one exchange. */
export class ServedExchange implements ServeContext {
  readonly #id: number;
  readonly #writer: MessageWriter;
  readonly #onDone: () => void;
  readonly #window: SendWindow;
  readonly #upload: boolean;
  readonly #uploads: FrameQueue;
  #controller: AbortController | null = null;
  #abortReason: PlatformError | null = null;
  #headerSent = false;
  #done = false;

  constructor(id: number, writer: MessageWriter, request: OpenRequest, onDone: () => void) {
    this.#id = id;
    this.#writer = writer;
    this.#onDone = onDone;
    this.#window = new SendWindow(request.windowBytes);
    this.#uploads = new FrameQueue(WINDOW_BYTES_DEFAULT, {
      onConsumed: (bytes) => {
        writer.credit(FROM_SERVER, id, bytes);
      },
      onAbandoned: () => {
        // The rest of the upload is not wanted: without credit the caller stops, and the result ends the exchange.
      },
    });
    this.#upload = request.upload;
    if (!request.upload) this.#uploads.end();
  }

  get signal(): AbortSignal {
    if (this.#controller === null) {
      this.#controller = new AbortController();
      if (this.#abortReason !== null) this.#controller.abort(this.#abortReason);
    }
    return this.#controller.signal;
  }

  get frames(): AsyncIterable<Uint8Array> {
    return this.#uploads;
  }

  header(value: Json): void {
    assert(!this.#headerSent, 'an answer has one header');
    this.#headerSent = true;
    if (!this.#done) this.#writer.json(MESSAGE.header | FROM_SERVER, this.#id, value);
  }

  async send(frame: Uint8Array): Promise<void> {
    await this.#window.take(frame.byteLength);
    this.#writer.frame(MESSAGE.frame | FROM_SERVER, this.#id, frame);
  }

  /** Runs the handler and sends its outcome, unless the caller has left by then. */
  async run(handler: Handler, params: Json): Promise<void> {
    try {
      const value = await handler(params, this);
      if (!this.#done) this.#writer.json(MESSAGE.result | FROM_SERVER, this.#id, value);
    } catch (error) {
      this.#sendError(PlatformError.from(error, 'INTERNAL_INVARIANT'));
    }
    this.#finish(handlerReturned);
  }

  /** Answers with an error without running anything. */
  refuse(error: PlatformError): void {
    this.#sendError(error);
    this.#finish(() => error);
  }

  onFrame(frame: Uint8Array): void {
    this.#uploads.push(frame);
  }

  onEndOfUpload(): void {
    this.#uploads.end();
  }

  onCredit(bytes: number): void {
    this.#window.give(bytes);
  }

  /** The caller cancelled, or the channel closed. */
  abort(reason: PlatformError): void {
    if (this.#done) return;
    this.#abortReason = reason;
    this.#uploads.cancel(reason);
    this.#finish(() => reason);
    this.#controller?.abort(reason);
  }

  #sendError(error: PlatformError): void {
    if (!this.#done) this.#writer.json(MESSAGE.error | FROM_SERVER, this.#id, error.toJSON() as unknown as Json);
  }

  #finish(error: () => PlatformError): void {
    if (this.#done) return;
    this.#done = true;
    this.#window.fail(error);
    if (this.#upload) this.#uploads.fail(error());
    this.#onDone();
  }
}

function handlerReturned(): PlatformError {
  return new PlatformError('INTERNAL_INVARIANT', 'The handler has already returned.');
}
