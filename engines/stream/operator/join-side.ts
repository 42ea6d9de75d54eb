import type { Batch } from '../changelog/batch.ts';
import type { Column, ColumnKind } from '../changelog/column.ts';
import { gatherSlots, growFloat64, growInt32 } from '../state/growing.ts';
import { RowLayout } from '../state/row-layout.ts';
import { RowStore } from '../state/row-store.ts';
import type { StateReader } from '../state/state-reader.ts';
import type { StateWriter } from '../state/state-writer.ts';
import { TidySchedule } from '../state/tidy-schedule.ts';

/** Input columns of a side: first those that go out, then the keys. Rows with a NULL among their keys meet nothing. */
export interface JoinSideShape {
  readonly outputKinds: readonly ColumnKind[];
  readonly keyKinds: readonly ColumnKind[];
  /** Whether rows that meet nothing go out with NULLs in place of the other side. */
  readonly isOuter: boolean;
}

/** What ends a list of entries. */
export const NO_ENTRY = -1;

/** One side's rows, listed by key. Entries of the store are the key's number, then the row. */
export class JoinSide {
  readonly layout: RowLayout;
  /** Units: lanes of an entry. */
  readonly width: number;
  readonly store: RowStore;
  readonly isOuter: boolean;
  /** The newest entry of each key, and the one before of each entry. */
  first: Int32Array = new Int32Array(0);
  next: Int32Array = new Int32Array(0);
  /** How often each entry has gone out alone; for outer sides. */
  alone: Float64Array = new Float64Array(0);
  readonly #schedule = new TidySchedule();
  #linked = 0;
  #keys = 0;

  constructor(shape: JoinSideShape, retractions: boolean) {
    this.layout = new RowLayout(shape.outputKinds);
    this.width = 1 + this.layout.width;
    this.store = new RowStore(this.width, retractions);
    this.isOuter = shape.isOuter;
  }

  /** Makes room for keys below `keys`. */
  reserve(keys: number): void {
    if (keys <= this.#keys) return;
    const reserved = Math.max(keys, this.#keys * 2, 1 << 10);
    this.first = growInt32(this.first, reserved).fill(NO_ENTRY, this.#keys);
    this.#keys = reserved;
  }

  /** Keeps the rows of a batch. */
  add(batch: Batch, columns: readonly Column[], keys: Int32Array): void {
    const lanes = new Int32Array(batch.rows * this.width);
    this.layout.encode(columns, batch.rows, lanes, this.width, 1);
    for (let row = 0; row < batch.rows; row += 1) lanes[row * this.width] = keys[row] as number;
    this.store.add(lanes, batch.rows, batch.weights, new Int32Array(batch.rows));
    this.#link();
  }

  /** Returns how many rows there are of a key. */
  rowsOf(key: number): number {
    let rows = 0;
    for (let entry = this.first[key] as number; entry !== NO_ENTRY; entry = this.next[entry] as number) {
      rows += this.store.weights[entry] as number;
    }
    return rows;
  }

  /** Returns the entries that are not gone, where most are; else null. */
  sparseEntries(): Int32Array | null {
    const { weights, size } = this.store;
    return this.#schedule.keep(size, (entry) => weights[entry] !== 0);
  }

  /** Returns the entries that are not gone. */
  neededEntries(): Int32Array {
    const { weights, size } = this.store;
    return Int32Array.from({ length: size }, (_, entry) => entry).filter((entry) => weights[entry] !== 0);
  }

  /** Keeps only these entries; `keys` has the new number of each key, of which there are `keyCount`. */
  retain(entries: Int32Array, keys: Int32Array, keyCount: number): void {
    this.store.retain(entries, keys);
    if (this.isOuter) this.alone = gatherSlots(this.alone, entries, 1);
    this.#relink(keyCount);
  }

  snapshot(writer: StateWriter): void {
    this.store.snapshot(writer);
    if (this.isOuter) writer.doubles(this.alone.subarray(0, this.store.size));
  }

  restore(reader: StateReader, keys: number): void {
    this.store.restore(reader);
    if (this.isOuter) this.alone = reader.doubles();
    this.#relink(keys);
  }

  #relink(keys: number): void {
    this.first = new Int32Array(0);
    this.next = new Int32Array(0);
    this.#linked = 0;
    this.#keys = 0;
    this.reserve(keys);
    this.#link();
  }

  #link(): void {
    const { lanes, size } = this.store;
    this.next = growInt32(this.next, size);
    if (this.isOuter) this.alone = growFloat64(this.alone, size);
    for (let entry = this.#linked; entry < size; entry += 1) {
      const key = lanes[entry * this.width] as number;
      this.next[entry] = this.first[key] as number;
      this.first[key] = entry;
    }
    this.#linked = size;
  }
}
