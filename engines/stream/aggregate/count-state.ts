import { allocateValues, type Column } from '../changelog/column.ts';
import { storeInt64 } from '../expression/exact-integer.ts';
import { gatherSlots, growFloat64 } from '../state/growing.ts';
import type { StateReader } from '../state/state-reader.ts';
import type { StateWriter } from '../state/state-writer.ts';
import type { AggregateState } from './aggregate-state.ts';

/** `count(*)` and `count(x)`: the sum of weights. */
export class CountState implements AggregateState {
  #counts: Float64Array = new Float64Array(1 << 10);

  /** The counts by group. Valid until the next reservation. */
  get counts(): Float64Array {
    return this.#counts;
  }

  reserve(groups: number): void {
    this.#counts = growFloat64(this.#counts, groups);
  }

  update(groups: Int32Array, rows: number, column: Column | null, weights: Int8Array | null): void {
    const counts = this.#counts;
    const valid = column === null ? null : column.valid;
    if (valid === null && weights === null) {
      for (let row = 0; row < rows; row += 1) {
        const group = groups[row] as number;
        counts[group] = (counts[group] as number) + 1;
      }
      return;
    }
    for (let row = 0; row < rows; row += 1) {
      if (valid !== null && valid[row] === 0) continue;
      const group = groups[row] as number;
      counts[group] = (counts[group] as number) + (weights === null ? 1 : (weights[row] as number));
    }
  }

  result(groups: Int32Array): Column {
    const values = allocateValues('int64', groups.length) as Int32Array;
    for (let row = 0; row < groups.length; row += 1) storeInt64(values, row, this.#counts[groups[row] as number] as number);
    return { kind: 'int64', values, valid: null };
  }

  retain(groups: Int32Array): void {
    this.#counts = gatherSlots(this.#counts, groups, 1);
  }

  snapshot(writer: StateWriter): void {
    writer.doubles(this.#counts);
  }

  restore(reader: StateReader): void {
    this.#counts = reader.doubles();
  }
}
