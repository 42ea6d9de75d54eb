import { assert } from '../../../spi/index.ts';
import { type Batch, WEIGHT_MAX } from '../changelog/batch.ts';
import type { ColumnKind } from '../changelog/column.ts';
import type { TextPool } from '../changelog/text-pool.ts';
import { compareLanes } from '../state/compare-lanes.ts';
import { RowLayout } from '../state/row-layout.ts';
import { RowStore } from '../state/row-store.ts';
import type { StateReader } from '../state/state-reader.ts';
import type { StateWriter } from '../state/state-writer.ts';
import { type Changelog, OUTPUT_ROWS, type Stateful } from './operator.ts';

/** One key of an order: which input column, and how. */
export interface SortColumn {
  readonly position: number;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

/** Puts all rows out in order when the input has ended. For bounded queries only: the one micro-batch is the whole input.
 *  @throws INTERNAL_INVARIANT when more was taken away than came in */
export class SortOperator implements Changelog, Stateful {
  readonly #layout: RowLayout;
  readonly #rows: RowStore;
  readonly #compare: (left: number, right: number) => number;
  readonly #outputs: number;
  readonly #output: Changelog;

  /** The first `outputs` of the input columns go out; sort keys may be any of all. */
  constructor(kinds: readonly ColumnKind[], outputs: number, keys: readonly SortColumn[], options: SortOptions, output: Changelog) {
    this.#layout = new RowLayout(kinds);
    this.#rows = new RowStore(this.#layout.width, options.retractions);
    this.#outputs = outputs;
    this.#output = output;
    const orders = keys.map((key) => this.#keyOrder(key, options.pool));
    this.#compare = (left, right) => {
      for (const order of orders) {
        const difference = order(left, right);
        if (difference !== 0) return difference;
      }
      return left - right;
    };
  }

  push(batch: Batch): void {
    const lanes = new Int32Array(batch.rows * this.#layout.width);
    this.#layout.encode(batch.columns, batch.rows, lanes);
    this.#rows.add(lanes, batch.rows, batch.weights, new Int32Array(batch.rows));
  }

  flush(): void {
    const { size, weights } = this.#rows;
    const ids = Int32Array.from({ length: size }, (_, id) => id)
      .filter((id) => weights[id] !== 0)
      .sort(this.#compare);
    for (let from = 0; from < ids.length; from += OUTPUT_ROWS) this.#putOut(ids.subarray(from, from + OUTPUT_ROWS));
    this.#output.flush();
  }

  snapshot(writer: StateWriter): void {
    this.#rows.snapshot(writer);
  }

  restore(reader: StateReader): void {
    this.#rows.restore(reader);
  }

  #putOut(ids: Int32Array): void {
    const weights = ids.map((id) => this.#rows.weights[id] as number);
    assert(
      weights.every((weight) => weight > 0),
      'a bounded query ends with rows, not with rows taken away',
    );
    const columns = this.#layout.decode(this.#rows.lanes, ids, ids.length).slice(0, this.#outputs);
    if (weights.every((weight) => weight <= WEIGHT_MAX)) {
      this.#output.push({ rows: ids.length, columns, weights: Int8Array.from(weights) });
      return;
    }
    ids.forEach((id, row) => {
      const one = this.#layout.decode(this.#rows.lanes, Int32Array.of(id), 1).slice(0, this.#outputs);
      for (let rest = weights[row] ?? 0; rest > 0; rest -= WEIGHT_MAX) {
        this.#output.push({ rows: 1, columns: one, weights: Int8Array.of(Math.min(rest, WEIGHT_MAX)) });
      }
    });
  }

  #keyOrder({ position, descending, nullsFirst }: SortColumn, pool: TextPool): (left: number, right: number) => number {
    const { width } = this.#layout;
    const { lane: flagAt, bit } = this.#layout.flag(position);
    const at = this.#layout.offset(position);
    const compare = compareLanes(this.#layout.kinds[position] ?? 'int32', pool);
    const sign = descending ? -1 : 1;
    const nullSign = nullsFirst ? -1 : 1;
    return (left, right) => {
      const { lanes } = this.#rows;
      const leftNull = ((lanes[left * width + flagAt] as number) & bit) !== 0;
      const rightNull = ((lanes[right * width + flagAt] as number) & bit) !== 0;
      if (leftNull || rightNull) return (Number(leftNull) - Number(rightNull)) * nullSign;
      return compare(lanes, left * width + at, lanes, right * width + at) * sign;
    };
  }
}

/** What a sort needs beside its columns. */
export interface SortOptions {
  readonly retractions: boolean;
  readonly pool: TextPool;
}
