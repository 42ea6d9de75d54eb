import type { Writable } from 'node:stream';
import { PlatformError } from '../../spi/index.ts';
import type { Json } from './channel.ts';
import { CONTROL_BYTES_MAX, FRAME_BYTES_MAX, MESSAGE, MESSAGE_HEAD_BYTES } from './message.ts';

/** Bytes that are held back at most for what follows them in the same turn. */
const HELD_BYTES_MAX = 64 * 1024;

/** Writes messages to a stream.
 *  Guarantees: frames are not copied; nothing is written once the stream has ended; what is written in one turn of the event loop, promises
 *  that it settles included, leaves in one system call, unless it is much. */
export class MessageWriter {
  readonly #stream: Writable;
  #holds = false;
  #heldBytes = 0;

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  /** Writes a message whose payload is JSON; `undefined` is sent as null.
   *  @throws RESOURCE_BODY_TOO_LARGE when the text is over the limit; nothing is written then. */
  json(kind: number, exchange: number, value: Json | undefined): void {
    const text = JSON.stringify(value ?? null);
    const length = Buffer.byteLength(text);
    if (length > CONTROL_BYTES_MAX) throw tooLarge('message', length, CONTROL_BYTES_MAX);
    const message = Buffer.allocUnsafe(MESSAGE_HEAD_BYTES + length);
    writeHead(message, length, kind, exchange);
    message.write(text, MESSAGE_HEAD_BYTES);
    this.#hold();
    this.#write(message);
    this.#release(HELD_BYTES_MAX);
  }

  /** Writes one frame; the caller has made sure that the window has room.
   *  @throws RESOURCE_BODY_TOO_LARGE when the frame is over the limit; nothing is written then. */
  frame(kind: number, exchange: number, bytes: Uint8Array): void {
    if (bytes.byteLength > FRAME_BYTES_MAX) throw tooLarge('frame', bytes.byteLength, FRAME_BYTES_MAX);
    const head = Buffer.allocUnsafe(MESSAGE_HEAD_BYTES);
    writeHead(head, bytes.byteLength, kind, exchange);
    this.#hold();
    this.#write(head);
    if (bytes.byteLength > 0) this.#write(bytes);
    this.#release(HELD_BYTES_MAX);
  }

  /** Gives consumed bytes back to the sender's window. */
  credit(flag: number, exchange: number, bytes: number): void {
    const message = Buffer.allocUnsafe(MESSAGE_HEAD_BYTES + 4);
    writeHead(message, 4, MESSAGE.credit | flag, exchange);
    message.writeUInt32LE(bytes, MESSAGE_HEAD_BYTES);
    this.#hold();
    this.#write(message);
  }

  /** Says that the upload is complete. */
  endOfUpload(exchange: number): void {
    const message = Buffer.allocUnsafe(MESSAGE_HEAD_BYTES);
    writeHead(message, 0, MESSAGE.endOfUpload, exchange);
    this.#hold();
    this.#write(message);
  }

  #write(bytes: Uint8Array): void {
    if (!this.#stream.writable) return;
    this.#heldBytes += bytes.byteLength;
    this.#stream.write(bytes);
  }

  /** A short answer is a schema, a batch and an end: alone each would cost both ends a call of the system. */
  #hold(): void {
    if (this.#holds) return;
    this.#holds = true;
    this.#stream.cork();
    // The tick of a microtask comes when no microtask is left.
    queueMicrotask(() => {
      process.nextTick(() => {
        this.#release(0);
      });
    });
  }

  #release(fromBytes: number): void {
    if (!this.#holds || this.#heldBytes < fromBytes) return;
    this.#holds = false;
    this.#heldBytes = 0;
    this.#stream.uncork();
  }
}

function writeHead(target: Buffer, length: number, kind: number, exchange: number): void {
  target.writeUInt32LE(length, 0);
  target.writeUInt8(kind, 4);
  target.writeUInt32LE(exchange, 5);
}

function tooLarge(what: string, bytes: number, limit: number): PlatformError {
  return new PlatformError(
    'RESOURCE_BODY_TOO_LARGE',
    `A ${what} of ${bytes} bytes is over the limit of ${limit} bytes between processes; send less at a time.`,
  );
}
