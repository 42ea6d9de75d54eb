import { assert } from '../../../spi/index.ts';
import type { StateReader } from '../state/state-reader.ts';
import type { StateWriter } from '../state/state-writer.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** All different texts of a pipeline, each under a dense number, so that operators work on integers.
 *  Guarantees: equal texts have equal numbers; numbers never change; texts are never given up. */
export class TextPool {
  #bytes: Uint8Array = new Uint8Array(1 << 16);
  #bytesUsed = 0;
  /** Start of each text; one entry more than there are texts. */
  #offsets: Int32Array = new Int32Array(1 << 10);
  #size = 0;
  /** Number + 1 by hash; 0 is free. */
  #slots: Int32Array = new Int32Array(1 << 11);
  readonly #texts: (string | undefined)[] = [];
  #scratch: Uint8Array = new Uint8Array(1 << 10);

  /** How many texts there are. */
  get size(): number {
    return this.#size;
  }

  /** Returns the number of a text given as UTF-8. */
  internBytes(source: Uint8Array, start: number, end: number): number {
    let hash = 0x811c9dc5 ^ (end - start);
    for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ (source[at] as number), 0x01000193);
    hash ^= hash >>> 15;
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const found = this.#slots[slot] as number;
      if (found === 0) return this.#add(source, start, end, slot);
      if (this.#isAt(found - 1, source, start, end)) return found - 1;
    }
  }

  /** Returns the number of a text. */
  intern(text: string): number {
    if (this.#scratch.byteLength < text.length * 3) this.#scratch = new Uint8Array(text.length * 3);
    const { written } = encoder.encodeInto(text, this.#scratch);
    return this.internBytes(this.#scratch, 0, written);
  }

  /** Returns the text of a number. */
  text(id: number): string {
    const known = this.#texts[id];
    if (known !== undefined) return known;
    const text = decoder.decode(this.#bytes.subarray(this.#offsets[id], this.#offsets[id + 1]));
    this.#texts[id] = text;
    return text;
  }

  /** Units: bytes of a text in UTF-8. */
  byteLength(id: number): number {
    return (this.#offsets[id + 1] as number) - (this.#offsets[id] as number);
  }

  /** Copies a text in UTF-8. */
  copyTo(id: number, target: Uint8Array, at: number): void {
    const start = this.#offsets[id] as number;
    const count = (this.#offsets[id + 1] as number) - start;
    for (let index = 0; index < count; index += 1) target[at + index] = this.#bytes[start + index] as number;
  }

  /** Compares by UTF-8 bytes, which is the order of code points: negative, 0 or positive. */
  compare(left: number, right: number): number {
    if (left === right) return 0;
    let a = this.#offsets[left] as number;
    let b = this.#offsets[right] as number;
    const aEnd = this.#offsets[left + 1] as number;
    const bEnd = this.#offsets[right + 1] as number;
    for (; a < aEnd && b < bEnd; a += 1, b += 1) {
      const difference = (this.#bytes[a] as number) - (this.#bytes[b] as number);
      if (difference !== 0) return difference;
    }
    return aEnd - a - (bEnd - b);
  }

  /** Writes all texts. */
  snapshot(writer: StateWriter): void {
    writer.integers(this.#offsets.subarray(0, this.#size + 1));
    writer.bytes(this.#bytes.subarray(0, this.#bytesUsed));
  }

  /** Takes the texts of a snapshot; the pool must be new. */
  restore(reader: StateReader): void {
    assert(this.#size === 0, 'texts are restored before any is made');
    const offsets = reader.integers();
    const bytes = reader.bytes();
    for (let id = 0; id + 1 < offsets.length; id += 1) this.internBytes(bytes, offsets[id] as number, offsets[id + 1] as number);
  }

  #isAt(id: number, source: Uint8Array, start: number, end: number): boolean {
    const from = this.#offsets[id] as number;
    if ((this.#offsets[id + 1] as number) - from !== end - start) return false;
    for (let at = start; at < end; at += 1) if (this.#bytes[from + at - start] !== source[at]) return false;
    return true;
  }

  #add(source: Uint8Array, start: number, end: number, slot: number): number {
    const id = this.#size;
    const needed = this.#bytesUsed + end - start;
    if (needed > this.#bytes.byteLength) this.#bytes = grown(this.#bytes, new Uint8Array(Math.max(needed, this.#bytes.byteLength * 2)));
    if (id + 2 > this.#offsets.length) this.#offsets = grown(this.#offsets, new Int32Array(this.#offsets.length * 2));
    this.#bytes.set(source.subarray(start, end), this.#bytesUsed);
    this.#bytesUsed = needed;
    this.#offsets[id + 1] = needed;
    this.#slots[slot] = id + 1;
    this.#size = id + 1;
    if (this.#size * 2 > this.#slots.length) this.#rehash();
    return id;
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let id = 0; id < this.#size; id += 1) {
      const start = this.#offsets[id] as number;
      const end = this.#offsets[id + 1] as number;
      let hash = 0x811c9dc5 ^ (end - start);
      for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ (this.#bytes[at] as number), 0x01000193);
      hash ^= hash >>> 15;
      let slot = hash & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = id + 1;
    }
    this.#slots = slots;
  }
}

function grown<Values extends Uint8Array | Int32Array>(from: Values, to: Values): Values {
  to.set(from);
  return to;
}
