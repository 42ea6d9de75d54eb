import { PlatformError } from '../../../spi/index.ts';

const LOW_BITS = 28;
const LOW_MASK = 0xfffffff;
const MIDDLE_SCALE = 2 ** LOW_BITS;

/** Walks over the bytes of Avro values.
 *  @throws STORAGE_CORRUPT when the bytes end too early or hold what no writer makes.
 *  @see Avro specification 1.11, "Binary Encoding" */
export class AvroInput {
  readonly bytes: Buffer;
  /** What the bytes are, for messages. */
  readonly what: string;
  /** Offset of the next byte. */
  at: number;

  constructor(bytes: Uint8Array, what: string, at = 0) {
    this.bytes = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.what = what;
    this.at = at;
  }

  get atEnd(): boolean {
    return this.at === this.bytes.length;
  }

  /** Returns a number of at most 32 bits. */
  int(): number {
    const value = this.long();
    if (typeof value !== 'number' || value !== (value | 0)) throw this.corrupt('has a number out of range');
    return value;
  }

  /** Returns a 64-bit number: a bigint from 2^52 on, where it may need more than a double holds. */
  long(): number | bigint {
    const { bytes } = this;
    const first = this.#byte();
    if (first < 0x80) return (first >>> 1) ^ -(first & 1);
    let low = first & 0x7f;
    for (let shift = 7; shift < LOW_BITS; shift += 7) {
      const byte = bytes[this.at++];
      if (byte === undefined) throw this.corrupt('ends early');
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (low >>> 1) ^ -(low & 1);
    }
    return this.#longFrom(low);
  }

  /** Moves past a number. */
  skipLong(): void {
    let length = 1;
    while (this.#byte() >= 0x80) if (++length > 10) throw this.corrupt('has a number out of range');
  }

  /** Returns the length that stands before strings, bytes and blocks. */
  length(): number {
    const length = this.long();
    if (typeof length !== 'number' || length < 0) throw this.corrupt('has a length out of range');
    return length;
  }

  /** Returns the next bytes, not copied. */
  take(length: number): Buffer {
    const start = this.at;
    this.skip(length);
    return this.bytes.subarray(start, this.at);
  }

  /** Moves past bytes. */
  skip(length: number): void {
    if (this.at + length > this.bytes.length) throw this.corrupt('ends early');
    this.at += length;
  }

  text(): string {
    const length = this.length();
    const start = this.at;
    this.skip(length);
    return this.bytes.toString('utf8', start, this.at);
  }

  corrupt(how: string, cause?: unknown): PlatformError {
    return new PlatformError('STORAGE_CORRUPT', `${this.what} ${how}.`, { cause });
  }

  #byte(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw this.corrupt('ends early');
    return byte;
  }

  /** Goes on behind four bytes of seven bits each. */
  #longFrom(low: number): number | bigint {
    let middle = 0;
    let high = 0;
    for (let index = 4; ; index++) {
      const byte = this.#byte();
      if (index < 8) middle |= (byte & 0x7f) << ((index - 4) * 7);
      else high |= (byte & 0x7f) << ((index - 8) * 7);
      if (byte < 0x80) break;
      if (index >= 9) throw this.corrupt('has a number out of range');
    }
    const isNegative = (low & 1) === 1;
    if (high === 0 && middle < 2 ** 25) {
      const unsigned = middle * MIDDLE_SCALE + (low & LOW_MASK);
      return isNegative ? -(unsigned + 1) / 2 : unsigned / 2;
    }
    const unsigned = BigInt(low & LOW_MASK) | (BigInt(middle) << 28n) | (BigInt(high) << 56n);
    if (unsigned >> 64n !== 0n) throw this.corrupt('has a number out of range');
    return isNegative ? -(unsigned >> 1n) - 1n : unsigned >> 1n;
  }
}
