import type { AggregateState } from '../aggregate/aggregate-state.ts';
import { CountState } from '../aggregate/count-state.ts';
import { type Batch } from '../changelog/batch.ts';
import { type Column, type ColumnKind, gatherColumn } from '../changelog/column.ts';
import { growInt32, growUint8 } from '../state/growing.ts';
import { gatherLanes, LaneIndex } from '../state/lane-index.ts';
import { type ColumnProbe, columnProbe } from '../state/probe.ts';
import { RowLayout } from '../state/row-layout.ts';
import type { StateReader } from '../state/state-reader.ts';
import type { StateWriter } from '../state/state-writer.ts';
import { TidySchedule } from '../state/tidy-schedule.ts';
import { TouchedSet } from '../state/touched-set.ts';
import { findClosedGroups, type GroupWindows } from './closed-groups.ts';
import { type Changelog, OUTPUT_ROWS, type Stateful, type Windowed } from './operator.ts';

/** An aggregate and where its argument is in the input. */
export interface AggregateSlot {
  readonly state: AggregateState;
  /** Null for `count(*)`. */
  readonly position: number | null;
  readonly kind: ColumnKind;
}

/** What an aggregation is made of. */
export interface AggregateShape {
  /** Kinds of the group columns, which are the first of the input. */
  readonly groupKinds: readonly ColumnKind[];
  readonly slots: readonly AggregateSlot[];
  /** False when nothing is ever taken away and there is one micro-batch only. */
  readonly retractions: boolean;
  /** Group columns that are windows of event time; null when groups are never closed. */
  readonly windows: GroupWindows | null;
}

/** Groups rows and aggregates; puts out group columns, then aggregate columns.
 *  Guarantees: at the end of a micro-batch, each group that changed takes its old row back and gives its new one; a group without rows has no
 *  row, but the one group of no group columns always has one. */
export class AggregateOperator implements Changelog, Stateful, Windowed {
  readonly #shape: AggregateShape;
  readonly #output: Changelog;
  readonly #groupLayout: RowLayout;
  readonly #resultLayout: RowLayout;
  readonly #index: LaneIndex;
  /** How many rows a group has: those of `count(*)` where the query asks for that, too. */
  readonly #rows: CountState;
  readonly #states: readonly AggregateState[];
  readonly #probe: ColumnProbe | null;
  readonly #touched = new TouchedSet();
  readonly #schedule = new TidySchedule();
  #lanes: Int32Array = new Int32Array(0);
  #ids: Int32Array = new Int32Array(0);
  /** What was put out for each group: whether, and the values. */
  #present: Uint8Array = new Uint8Array(0);
  #given: Int32Array = new Int32Array(0);

