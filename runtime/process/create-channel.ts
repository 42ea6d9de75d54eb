import type { Duplex } from 'node:stream';
import { assert, ERROR_CODES, PlatformError, type PlatformErrorJson } from '../../spi/index.ts';
import { CallerExchange } from './caller-exchange.ts';
import type { CallOptions, Channel, ChannelOptions, Exchange, Handler, Json, OpenOptions } from './channel.ts';
import { FROM_SERVER, MESSAGE, malformed, WINDOW_BYTES_DEFAULT } from './message.ts';
import { MessageReader } from './message-reader.ts';
import { MessageWriter } from './message-writer.ts';
import { PeerBudget } from './peer-budget.ts';
import { parseOpenRequest, ServedExchange } from './served-exchange.ts';

/** Opens a channel over a stream that nobody else reads or writes.
 *  Guarantees: bytes that are not of the protocol close the channel; what runs on it then fails with the lost code, and the reason is the error's cause. */
export function createChannel(stream: Duplex, options: ChannelOptions): Channel {
  return new StreamChannel(stream, options);
}

class StreamChannel implements Channel {
  readonly closed: Promise<void>;
  readonly #stream: Duplex;
  readonly #options: ChannelOptions;
  readonly #writer: MessageWriter;
  readonly #handlers = new Map<string, Handler>();
  readonly #calls = new Map<number, CallerExchange>();
  readonly #served = new Map<number, ServedExchange>();
  readonly #budget: PeerBudget | null;
  #lastId = 0;
  #lost: PlatformError | null = null;
  #onClosed: () => void = () => undefined;

  constructor(stream: Duplex, options: ChannelOptions) {
    this.#stream = stream;
    this.#options = options;
    this.#writer = new MessageWriter(stream);
    this.#budget = options.peerLimits === undefined ? null : new PeerBudget(options.peerLimits);
    this.closed = new Promise((resolve) => {
      this.#onClosed = resolve;
    });
    const reader = new MessageReader((kind, id, payload) => {
      this.#budget?.take((kind & ~FROM_SERVER) === MESSAGE.frame ? 0 : payload.length);
      if (kind & FROM_SERVER) this.#fromServer(kind & ~FROM_SERVER, id, payload);
      else this.#fromCaller(kind, id, payload);
    });
    stream.on('data', (chunk: Buffer) => {
      if (this.#lost !== null) return;
      try {
        reader.push(chunk);
      } catch (error) {
        this.#lose(error);
      }
    });
    stream.on('error', (error) => {
      this.#lose(error);
    });
    stream.on('end', () => {
      this.#lose(undefined);
    });
    stream.on('close', () => {
      this.#lose(undefined);
    });
  }

  call(method: string, params: Json, options: CallOptions = {}): Promise<Json> {
    return this.open(method, params, options).result;
  }

  open(method: string, params: Json, options: OpenOptions = {}): Exchange {
    const id = this.#nextId();
    const windowBytes = options.windowBytes ?? WINDOW_BYTES_DEFAULT;
    const exchange = new CallerExchange(id, this.#writer, windowBytes, WINDOW_BYTES_DEFAULT, () => this.#calls.delete(id));
    if (this.#lost !== null) {
      exchange.onError(this.#lost);
      return exchange;
    }
    this.#calls.set(id, exchange);
    exchange.begin(method, params, windowBytes, options);
    return exchange;
  }

  serve(handlers: Readonly<Record<string, Handler>>): void {
    for (const [method, handler] of Object.entries(handlers)) {
      assert(!this.#handlers.has(method), `the method ${method} is served once`);
      this.#handlers.set(method, handler);
    }
  }

  close(): void {
    this.#lose(undefined);
  }

  #nextId(): number {
    do this.#lastId = (this.#lastId + 1) >>> 0;
    while (this.#calls.has(this.#lastId));
    return this.#lastId;
  }

  /** Messages for exchanges that we opened; one that is over on our side may still be spoken of. */
  #fromServer(kind: number, id: number, payload: Buffer): void {
    const exchange = this.#calls.get(id);
    if (exchange === undefined) {
      this.#budget?.take(payload.length);
      return;
    }
    switch (kind) {
      case MESSAGE.header:
        exchange.onHeader(parseJson(payload) as Json);
        return;
      case MESSAGE.frame:
        exchange.onFrame(payload);
        return;
      case MESSAGE.credit:
        exchange.onCredit(parseCredit(payload));
        return;
      case MESSAGE.result:
        exchange.onResult(parseJson(payload) as Json);
        return;
      case MESSAGE.error:
        exchange.onError(parseError(payload));
        return;
      default:
        throw malformed(`a message of kind ${kind} from the serving end`);
    }
  }

  /** Messages for exchanges that the peer opened; one that is over on our side may still be spoken of. */
  #fromCaller(kind: number, id: number, payload: Buffer): void {
    if (kind === MESSAGE.open) {
      this.#begin(id, payload);
      return;
    }
    const exchange = this.#served.get(id);
    if (exchange === undefined) {
      this.#budget?.take(payload.length);
      return;
    }
    switch (kind) {
      case MESSAGE.frame:
        exchange.onFrame(payload);
        return;
      case MESSAGE.credit:
        exchange.onCredit(parseCredit(payload));
        return;
      case MESSAGE.cancel:
        exchange.abort(parseError(payload));
        return;
      case MESSAGE.endOfUpload:
        exchange.onEndOfUpload();
        return;
      default:
        throw malformed(`a message of kind ${kind} from the calling end`);
    }
  }

  #begin(id: number, payload: Buffer): void {
    if (this.#served.has(id)) throw malformed(`exchange ${id} opened twice`);
    const request = parseOpenRequest(parseJson(payload));
    const exchange = new ServedExchange(id, this.#writer, request, () => this.#served.delete(id));
    this.#served.set(id, exchange);
    this.#budget?.checkOpen(this.#served.size);
    const handler = this.#handlers.get(request.method);
    if (handler === undefined)
      exchange.refuse(new PlatformError('INTERNAL_INVARIANT', `The other process serves no method ${request.method}.`));
    else void exchange.run(handler, request.params);
  }

  #lose(cause: unknown): void {
    if (this.#lost !== null) return;
    const reason = cause instanceof Error ? `: ${cause.message}` : '.';
    const lost = new PlatformError(this.#options.lostCode, `The connection to the other process is closed${reason}`, { cause });
    this.#lost = lost;
    for (const exchange of [...this.#calls.values()]) exchange.onError(lost);
    for (const exchange of [...this.#served.values()]) exchange.abort(lost);
    // What was written before still leaves; a broken stream is dropped at once.
    if (cause === undefined && this.#stream.writable) this.#stream.end(() => this.#stream.destroy());
    else this.#stream.destroy();
    this.#onClosed();
  }
}

function parseJson(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString());
  } catch (error) {
    throw malformed(`a payload that is not JSON (${String(error)})`);
  }
}

function parseCredit(payload: Buffer): number {
  if (payload.length !== 4) throw malformed(`a credit of ${payload.length} bytes`);
  return payload.readUInt32LE(0);
}

function parseError(payload: Buffer): PlatformError {
  const json = parseJson(payload) as Partial<PlatformErrorJson> | null;
  if (typeof json?.code !== 'string' || !Object.hasOwn(ERROR_CODES, json.code) || typeof json.message !== 'string') {
    throw malformed('an error without a registered code and a message');
  }
  return PlatformError.fromJSON(json as PlatformErrorJson);
}
