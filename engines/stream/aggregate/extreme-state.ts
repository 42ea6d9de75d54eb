import type { Column, ColumnKind } from '../changelog/column.ts';
import type { TextPool } from '../changelog/text-pool.ts';
import { compareLanes, type LaneOrder } from '../state/compare-lanes.ts';
import { growInt32 } from '../state/growing.ts';
import { gatherLanes } from '../state/lane-index.ts';
import { RowLayout } from '../state/row-layout.ts';
import type { StateReader } from '../state/state-reader.ts';
import type { StateWriter } from '../state/state-writer.ts';
import type { AggregateState } from './aggregate-state.ts';

/** Where the value lies in the layout of one column, after its flags. */
const VALUE_AT = 1;

/** `min` and `max` where nothing is taken away: the best value of each group so far. */
export class ExtremeState implements AggregateState {
  readonly #layout: RowLayout;
  readonly #order: LaneOrder;
  readonly #sign: 1 | -1;
  #best: Int32Array;
  #reserved = 0;
  #lanes: Int32Array = new Int32Array(0);

  /** `sign` is 1 for the greatest value and -1 for the least. */
  constructor(kind: ColumnKind, sign: 1 | -1, pool: TextPool) {
    this.#layout = new RowLayout([kind]);
    this.#order = compareLanes(kind, pool);
    this.#sign = sign;
    this.#best = new Int32Array(0);
  }

  reserve(groups: number): void {
    if (groups <= this.#reserved) return;
    const reserved = Math.max(groups, this.#reserved * 2, 1 << 10);
    this.#best = growInt32(this.#best, reserved * this.#layout.width);
    // A new group has NULL.
    for (let group = this.#reserved; group < reserved; group += 1) this.#best[group * this.#layout.width] = 1;
    this.#reserved = reserved;
  }

  update(groups: Int32Array, rows: number, column: Column | null): void {
    if (column === null) return;
    const { width } = this.#layout;
    if (this.#lanes.length < rows * width) this.#lanes = new Int32Array(rows * width);
    const lanes = this.#lanes;
    const best = this.#best;
    this.#layout.encode([column], rows, lanes);
    for (let row = 0; row < rows; row += 1) {
      const from = row * width;
      if (lanes[from] !== 0) continue;
      const to = (groups[row] as number) * width;
      if (best[to] === 0 && this.#order(lanes, from + VALUE_AT, best, to + VALUE_AT) * this.#sign <= 0) continue;
      for (let lane = 0; lane < width; lane += 1) best[to + lane] = lanes[from + lane] as number;
    }
  }

  result(groups: Int32Array): Column {
    const [column] = this.#layout.decode(this.#best, groups, groups.length);
    return column as Column;
  }

  retain(groups: Int32Array): void {
    const best = new Int32Array(groups.length * this.#layout.width);
    gatherLanes(this.#best, groups, best, this.#layout.width);
    this.#best = best;
    this.#reserved = groups.length;
  }

  snapshot(writer: StateWriter): void {
    writer.integers(this.#best);
  }

  restore(reader: StateReader): void {
    this.#best = reader.integers();
    this.#reserved = this.#best.length / this.#layout.width;
  }
}
