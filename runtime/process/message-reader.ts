import { checkMessageHead, MESSAGE_HEAD_BYTES } from './message.ts';

/** Takes one whole message; the payload is the receiver's to keep. */
export type MessageSink = (kind: number, exchange: number, payload: Buffer) => void;

/** Cuts a byte stream into messages.
 *  Guarantees: a payload inside one chunk is a view of that chunk; a longer one is copied once into its own memory. */
export class MessageReader {
  readonly #sink: MessageSink;
  readonly #head = Buffer.alloc(MESSAGE_HEAD_BYTES);
  #headBytes = 0;
  #payload: Buffer | null = null;
  #payloadBytes = 0;

  constructor(sink: MessageSink) {
    this.#sink = sink;
  }

  /** Takes the next bytes of the stream and hands on each message that they complete.
   *  @throws INTERNAL_INVARIANT when the bytes are not of this protocol. */
  push(chunk: Buffer): void {
    let offset = 0;
    while (offset < chunk.length) {
      offset = this.#payload === null ? this.#readHead(chunk, offset) : this.#fillPayload(chunk, offset, this.#payload);
    }
  }

  #readHead(chunk: Buffer, offset: number): number {
    if (this.#headBytes === 0 && chunk.length - offset >= MESSAGE_HEAD_BYTES)
      return this.#begin(chunk, offset, chunk, offset + MESSAGE_HEAD_BYTES);
    const copied = chunk.copy(this.#head, this.#headBytes, offset);
    this.#headBytes += copied;
    return this.#headBytes < MESSAGE_HEAD_BYTES ? offset + copied : this.#begin(this.#head, 0, chunk, offset + copied);
  }

  /** Acts on a complete head; returns where reading goes on in the chunk. */
  #begin(head: Buffer, headOffset: number, chunk: Buffer, offset: number): number {
    const length = head.readUInt32LE(headOffset);
    const kind = head.readUInt8(headOffset + 4);
    checkMessageHead(kind, length);
    if (chunk.length - offset >= length) {
      this.#headBytes = 0;
      this.#sink(kind, head.readUInt32LE(headOffset + 5), chunk.subarray(offset, offset + length));
      return offset + length;
    }
    if (head !== this.#head) head.copy(this.#head, 0, headOffset, headOffset + MESSAGE_HEAD_BYTES);
    this.#payload = Buffer.allocUnsafeSlow(length);
    this.#payloadBytes = 0;
    return offset;
  }

  #fillPayload(chunk: Buffer, offset: number, payload: Buffer): number {
    const copied = chunk.copy(payload, this.#payloadBytes, offset);
    this.#payloadBytes += copied;
    if (this.#payloadBytes === payload.length) {
      this.#payload = null;
      this.#headBytes = 0;
      this.#sink(this.#head.readUInt8(4), this.#head.readUInt32LE(5), payload);
    }
    return offset + copied;
  }
}
