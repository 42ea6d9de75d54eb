import type { Column, ColumnKind } from '../changelog/column.ts';
import { weightOf } from '../operator/operator.ts';
import { gatherSlots, growFloat64, renumber } from '../state/growing.ts';
import { LaneIndex } from '../state/lane-index.ts';
import { RowLayout } from '../state/row-layout.ts';
import type { StateReader } from '../state/state-reader.ts';
import type { StateWriter } from '../state/state-writer.ts';
import { TidySchedule } from '../state/tidy-schedule.ts';
import type { AggregateState } from './aggregate-state.ts';

/** An aggregate over the different values of each group: the aggregate within sees a value come when its count rises above 0, and go when it
 *  falls back. */
export class DistinctArgumentState implements AggregateState {
  readonly #inner: AggregateState;
  readonly #layout: RowLayout;
  readonly #index: LaneIndex;
  #counts: Float64Array = new Float64Array(0);
  #groups = 0;
  readonly #schedule = new TidySchedule();

  constructor(kind: ColumnKind, inner: AggregateState) {
    this.#inner = inner;
    this.#layout = new RowLayout([kind]);
    this.#index = new LaneIndex(1 + this.#layout.width);
  }

  reserve(groups: number): void {
    this.#groups = Math.max(this.#groups, groups);
    this.#inner.reserve(groups);
  }

  update(groups: Int32Array, rows: number, column: Column | null, weights: Int8Array | null): void {
    if (column === null) return;
    const width = 1 + this.#layout.width;
    const lanes = new Int32Array(rows * width);
    const ids = new Int32Array(rows);
    this.#layout.encode([column], rows, lanes, width, 1);
    for (let row = 0; row < rows; row += 1) lanes[row * width] = groups[row] as number;
    this.#index.insert(lanes, rows, ids);
    this.#counts = growFloat64(this.#counts, this.#index.size);
    const changes = new Int8Array(rows);
    for (let row = 0; row < rows; row += 1) {
      const before = this.#counts[ids[row] as number] as number;
      const after = before + weightOf(weights, row);
      this.#counts[ids[row] as number] = after;
      changes[row] = Number(after > 0) - Number(before > 0);
    }
    this.#inner.update(groups, rows, column, changes);
  }

  result(groups: Int32Array): Column {
    return this.#inner.result(groups);
  }

  retain(groups: Int32Array): void {
    const width = 1 + this.#layout.width;
    const numbers = renumber(groups, this.#groups);
    const { keys, size } = this.#index;
    const kept: number[] = [];
    for (let entry = 0; entry < size; entry += 1) {
      if (numbers[keys[entry * width] as number] !== -1 && this.#counts[entry] !== 0) kept.push(entry);
    }
    const ids = Int32Array.from(kept);
    this.#index.retain(ids, numbers);
    this.#counts = gatherSlots(this.#counts, ids, 1);
    this.#groups = groups.length;
    this.#inner.retain(groups);
  }

  isSparse(): boolean {
    const counts = this.#counts;
    const own = this.#schedule.keep(this.#index.size, (entry) => counts[entry] !== 0) !== null;
    return own || this.#inner.isSparse?.() === true;
  }

  snapshot(writer: StateWriter): void {
    this.#index.snapshot(writer);
    writer.doubles(this.#counts.subarray(0, this.#index.size));
    this.#inner.snapshot(writer);
  }

  restore(reader: StateReader): void {
    this.#index.restore(reader);
    this.#counts = reader.doubles();
    this.#inner.restore(reader);
  }
}
