import type { Batch } from '../changelog/batch.ts';
import type { ColumnKind } from '../changelog/column.ts';
import { RowLayout } from '../state/row-layout.ts';
import { RowStore } from '../state/row-store.ts';
import { repeatRows } from './repeat-rows.ts';

/** Rows of a scan that came too late in one micro-batch. A row that was taken away and added again, as when its file was rewritten, is none. */
export class LateRows {
  readonly #layout: RowLayout;
  readonly #rows: RowStore;

  constructor(kinds: readonly ColumnKind[]) {
    this.#layout = new RowLayout(kinds);
    this.#rows = new RowStore(this.#layout.width, true);
  }

  /** How many rows there are, added and taken away. */
  get rowCount(): number {
    let count = 0;
    for (let id = 0; id < this.#rows.size; id += 1) count += Math.abs(this.#rows.weights[id] as number);
    return count;
  }

  add(batch: Batch): void {
    const lanes = new Int32Array(batch.rows * this.#layout.width);
    this.#layout.encode(batch.columns, batch.rows, lanes);
    this.#rows.add(lanes, batch.rows, batch.weights, new Int32Array(batch.rows));
  }

  /** Yields the rows that were added (1) or taken away (-1). */
  batches(change: 1 | -1): Generator<Batch> {
    return repeatRows(this.#layout, this.#rows, change);
  }
}
