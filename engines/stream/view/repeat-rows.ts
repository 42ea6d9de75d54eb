import type { Batch } from '../changelog/batch.ts';
import { OUTPUT_ROWS } from '../operator/operator.ts';
import type { RowLayout } from '../state/row-layout.ts';
import type { RowStore } from '../state/row-store.ts';

/** Yields the rows that a store has more often than it lost them (sign 1), or the reverse (-1), each as often as its weight says. Must not be
 *  mixed with changes of the store.
 *  Shape: batches without weights. */
export function* repeatRows(layout: RowLayout, { lanes, weights, size }: RowStore, sign: 1 | -1): Generator<Batch> {
  const ids = new Int32Array(OUTPUT_ROWS);
  let rows = 0;
  for (let id = 0; id < size; id += 1) {
    for (let copy = (weights[id] as number) * sign; copy > 0; copy -= 1) {
      ids[rows] = id;
      rows += 1;
      if (rows < OUTPUT_ROWS) continue;
      yield { rows, columns: layout.decode(lanes, ids, rows), weights: null };
      rows = 0;
    }
  }
  if (rows > 0) yield { rows, columns: layout.decode(lanes, ids, rows), weights: null };
}
