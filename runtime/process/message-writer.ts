import type { Writable } from 'node:stream';
import { PlatformError } from '../../spi/index.ts';
import type { Json } from './channel.ts';
import { CONTROL_BYTES_MAX, FRAME_BYTES_MAX, MESSAGE, MESSAGE_HEAD_BYTES } from './message.ts';

/** Writes messages to a stream.
 *  Guarantees: frames are not copied; nothing is written once the stream has ended. */
export class MessageWriter {
  readonly #stream: Writable;

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
    this.#write(message);
  }

  /** Writes one frame; the caller has made sure that the window has room.
   *  @throws RESOURCE_BODY_TOO_LARGE when the frame is over the limit; nothing is written then. */
  frame(kind: number, exchange: number, bytes: Uint8Array): void {
    if (bytes.byteLength > FRAME_BYTES_MAX) throw tooLarge('frame', bytes.byteLength, FRAME_BYTES_MAX);
    const head = Buffer.allocUnsafe(MESSAGE_HEAD_BYTES);
    writeHead(head, bytes.byteLength, kind, exchange);
    // Head and payload leave in one system call without being copied together.
    this.#stream.cork();
    this.#write(head);
    if (bytes.byteLength > 0) this.#write(bytes);
    this.#stream.uncork();
  }

  /** Gives consumed bytes back to the sender's window. */
  credit(flag: number, exchange: number, bytes: number): void {
    const message = Buffer.allocUnsafe(MESSAGE_HEAD_BYTES + 4);
    writeHead(message, 4, MESSAGE.credit | flag, exchange);
    message.writeUInt32LE(bytes, MESSAGE_HEAD_BYTES);
    this.#write(message);
  }

  /** Says that the upload is complete. */
  endOfUpload(exchange: number): void {
    const message = Buffer.allocUnsafe(MESSAGE_HEAD_BYTES);
    writeHead(message, 0, MESSAGE.endOfUpload, exchange);
    this.#write(message);
  }

  #write(bytes: Uint8Array): void {
    if (this.#stream.writable) this.#stream.write(bytes);
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
