import { allocateValues, type Column } from '../changelog/column.ts';
import { gatherSlots, growFloat64 } from '../state/growing.ts';
import type { StateReader } from '../state/state-reader.ts';
import type { StateWriter } from '../state/state-writer.ts';
import type { AggregateState } from './aggregate-state.ts';
import { CountState } from './count-state.ts';

/** Values of a group: sum, its rounding error, and how often NaN and the infinities occur. */
const SLOTS = 5;
const [SUM, ERROR, NANS, PLUS, MINUS] = [0, 1, 2, 3, 4];

/** `sum` and `avg` of floating point.
 *  Guarantees: the sum carries its rounding error along, so that what is added and taken away again leaves (nearly) nothing behind; NaN and
 *  infinities can be taken away too. A sum of finite values that overflows stays infinite. */
export class FloatSumState implements AggregateState {
  readonly #mean: boolean;
  readonly #counts = new CountState();
  #slots: Float64Array = new Float64Array(SLOTS << 10);

  constructor(mean: boolean) {
    this.#mean = mean;
  }

  reserve(groups: number): void {
    this.#counts.reserve(groups);
    this.#slots = growFloat64(this.#slots, groups * SLOTS);
  }

  update(groups: Int32Array, rows: number, column: Column | null, weights: Int8Array | null): void {
    if (column === null) return;
    this.#counts.update(groups, rows, column, weights);
    const { values, valid } = column;
    const slots = this.#slots;
    for (let row = 0; row < rows; row += 1) {
      const weight = weights === null ? 1 : (weights[row] as number);
      if ((valid !== null && valid[row] === 0) || weight === 0) continue;
      const value = values[row] as number;
      const at = (groups[row] as number) * SLOTS;
      if (Number.isFinite(value)) addCompensated(slots, at, value * weight);
      else {
        const slot = at + (Number.isNaN(value) ? NANS : value > 0 ? PLUS : MINUS);
        slots[slot] = (slots[slot] as number) + weight;
      }
    }
  }

  result(groups: Int32Array): Column {
    const values = allocateValues('float64', groups.length);
    const valid = new Uint8Array(groups.length);
    for (let row = 0; row < groups.length; row += 1) {
      const group = groups[row] as number;
      const count = this.#counts.counts[group] as number;
      if (count === 0) continue;
      valid[row] = 1;
      values[row] = this.#sum(group * SLOTS) / (this.#mean ? count : 1);
    }
    return { kind: 'float64', values, valid };
  }

  retain(groups: Int32Array): void {
    this.#counts.retain(groups);
    this.#slots = gatherSlots(this.#slots, groups, SLOTS);
  }

  snapshot(writer: StateWriter): void {
    this.#counts.snapshot(writer);
    writer.doubles(this.#slots);
  }

  restore(reader: StateReader): void {
    this.#counts.restore(reader);
    this.#slots = reader.doubles();
  }

  #sum(at: number): number {
    const slot = (offset: number): number => this.#slots[at + offset] as number;
    const [plus, minus] = [slot(PLUS) !== 0, slot(MINUS) !== 0];
    if (slot(NANS) !== 0 || (plus && minus)) return Number.NaN;
    if (plus || minus) return plus ? Infinity : -Infinity;
    const sum = slot(SUM);
    return Number.isFinite(sum) ? sum + slot(ERROR) : sum;
  }
}

/** @see D. Knuth, The Art of Computer Programming 2, 4.2.2: the error of a sum of two doubles is a double */
function addCompensated(slots: Float64Array, at: number, value: number): void {
  const before = slots[at + SUM] as number;
  const sum = before + value;
  const part = sum - before;
  slots[at + SUM] = sum;
  slots[at + ERROR] = (slots[at + ERROR] as number) + (before - (sum - part) + (value - part));
}
