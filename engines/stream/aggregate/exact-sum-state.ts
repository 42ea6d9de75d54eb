import { allocateValues, type Column } from '../changelog/column.ts';
import {
  checkDecimal,
  checkInt64,
  type ExactInteger,
  exactInteger,
  loadInt128,
  loadInt64,
  powerOfTen,
  storeInt128,
  storeInt64,
} from '../expression/exact-integer.ts';
import { gatherSlots, growFloat64 } from '../state/growing.ts';
import type { StateReader } from '../state/state-reader.ts';
import type { StateWriter } from '../state/state-writer.ts';
import type { AggregateState } from './aggregate-state.ts';
import { CountState } from './count-state.ts';

/** Partial sums beyond this go to the carry: what is added to one below it stays a safe integer. */
const LOW_MAX = 2 ** 51;
const DECIMAL_BOUND = powerOfTen(38);

/** What is read out of exact sums. */
export type ExactSumResult =
  | { readonly kind: 'bigint' }
  | { readonly kind: 'decimal' }
  /** The mean as a double, of decimals with so many digits after the point. */
  | { readonly kind: 'mean'; readonly scale: number };

/** `sum` of integers and decimals, and their `avg`.
 *  Guarantees: exact, whatever is added and taken away in between; the range is checked when the sum is read. */
export class ExactSumState implements AggregateState {
  readonly #result: ExactSumResult;
  readonly #counts = new CountState();
  #low: Float64Array = new Float64Array(1 << 10);
  #carry = new Map<number, bigint>();

  constructor(result: ExactSumResult) {
    this.#result = result;
  }

  reserve(groups: number): void {
    this.#counts.reserve(groups);
    this.#low = growFloat64(this.#low, groups);
  }

  update(groups: Int32Array, rows: number, column: Column | null, weights: Int8Array | null): void {
    if (column === null) return;
    this.#counts.update(groups, rows, column, weights);
    if (column.kind === 'int32') this.#addSmall(groups, rows, column, weights);
    else this.#addWide(groups, rows, column, weights, column.kind === 'int128' ? loadInt128 : loadInt64);
  }

  result(groups: Int32Array): Column {
    const kind = this.#result.kind === 'bigint' ? 'int64' : this.#result.kind === 'decimal' ? 'int128' : 'float64';
    const values = allocateValues(kind, groups.length);
    const valid = new Uint8Array(groups.length);
    for (let row = 0; row < groups.length; row += 1) {
      const group = groups[row] as number;
      const count = this.#counts.counts[group] as number;
      if (count === 0) continue;
      valid[row] = 1;
      const sum = this.#sum(group);
      if (this.#result.kind === 'bigint') storeInt64(values as Int32Array, row, typeof sum === 'number' ? sum : checkInt64(sum));
      else if (this.#result.kind === 'decimal') storeInt128(values as Int32Array, row, checkDecimal(BigInt(sum), DECIMAL_BOUND));
      else values[row] = Number(sum) / (count * 10 ** this.#result.scale);
    }
    return { kind, values, valid };
  }

  retain(groups: Int32Array): void {
    this.#counts.retain(groups);
    this.#low = gatherSlots(this.#low, groups, 1);
    const carry = this.#carry;
    this.#carry = new Map();
    if (carry.size === 0) return;
    groups.forEach((group, kept) => {
      const value = carry.get(group);
      if (value !== undefined) this.#carry.set(kept, value);
    });
  }

  snapshot(writer: StateWriter): void {
    this.#counts.snapshot(writer);
    writer.doubles(this.#low);
    writer.text(JSON.stringify([...this.#carry].map(([group, carry]) => [group, String(carry)])));
  }

  restore(reader: StateReader): void {
    this.#counts.restore(reader);
    this.#low = reader.doubles();
    this.#carry.clear();
    for (const [group, carry] of JSON.parse(reader.text()) as [number, string][]) this.#carry.set(group, BigInt(carry));
  }

  #sum(group: number): ExactInteger {
    const low = this.#low[group] as number;
    const carry = this.#carry.get(group);
    return carry === undefined ? low : exactInteger(carry + BigInt(low));
  }

  #addSmall(groups: Int32Array, rows: number, { values, valid }: Column, weights: Int8Array | null): void {
    const low = this.#low;
    for (let row = 0; row < rows; row += 1) {
      if (valid !== null && valid[row] === 0) continue;
      const group = groups[row] as number;
      const sum = (low[group] as number) + (values[row] as number) * (weights === null ? 1 : (weights[row] as number));
      low[group] = sum;
      if (sum > LOW_MAX || sum < -LOW_MAX) this.#spill(group);
    }
  }

  #addWide(
    groups: Int32Array,
    rows: number,
    { values, valid }: Column,
    weights: Int8Array | null,
    load: (lanes: Int32Array, row: number) => ExactInteger,
  ): void {
    const low = this.#low;
    for (let row = 0; row < rows; row += 1) {
      if (valid !== null && valid[row] === 0) continue;
      const group = groups[row] as number;
      const value = load(values as Int32Array, row);
      const weight = weights === null ? 1 : (weights[row] as number);
      const change = typeof value === 'number' ? value * weight : Infinity;
      if (change <= LOW_MAX && change >= -LOW_MAX) {
        const sum = (low[group] as number) + change;
        low[group] = sum;
        if (sum > LOW_MAX || sum < -LOW_MAX) this.#spill(group);
      } else this.#carry.set(group, (this.#carry.get(group) ?? 0n) + BigInt(value) * BigInt(weight));
    }
  }

  #spill(group: number): void {
    this.#carry.set(group, (this.#carry.get(group) ?? 0n) + BigInt(this.#low[group] as number));
    this.#low[group] = 0;
  }
}
