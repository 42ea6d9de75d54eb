/** Writes the parts of a state one after the other as bytes that `StateReader` reads back in the same order.
 *  Shape: each part is its length in bytes (32 bits, little endian), padded to 8, then its bytes, padded to 8. */
export class StateWriter {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  bytes(part: Uint8Array): void {
    const header = new Uint8Array(8);
    new DataView(header.buffer).setUint32(0, part.byteLength, true);
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

  /** Returns all parts as one piece. */
  finish(): Uint8Array {
    const whole = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      whole.set(part, at);
      at += part.byteLength;
    }
    return whole;
  }
}
