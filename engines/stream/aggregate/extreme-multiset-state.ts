import type { Column, ColumnKind } from '../changelog/column.ts';
import type { TextPool } from '../changelog/text-pool.ts';
import { weightOf } from '../operator/operator.ts';
import { compareLanes, type LaneOrder } from '../state/compare-lanes.ts';
import { growInt32, renumber } from '../state/growing.ts';
import { RowLayout } from '../state/row-layout.ts';
import { RowStore } from '../state/row-store.ts';
import type { StateReader } from '../state/state-reader.ts';
import type { StateWriter } from '../state/state-writer.ts';
import { TidySchedule } from '../state/tidy-schedule.ts';
import type { AggregateState } from './aggregate-state.ts';

/** Marks a group whose best value was taken away. */
const STALE = -2;
const NONE = -1;

/** `min` and `max` where values may be taken away: all values of each group with their counts, and the best of them.
 *  Units: a value that goes costs a walk over the different values of its group when the result is read. */
export class ExtremeMultisetState implements AggregateState {
  readonly #layout: RowLayout;
  readonly #order: LaneOrder;
  readonly #sign: 1 | -1;
  /** Entries are group, flags, value. */
  readonly #entries: RowStore;
  /** The first entry of each group, and the next of each entry. */
  #first: Int32Array = new Int32Array(0);
  #next: Int32Array = new Int32Array(0);
  #best: Int32Array = new Int32Array(0);
  readonly #schedule = new TidySchedule();
  #reserved = 0;
  #linked = 0;

  /** `sign` is 1 for the greatest value and -1 for the least. */
  constructor(kind: ColumnKind, sign: 1 | -1, pool: TextPool) {
    this.#layout = new RowLayout([kind]);
    this.#order = compareLanes(kind, pool);
    this.#sign = sign;
    this.#entries = new RowStore(1 + this.#layout.width, true);
  }

  reserve(groups: number): void {
    if (groups <= this.#reserved) return;
    const reserved = Math.max(groups, this.#reserved * 2, 1 << 10);
    this.#first = growInt32(this.#first, reserved).fill(NONE, this.#reserved);
    this.#best = growInt32(this.#best, reserved).fill(NONE, this.#reserved);
    this.#reserved = reserved;
  }

  update(groups: Int32Array, rows: number, column: Column | null, weights: Int8Array | null): void {
    if (column === null) return;
    const width = 1 + this.#layout.width;
    const lanes = new Int32Array(rows * width);
    const ids = new Int32Array(rows);
    this.#layout.encode([column], rows, lanes, width, 1);
    for (let row = 0; row < rows; row += 1) lanes[row * width] = groups[row] as number;
    this.#entries.add(lanes, rows, weights, ids);
    this.#link();
    for (let row = 0; row < rows; row += 1) {
      if (lanes[row * width + 1] !== 0 || weightOf(weights, row) === 0) continue;
      this.#settle(groups[row] as number, ids[row] as number);
    }
  }

  result(groups: Int32Array): Column {
    const ids = new Int32Array(groups.length);
    const valid = new Uint8Array(groups.length).fill(1);
    for (let row = 0; row < groups.length; row += 1) {
      const group = groups[row] as number;
      if (this.#best[group] === STALE) this.#search(group);
      const best = this.#best[group] as number;
      if (best === NONE) valid[row] = 0;
      ids[row] = Math.max(best, 0);
    }
    const [column] = this.#layout.decode(this.#entries.lanes, ids, groups.length, 1 + this.#layout.width, 1);
    return { ...(column as Column), valid };
  }

  retain(groups: Int32Array): void {
    const width = 1 + this.#layout.width;
    const numbers = renumber(groups, this.#reserved);
    const { lanes, weights, size } = this.#entries;
    const kept: number[] = [];
    for (let entry = 0; entry < size; entry += 1) {
      if (numbers[lanes[entry * width] as number] !== NONE && weights[entry] !== 0) kept.push(entry);
    }
    this.#entries.retain(Int32Array.from(kept), numbers);
    this.#first = new Int32Array(0);
    this.#best = new Int32Array(0);
    this.#next = new Int32Array(0);
    this.#reserved = 0;
    this.#linked = 0;
    this.reserve(groups.length);
    this.#link();
    this.#best.fill(STALE);
  }

  isSparse(): boolean {
    const { weights, size } = this.#entries;
    return this.#schedule.keep(size, (entry) => weights[entry] !== 0) !== null;
  }

  snapshot(writer: StateWriter): void {
    writer.number(this.#reserved);
    this.#entries.snapshot(writer);
  }

  restore(reader: StateReader): void {
    const reserved = reader.number();
    this.#entries.restore(reader);
    this.#reserved = 0;
    this.#linked = 0;
    this.reserve(reserved);
    this.#link();
    this.#best.fill(STALE);
  }

  /** Adds new entries to the lists of their groups. NULLs are in no list. */
  #link(): void {
    const width = 1 + this.#layout.width;
    const { lanes, size } = this.#entries;
    this.#next = growInt32(this.#next, size);
    for (let entry = this.#linked; entry < size; entry += 1) {
      if (lanes[entry * width + 1] !== 0) continue;
      const group = lanes[entry * width] as number;
      this.#next[entry] = this.#first[group] as number;
      this.#first[group] = entry;
    }
    this.#linked = size;
  }

  /** Takes note that the count of an entry has changed. */
  #settle(group: number, entry: number): void {
    const best = this.#best[group] as number;
    if (best === STALE) return;
    if ((this.#entries.weights[entry] as number) <= 0) {
      if (best === entry) this.#best[group] = STALE;
    } else if (best === NONE || this.#isBetter(entry, best)) this.#best[group] = entry;
  }

  #search(group: number): void {
    let best = NONE;
    for (let entry = this.#first[group] as number; entry !== NONE; entry = this.#next[entry] as number) {
      if ((this.#entries.weights[entry] as number) > 0 && (best === NONE || this.#isBetter(entry, best))) best = entry;
    }
    this.#best[group] = best;
  }

  #isBetter(entry: number, than: number): boolean {
    const width = 1 + this.#layout.width;
    const { lanes } = this.#entries;
    return this.#order(lanes, entry * width + 2, lanes, than * width + 2) * this.#sign > 0;
  }
}
