/** Parts below this are put together: each piece costs a system call. Units: bytes. */
const PIECE_BYTES_MIN = 1 << 16;

/** Writes the parts of a state one after the other as bytes that `StateReader` reads back in the same order.
 *  Shape: each part is its length in bytes (64 bits, little endian), then its bytes, padded to 8. Parts are not copied before they are read out. */
export class StateWriter {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  /** Units: bytes of all parts. */
  get byteLength(): number {
    return this.#length;
  }

  bytes(part: Uint8Array): void {
    const header = new Uint8Array(8);
    new DataView(header.buffer).setBigUint64(0, BigInt(part.byteLength), true);
    this.#parts.push(header, part, new Uint8Array(-part.byteLength & 7));
    this.#length += 8 + part.byteLength + (-part.byteLength & 7);
  }

  integers(part: Int32Array): void {
    this.bytes(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
  }

  doubles(part: Float64Array): void {
    this.bytes(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
  }

  number(value: number): void {
    this.doubles(Float64Array.of(value));
  }

  text(value: string): void {
    this.bytes(new TextEncoder().encode(value));
  }

  /** Yields all bytes in pieces that are worth a write each. */
  *pieces(): Generator<Uint8Array> {
    let small: Uint8Array[] = [];
    let smallBytes = 0;
    for (const part of this.#parts) {
      if (part.byteLength < PIECE_BYTES_MIN) {
        small.push(part);
        smallBytes += part.byteLength;
        if (smallBytes < PIECE_BYTES_MIN) continue;
      }
      if (small.length > 0) yield joined(small, smallBytes);
      small = [];
      smallBytes = 0;
      if (part.byteLength >= PIECE_BYTES_MIN) yield part;
    }
    if (small.length > 0) yield joined(small, smallBytes);
  }

  /** Returns all parts as one piece. */
  finish(): Uint8Array {
    return joined(this.#parts, this.#length);
  }
}

function joined(parts: readonly Uint8Array[], byteLength: number): Uint8Array {
  const whole = new Uint8Array(byteLength);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}
