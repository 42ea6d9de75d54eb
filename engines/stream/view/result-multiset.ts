import { assert } from '../../../spi/index.ts';
import type { Batch } from '../changelog/batch.ts';
import type { ColumnKind } from '../changelog/column.ts';
import { growFloat64, growInt32 } from '../state/growing.ts';
import { RowLayout } from '../state/row-layout.ts';
import { RowStore } from '../state/row-store.ts';
import type { StateReader } from '../state/state-reader.ts';
import type { StateWriter } from '../state/state-writer.ts';
import { TidySchedule } from '../state/tidy-schedule.ts';
import { TouchedSet } from '../state/touched-set.ts';
import { repeatRows } from './repeat-rows.ts';

/** The rows of a result that may still change, each different row once with its weight. */
export class ResultMultiset {
  readonly #layout: RowLayout;
  readonly #rows: RowStore;
  readonly #touched = new TouchedSet();
  /** The weights when `settle` was called last. */
  #settled: Float64Array = new Float64Array(0);
  #lanes: Int32Array = new Int32Array(0);
  #ids: Int32Array = new Int32Array(0);
  #rowCount = 0;
  readonly #schedule = new TidySchedule();

  constructor(kinds: readonly ColumnKind[]) {
    this.#layout = new RowLayout(kinds);
    this.#rows = new RowStore(this.#layout.width, true);
  }

  /** How many rows there are, each as often as its weight says; as of the last `settle`. */
  get rowCount(): number {
    return this.#rowCount;
  }

  /** Adds up changes of the result. */
  add(batch: Batch): void {
    this.#lanes = growInt32(this.#lanes, batch.rows * this.#layout.width);
    this.#ids = growInt32(this.#ids, batch.rows);
    this.#layout.encode(batch.columns, batch.rows, this.#lanes);
    this.#rows.add(this.#lanes, batch.rows, batch.weights, this.#ids);
    this.#touched.add(this.#ids, batch.rows, this.#rows.size);
  }

  /** Ends a micro-batch; returns whether any row's weight is another than at the last call.
   *  @throws INTERNAL_INVARIANT when a row is taken away more often than it was added */
  settle(): boolean {
    const { weights, size } = this.#rows;
    this.#settled = growFloat64(this.#settled, size);
    let changed = false;
    for (const id of this.#touched.take()) {
      const [before, now] = [this.#settled[id] as number, weights[id] as number];
      assert(now >= 0, 'no row of a result is taken away more often than it was added');
      this.#settled[id] = now;
      this.#rowCount += now - before;
      if (now !== before) changed = true;
    }
    const kept = this.#schedule.keep(size, (id) => weights[id] !== 0);
    if (kept !== null) this.#tidy(kept);
    return changed;
  }

  /** Yields all rows. Must not be mixed with changes. */
  batches(): Generator<Batch> {
    return repeatRows(this.#layout, this.#rows, 1);
  }

  /** Writes all rows; called when they are settled. */
  snapshot(writer: StateWriter): void {
    this.#rows.snapshot(writer);
  }

  restore(reader: StateReader): void {
    this.#rows.restore(reader);
    this.#settled = this.#rows.weights.slice(0, this.#rows.size);
    for (const weight of this.#settled) this.#rowCount += weight;
  }

  #tidy(kept: Int32Array): void {
    this.#rows.retain(kept);
    this.#settled = this.#rows.weights.slice(0, this.#rows.size);
  }
}
