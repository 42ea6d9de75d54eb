const HEX = '0123456789abcdef';
const encoder = new TextEncoder();

/** Growing bytes with the few ways of writing that text formats need. */
export class ByteWriter {
  #bytes: Uint8Array;
  #length = 0;

  constructor(capacityBytes: number) {
    this.#bytes = new Uint8Array(capacityBytes);
  }

  /** Writes one byte. */
  byte(value: number): void {
    if (this.#length === this.#bytes.byteLength) this.#grow(1);
    this.#bytes[this.#length] = value;
    this.#length += 1;
  }

  /** Writes a text that holds ASCII characters only. */
  ascii(text: string): void {
    const count = text.length;
    if (this.#length + count > this.#bytes.byteLength) this.#grow(count);
    for (let index = 0; index < count; index += 1) this.#bytes[this.#length + index] = text.charCodeAt(index);
    this.#length += count;
  }

  /** Writes any text as UTF-8. */
  text(text: string): void {
    this.raw(encoder.encode(text), 0, Infinity);
  }

  /** Copies bytes `start` to `end` of `source`. */
  raw(source: Uint8Array, start: number, end: number): void {
    const stop = Math.min(end, source.byteLength);
    const count = stop - start;
    if (this.#length + count > this.#bytes.byteLength) this.#grow(count);
    if (count > 32) this.#bytes.set(source.subarray(start, stop), this.#length);
    else for (let index = 0; index < count; index += 1) this.#bytes[this.#length + index] = source[start + index] ?? 0;
    this.#length += count;
  }

  /** Writes an integer of at most 53 bits. */
  integer(value: number): void {
    if (this.#length + 20 > this.#bytes.byteLength) this.#grow(20);
    let rest = value;
    if (rest < 0) {
      this.#bytes[this.#length] = 0x2d;
      this.#length += 1;
      rest = -rest;
    }
    let digits = 1;
    for (let bound = 10; rest >= bound; bound *= 10) digits += 1;
    for (let at = this.#length + digits - 1; at >= this.#length; at -= 1) {
      const next = Math.floor(rest / 10);
      this.#bytes[at] = 0x30 + (rest - next * 10);
      rest = next;
    }
    this.#length += digits;
  }

  /** Writes UTF-8 bytes as a JSON string. */
  jsonString(source: Uint8Array, start: number, end: number): void {
    const most = (end - start) * 6 + 2;
    if (this.#length + most > this.#bytes.byteLength) this.#grow(most);
    const bytes = this.#bytes;
    let at = this.#length;
    bytes[at++] = 0x22;
    for (let index = start; index < end; index += 1) {
      const value = source[index] ?? 0;
      if (value >= 0x20 && value !== 0x22 && value !== 0x5c) bytes[at++] = value;
      else at = writeEscape(bytes, at, value);
    }
    bytes[at++] = 0x22;
    this.#length = at;
  }

  /** Writes bytes as a CSV field: in quotes when it is empty or holds a quote, a comma or a line break.
   *  @see RFC 4180 */
  csvField(source: Uint8Array, start: number, end: number): void {
    const most = (end - start) * 2 + 2;
    if (this.#length + most > this.#bytes.byteLength) this.#grow(most);
    let quoted = start === end;
    for (let index = start; index < end && !quoted; index += 1) {
      const value = source[index] ?? 0;
      quoted = value === 0x22 || value === 0x2c || value === 0x0a || value === 0x0d;
    }
    if (!quoted) {
      this.raw(source, start, end);
      return;
    }
    const bytes = this.#bytes;
    let at = this.#length;
    bytes[at++] = 0x22;
    for (let index = start; index < end; index += 1) {
      const value = source[index] ?? 0;
      if (value === 0x22) bytes[at++] = 0x22;
      bytes[at++] = value;
    }
    bytes[at++] = 0x22;
    this.#length = at;
  }

  get length(): number {
    return this.#length;
  }

  /** Returns what was written since the start; valid until the next write. */
  written(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Forgets what was written and keeps the memory. */
  reset(): void {
    this.#length = 0;
  }

  #grow(needed: number): void {
    const grown = new Uint8Array(Math.max(this.#bytes.byteLength * 2, this.#length + needed));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

const SHORT_ESCAPES: Readonly<Record<number, number>> = { 8: 0x62, 9: 0x74, 10: 0x6e, 12: 0x66, 13: 0x72, 34: 0x22, 92: 0x5c };

function writeEscape(bytes: Uint8Array, offset: number, value: number): number {
  let at = offset;
  bytes[at++] = 0x5c;
  const short = SHORT_ESCAPES[value];
  if (short !== undefined) {
    bytes[at++] = short;
    return at;
  }
  bytes[at++] = 0x75;
  bytes[at++] = 0x30;
  bytes[at++] = 0x30;
  bytes[at++] = HEX.charCodeAt(value >> 4);
  bytes[at++] = HEX.charCodeAt(value & 15);
  return at;
}
