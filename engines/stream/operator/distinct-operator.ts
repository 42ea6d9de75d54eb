import { type Batch } from '../changelog/batch.ts';
import { type ColumnKind, gatherColumn } from '../changelog/column.ts';
import { RowLayout } from '../state/row-layout.ts';
import { RowStore } from '../state/row-store.ts';
import type { StateReader } from '../state/state-reader.ts';
import type { StateWriter } from '../state/state-writer.ts';
import { growUint8 } from '../state/growing.ts';
import { TidySchedule } from '../state/tidy-schedule.ts';
import { TouchedSet } from '../state/touched-set.ts';
import { type Changelog, OUTPUT_ROWS, type Stateful } from './operator.ts';

/** Puts each different row out once, as long as its weights sum up to more than 0. NULLs are alike.
 *  Guarantees: without retractions a row goes out when it first comes in; with them, changes go out at the end of the micro-batch. */
export class DistinctOperator implements Changelog, Stateful {
  readonly #layout: RowLayout;
  readonly #rows: RowStore;
  readonly #retractions: boolean;
  readonly #output: Changelog;
  readonly #touched = new TouchedSet();
  readonly #schedule = new TidySchedule();
  #present: Uint8Array = new Uint8Array(0);
  #lanes: Int32Array = new Int32Array(0);
  #ids: Int32Array = new Int32Array(0);

  constructor(kinds: readonly ColumnKind[], retractions: boolean, output: Changelog) {
    this.#layout = new RowLayout(kinds);
    // Equal rows have to meet in one entry, whatever comes.
    this.#rows = new RowStore(this.#layout.width, true);
    this.#retractions = retractions;
    this.#output = output;
  }

  push(batch: Batch): void {
    const { rows } = batch;
    if (this.#ids.length < rows) {
      this.#ids = new Int32Array(rows);
      this.#lanes = new Int32Array(rows * this.#layout.width);
    }
    const before = this.#rows.size;
    this.#layout.encode(batch.columns, rows, this.#lanes);
    this.#rows.add(this.#lanes, rows, batch.weights, this.#ids);
    this.#present = growUint8(this.#present, this.#rows.size);
    if (this.#retractions) this.#touched.add(this.#ids, rows, this.#rows.size);
    else this.#putOutNew(batch, before);
  }

  flush(): void {
    const touched = this.#touched.take();
    for (let from = 0; from < touched.length; from += OUTPUT_ROWS) this.#putOutChanges(touched.subarray(from, from + OUTPUT_ROWS));
    this.#tidy();
    this.#output.flush();
  }

  snapshot(writer: StateWriter): void {
    this.#rows.snapshot(writer);
    writer.bytes(this.#present.subarray(0, this.#rows.size));
  }

  restore(reader: StateReader): void {
    this.#rows.restore(reader);
    this.#present = new Uint8Array(reader.bytes());
  }

  #tidy(): void {
    const { weights, size } = this.#rows;
    const kept = this.#schedule.keep(size, (id) => weights[id] !== 0);
    if (kept === null) return;
    const present = this.#present;
    this.#rows.retain(kept);
    this.#present = Uint8Array.from(kept, (id) => present[id] as number);
  }

  #putOutNew(batch: Batch, before: number): void {
    const first = new Int32Array(this.#rows.size - before);
    let next = 0;
    for (let row = 0; row < batch.rows && next < first.length; row += 1) {
      // Numbers are given in the order of first appearance.
      if (this.#ids[row] === before + next) first[next++] = row;
    }
    if (next > 0) this.#output.push({ rows: next, columns: batch.columns.map((column) => gatherColumn(column, first)), weights: null });
  }

  #putOutChanges(touched: Int32Array): void {
    const changed = new Int32Array(touched.length);
    const weights = new Int8Array(touched.length);
    let rows = 0;
    for (let row = 0; row < touched.length; row += 1) {
      const id = touched[row] as number;
      const present = (this.#rows.weights[id] as number) > 0 ? 1 : 0;
      if (present === this.#present[id]) continue;
      this.#present[id] = present;
      changed[rows] = id;
      weights[rows] = present === 1 ? 1 : -1;
      rows += 1;
    }
    if (rows > 0)
      this.#output.push({ rows, columns: this.#layout.decode(this.#rows.lanes, changed, rows), weights: weights.subarray(0, rows) });
  }
}