  constructor(shape: AggregateShape, output: Changelog) {
    this.#shape = shape;
    this.#output = output;
    this.#groupLayout = new RowLayout(shape.groupKinds);
    this.#resultLayout = new RowLayout(shape.slots.map((slot) => slot.kind));
    this.#index = new LaneIndex(this.#groupLayout.width);
    this.#probe = columnProbe(shape.groupKinds);
    const states = shape.slots.map((slot) => slot.state);
    const counted = shape.slots.find(({ position }) => position === null)?.state;
    this.#rows = counted instanceof CountState ? counted : new CountState();
    this.#states = counted === this.#rows ? states : [this.#rows, ...states];
    if (this.#isGlobal()) this.#addGlobalGroup();
  }

  push(batch: Batch): void {
    const { rows, columns, weights } = batch;
    if (this.#ids.length < rows) this.#ids = new Int32Array(rows);
    if (!this.#isGlobal()) {
      this.#insert(columns.slice(0, this.#shape.groupKinds.length), rows);
      this.#reserve();
      this.#touched.add(this.#ids, rows, this.#index.size);
    } else this.#touched.add(this.#ids, 1, 1);
    if (this.#states.length > this.#shape.slots.length) this.#rows.update(this.#ids, rows, null, weights);
    for (const { state, position } of this.#shape.slots) {
      state.update(this.#ids, rows, position === null ? null : (columns[position] as Column), weights);
    }
  }

  flush(): void {
    const touched = this.#touched.take();
    for (let from = 0; from < touched.length; from += OUTPUT_ROWS) this.#putOut(touched.subarray(from, from + OUTPUT_ROWS));
    this.#tidy();
    this.#output.flush();
  }

  closeWindows(watermarkUs: bigint): void {
    const { windows } = this.#shape;
    if (windows === null) return;
    const { closed, open } = findClosedGroups(windows, watermarkUs, this.#groupLayout, this.#index);
    if (closed.length === 0) return;
    if (windows.final) {
      const given = closed.filter((group) => this.#present[group] === 1);
      for (let from = 0; from < given.length; from += OUTPUT_ROWS) this.#takeBack(given.subarray(from, from + OUTPUT_ROWS));
    }
    this.#retain(open);
  }

  snapshot(writer: StateWriter): void {
    this.#index.snapshot(writer);
    for (const state of this.#states) state.snapshot(writer);
    writer.bytes(this.#present.subarray(0, this.#index.size));
    writer.integers(this.#given.subarray(0, this.#index.size * this.#resultLayout.width));
  }

  restore(reader: StateReader): void {
    this.#index.restore(reader);
    for (const state of this.#states) state.restore(reader);
    this.#present = new Uint8Array(reader.bytes());
    this.#given = reader.integers();
    this.#reserve();
    this.#touched.take();
    // The one group was put out when it was made.
    if (this.#isGlobal() && this.#present[0] === 0) this.#touched.add(this.#ids.length === 0 ? new Int32Array(1) : this.#ids, 1, 1);
  }

  #isGlobal(): boolean {
    return this.#shape.groupKinds.length === 0;
  }

  #insert(groups: readonly Column[], rows: number): void {
    if (this.#probe !== null) {
      this.#index.insertColumns(this.#probe, groups, rows, this.#ids);
      return;
    }
    this.#lanes = growInt32(this.#lanes, rows * this.#groupLayout.width);
    this.#groupLayout.encode(groups, rows, this.#lanes);
    this.#index.insert(this.#lanes, rows, this.#ids);
  }

  #addGlobalGroup(): void {
    const one = new Int32Array(1);
    this.#index.insert(new Int32Array(this.#groupLayout.width), 1, one);
    this.#reserve();
    this.#touched.add(one, 1, 1);
  }

  #reserve(): void {
    const groups = this.#index.size;
    for (const state of this.#states) state.reserve(groups);
    if (!this.#shape.retractions) return;
    this.#present = growUint8(this.#present, groups);
    this.#given = growInt32(this.#given, groups * this.#resultLayout.width);
  }

  #exists(group: number): boolean {
    return this.#isGlobal() || (this.#rows.counts[group] as number) > 0;
  }

  #putOut(touched: Int32Array): void {
    const alive = touched.filter((group) => this.#exists(group));
    const results = this.#shape.slots.map((slot) => slot.state.result(alive));
    if (!this.#shape.retractions) {
      this.#push(alive, results, null);
      return;
    }
    const { width } = this.#resultLayout;
    const lanes = new Int32Array(alive.length * width);
    this.#resultLayout.encode(results, alive.length, lanes);
    const changed = this.#changedRows(alive, lanes);
    const old = this.#takenBack(touched, alive, changed);
    if (old.length > 0) {
      this.#takeBack(old);
      for (const group of old) this.#present[group] = 0;
    }
    this.#remember(alive, changed, lanes);
    const fresh = changed.map((row) => alive[row] as number);
    if (fresh.length > 0) {
      this.#push(
        fresh,
        results.map((column) => gatherColumn(column, changed)),
        null,
      );
    }
  }

  #takeBack(groups: Int32Array): void {
    this.#push(groups, this.#resultLayout.decode(this.#given, groups, groups.length), new Int8Array(groups.length).fill(-1));
  }

  /** Drops the state of all other groups; those kept take new numbers. */
  #retain(groups: Int32Array): void {
    const { width } = this.#resultLayout;
    const [present, given] = [this.#present, new Int32Array(groups.length * width)];
    gatherLanes(this.#given, groups, given, width);
    this.#present = Uint8Array.from(groups, (group) => present[group] as number);
    this.#given = given;
    this.#index.retain(groups);
    for (const state of this.#states) state.retain(groups);
    this.#reserve();
  }

  #tidy(): void {
    if (!this.#shape.retractions) return;
    const kept = this.#schedule.keep(this.#index.size, (group) => this.#exists(group));
    if (kept !== null) this.#retain(kept);
    else if (this.#states.some((state) => state.isSparse?.() === true)) {
      this.#retain(Int32Array.from({ length: this.#index.size }, (_, group) => group));
    }
  }

  /** Takes note of what is put out for the changed rows of `alive`. */
  #remember(alive: Int32Array, changed: Int32Array, lanes: Int32Array): void {
    const { width } = this.#resultLayout;
    const given = this.#given;
    for (let index = 0; index < changed.length; index += 1) {
      const row = changed[index] as number;
      const group = alive[row] as number;
      this.#present[group] = 1;
      for (let lane = 0; lane < width; lane += 1) given[group * width + lane] = lanes[row * width + lane] as number;
    }
  }

  /** Returns the rows of `alive` whose values differ from what was put out. */
  #changedRows(alive: Int32Array, lanes: Int32Array): Int32Array {
    const { width } = this.#resultLayout;
    const given = this.#given;
    const present = this.#present;
    const changed = new Int32Array(alive.length);
    let size = 0;
    for (let row = 0; row < alive.length; row += 1) {
      const group = alive[row] as number;
      let same = present[group] === 1;
      for (let lane = 0; lane < width && same; lane += 1) same = lanes[row * width + lane] === given[group * width + lane];
      if (same) continue;
      changed[size] = row;
      size += 1;
    }
    return changed.subarray(0, size);
  }

  /** Returns the groups whose old row goes: it is replaced, or the group has no rows any more. */
  #takenBack(touched: Int32Array, alive: Int32Array, changed: Int32Array): Int32Array {
    const replaced = changed.map((row) => alive[row] as number).filter((group) => this.#present[group] === 1);
    const gone = touched.filter((group) => !this.#exists(group) && this.#present[group] === 1);
    const all = new Int32Array(replaced.length + gone.length);
    all.set(replaced);
    all.set(gone, replaced.length);
    return all;
  }

  #push(groups: Int32Array, results: readonly Column[], weights: Int8Array | null): void {
    if (groups.length === 0) return;
    const keys = this.#groupLayout.decode(this.#index.keys, groups, groups.length);
    this.#output.push({ rows: groups.length, columns: [...keys, ...results], weights });
  }
}
