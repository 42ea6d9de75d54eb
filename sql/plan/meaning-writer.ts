const FIRST_BYTES = 4096;
/** What is larger is not kept for the next plan. */
const KEPT_BYTES_MAX = 65536;
const ASCII_END = 0x80;

/** Writes values as bytes so that different sequences of calls give different bytes. */
export class MeaningWriter {
  /** By column id, the number in the order in which ids came, from 1; 0 or nothing for an id that did not come yet. */
  #numbers: number[] = [];
  #known = 0;
  #bytes = new Uint8Array(FIRST_BYTES);
  #length = 0;

  /** Forgets what was written. */
  reset(): void {
    this.#numbers = [];
    this.#known = 0;
    this.#length = 0;
    if (this.#bytes.length > KEPT_BYTES_MAX) this.#bytes = new Uint8Array(FIRST_BYTES);
  }

  /** Returns what was written; valid until something more is. */
  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Writes a whole number from 0 to 2^32 - 1: seven bits a byte, the lowest first. */
  number(value: number): void {
    this.#reserve(5);
    let rest = value;
    while (rest > 0x7f) {
      this.#bytes[this.#length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.#length++] = rest;
  }

  flag(value: boolean): void {
    this.number(value ? 1 : 0);
  }

  /** Writes an id as its number in the order in which ids came. */
  id(id: number): void {
    let number = this.#numbers[id] ?? 0;
    if (number === 0) {
      this.#known += 1;
      number = this.#known;
      this.#numbers[id] = number;
    }
    this.number(number);
  }

  /** Writes the length, and the units of UTF-16, each in one byte when all are ASCII, else in two. */
  text(value: string): void {
    const { length } = value;
    this.number(length);
    this.#reserve(2 * length + 1);
    const form = this.#length++;
    const start = this.#length;
    for (let index = 0; index < length; index++) {
      const unit = value.charCodeAt(index);
      if (unit >= ASCII_END) {
        this.#length = start;
        this.#bytes[form] = 2;
        this.#wide(value);
        return;
      }
      this.#bytes[this.#length++] = unit;
    }
    this.#bytes[form] = 1;
  }

  #wide(value: string): void {
    for (let index = 0; index < value.length; index++) {
      const unit = value.charCodeAt(index);
      this.#bytes[this.#length++] = unit & 0xff;
      this.#bytes[this.#length++] = unit >> 8;
    }
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + count));
    grown.set(this.bytes());
    this.#bytes = grown;
  }
}
