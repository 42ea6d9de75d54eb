import type { Column } from '../changelog/column.ts';
import { type ColumnProbe, laneProbe, type LaneProbe } from './probe.ts';
import type { StateReader } from './state-reader.ts';
import type { StateWriter } from './state-writer.ts';

const CAPACITY_MIN = 1 << 10;
/** Rows probed between looks at the load. */
const CHUNK_ROWS = 1 << 12;

/** An index from rows of 32-bit lanes to dense numbers, by open addressing.
 *  Guarantees: numbers are given in the order of first appearance and never change. */
export class LaneIndex {
  readonly #width: number;
  readonly #probe: LaneProbe;
  #slots: Int32Array = new Int32Array(CAPACITY_MIN * 2);
  #keys: Int32Array;
  #size = 0;

  constructor(width: number) {
    this.#width = width;
    this.#probe = laneProbe(width);
    this.#keys = new Int32Array(CAPACITY_MIN * width);
  }

  /** How many keys there are. */
  get size(): number {
    return this.#size;
  }

  /** Units: lanes of one key. */
  get width(): number {
    return this.#width;
  }

  /** The lanes of all keys, by number. Valid until the next insertion. */
  get keys(): Int32Array {
    return this.#keys;
  }

  /** Writes the numbers of the first `rows` keys of `lanes` to `ids`, adding what is new. */
  insert(lanes: Int32Array, rows: number, ids: Int32Array): void {
    for (let from = 0; from < rows; from += CHUNK_ROWS) {
      const to = Math.min(rows, from + CHUNK_ROWS);
      this.#reserve(this.#size + to - from);
      this.#size = this.#probe(lanes, from, to, ids, this.#slots, this.#keys, this.#size, true);
    }
  }

  /** As `insert`, for keys that are columns of the probe's kinds. */
  insertColumns(probe: ColumnProbe, columns: readonly Column[], rows: number, ids: Int32Array): void {
    for (let from = 0; from < rows; from += CHUNK_ROWS) {
      const to = Math.min(rows, from + CHUNK_ROWS);
      this.#reserve(this.#size + to - from);
      this.#size = probe(columns, from, to, ids, this.#slots, this.#keys, this.#size, true);
    }
  }

  /** Writes the numbers of the first `rows` keys of `lanes` to `ids`, -1 for unknown ones. */
  find(lanes: Int32Array, rows: number, ids: Int32Array): void {
    this.#probe(lanes, 0, rows, ids, this.#slots, this.#keys, this.#size, false);
  }

  /** Keeps only these keys, which take the numbers from 0 in the order given. Where the first lane is itself a number that changes,
   *  `renumbered` has the new one by the old one. */
  retain(ids: Int32Array, renumbered: Int32Array | null = null): void {
    const width = this.#width;
    const keys = new Int32Array(Math.max(ids.length, CAPACITY_MIN) * width);
    gatherLanes(this.#keys, ids, keys, width, renumbered);
    let capacity = CAPACITY_MIN * 2;
    while (ids.length * 2 > capacity) capacity *= 2;
    this.#keys = keys;
    this.#slots = new Int32Array(capacity);
    this.#size = this.#probe(keys, 0, ids.length, new Int32Array(ids.length), this.#slots, keys, 0, true);
  }

  /** Writes all keys. */
  snapshot(writer: StateWriter): void {
    writer.integers(this.#keys.subarray(0, this.#size * this.#width));
    writer.number(this.#size);
  }

  /** Takes the keys of a snapshot in place of its own. */
  restore(reader: StateReader): void {
    const keys = reader.integers();
    const size = reader.number();
    this.#size = 0;
    this.#slots.fill(0);
    this.insert(keys, size, new Int32Array(size));
  }

  #reserve(size: number): void {
    if (size * this.#width > this.#keys.length) {
      const keys = new Int32Array(Math.max(size * this.#width, this.#keys.length * 2));
      keys.set(this.#keys);
      this.#keys = keys;
    }
    if (size * 2 <= this.#slots.length) return;
    let capacity = this.#slots.length * 2;
    while (size * 2 > capacity) capacity *= 2;
    this.#slots = new Int32Array(capacity);
    // Known keys take the first numbers again when they are added in their order.
    this.#probe(this.#keys, 0, this.#size, new Int32Array(this.#size), this.#slots, this.#keys, 0, true);
  }
}

/** Copies the entries with the numbers given, in their order; `renumbered` has the new first lane by the old one. */
export function gatherLanes(from: Int32Array, ids: Int32Array, to: Int32Array, width: number, renumbered: Int32Array | null = null): void {
  for (let row = 0; row < ids.length; row += 1) {
    const start = (ids[row] as number) * width;
    for (let lane = 0; lane < width; lane += 1) to[row * width + lane] = from[start + lane] as number;
    if (renumbered !== null) to[row * width] = renumbered[from[start] as number] as number;
  }
}
