import { type Batch, WEIGHT_MAX } from '../changelog/batch.ts';
import { allocateValues, type Column, gatherColumn } from '../changelog/column.ts';
import { renumber } from '../state/growing.ts';
import { LaneIndex } from '../state/lane-index.ts';
import { RowLayout } from '../state/row-layout.ts';
import type { StateReader } from '../state/state-reader.ts';
import type { StateWriter } from '../state/state-writer.ts';
import { TouchedSet } from '../state/touched-set.ts';
import { JoinSide, type JoinSideShape, NO_ENTRY } from './join-side.ts';
import { type Changelog, OUTPUT_ROWS, type Stateful, weightOf } from './operator.ts';
import { unionOperator } from './union-operator.ts';

/** Joins two changelogs on equal keys and keeps both sides: what comes in on one side meets all that came in on the other before, so that
 *  every pair meets exactly once. The weight of a pair is the product of the weights.
 *  Guarantees: pairs go out at once; rows of an outer side that meet nothing go out at the end of the micro-batch, with NULLs. */
export class JoinOperator implements Stateful {
  /** Take the changelogs of the two sides. */
  readonly left: Changelog;
  readonly right: Changelog;
  readonly #output: Changelog;
  readonly #sides: readonly [JoinSide, JoinSide];
  readonly #keyLayout: RowLayout;
  readonly #keys: LaneIndex;
  readonly #isOuter: boolean;
  readonly #retractions: boolean;
  readonly #touched = new TouchedSet();

  constructor(left: JoinSideShape, right: JoinSideShape, retractions: boolean, output: Changelog) {
    this.#output = output;
    this.#keyLayout = new RowLayout(left.keyKinds);
    this.#keys = new LaneIndex(this.#keyLayout.width);
    this.#isOuter = left.isOuter || right.isOuter;
    this.#retractions = retractions;
    const [leftSide, rightSide] = [new JoinSide(left, retractions), new JoinSide(right, retractions)];
    this.#sides = [leftSide, rightSide];
    const [leftEnd, rightEnd] = unionOperator(2, {
      push: (batch) => {
        output.push(batch);
      },
      flush: () => {
        this.#flush();
      },
    }) as [Changelog, Changelog];
    this.left = {
      push: (batch) => {
        this.#push(batch, leftSide, rightSide, true);
      },
      flush: () => {
        leftEnd.flush();
      },
    };
    this.right = {
      push: (batch) => {
        this.#push(batch, rightSide, leftSide, false);
      },
      flush: () => {
        rightEnd.flush();
      },
    };
  }

  snapshot(writer: StateWriter): void {
    this.#keys.snapshot(writer);
    for (const side of this.#sides) side.snapshot(writer);
  }

  restore(reader: StateReader): void {
    this.#keys.restore(reader);
    for (const side of this.#sides) side.restore(reader, this.#keys.size);
  }

  #push(batch: Batch, own: JoinSide, other: JoinSide, ownIsLeft: boolean): void {
    const outputs = batch.columns.slice(0, own.layout.kinds.length);
    const lanes = new Int32Array(batch.rows * this.#keyLayout.width);
    const keys = new Int32Array(batch.rows);
    this.#keyLayout.encode(batch.columns.slice(own.layout.kinds.length), batch.rows, lanes);
    this.#keys.insert(lanes, batch.rows, keys);
    for (const side of this.#sides) side.reserve(this.#keys.size);
    if (this.#isOuter) this.#touched.add(keys, batch.rows, this.#keys.size);
    this.#meet(batch, { outputs, keys, other, ownIsLeft });
    own.add(batch, outputs, keys);
  }

  #meet(batch: Batch, { outputs, keys, other, ownIsLeft }: Meeting): void {
    const rows = new Int32Array(OUTPUT_ROWS);
    const entries = new Int32Array(OUTPUT_ROWS);
    const weights = new Int8Array(OUTPUT_ROWS);
    let size = 0;
    const putOut = (): void => {
      const positions = rows.subarray(0, size);
      const own = outputs.map((column) => gatherColumn(column, positions));
      const others = other.layout.decode(other.store.lanes, entries, size, other.width, 1);
      this.#output.push({ rows: size, columns: ownIsLeft ? [...own, ...others] : [...others, ...own], weights: weights.slice(0, size) });
      size = 0;
    };
    for (let row = 0; row < batch.rows; row += 1) {
      const key = keys[row] as number;
      if (this.#isOuter && this.#isNull(key)) continue;
      for (let entry = other.first[key] as number; entry !== NO_ENTRY; entry = other.next[entry] as number) {
        let rest = weightOf(batch.weights, row) * (other.store.weights[entry] as number);
        while (rest !== 0) {
          const weight = clamped(rest);
          rows[size] = row;
          entries[size] = entry;
          weights[size] = weight;
          rest -= weight;
          size += 1;
          if (size === OUTPUT_ROWS) putOut();
        }
      }
    }
    if (size > 0) putOut();
  }

  #flush(): void {
    const touched = this.#touched.take();
    const [left, right] = this.#sides;
    if (left.isOuter) this.#putOutAlone(touched, left, right);
    if (right.isOuter) this.#putOutAlone(touched, right, left);
    if (this.#retractions) this.#tidy();
    this.#output.flush();
  }

  /** A NULL is equal to nothing, itself included; only outer sides keep such rows. */
  #isNull(key: number): boolean {
    return this.#keys.keys[key * this.#keyLayout.width] !== 0;
  }

  /** Puts out how the rows of a side that meet nothing have changed, for the keys given. */
  #putOutAlone(keys: Int32Array, own: JoinSide, other: JoinSide): void {
    const entries = new Int32Array(OUTPUT_ROWS);
    const weights = new Int8Array(OUTPUT_ROWS);
    let size = 0;
    const putOut = (): void => {
      const owns = own.layout.decode(own.store.lanes, entries, size, own.width, 1);
      const others = other.layout.kinds.map((kind): Column => ({ kind, values: allocateValues(kind, size), valid: new Uint8Array(size) }));
      const columns = own === this.#sides[0] ? [...owns, ...others] : [...others, ...owns];
      this.#output.push({ rows: size, columns, weights: weights.slice(0, size) });
      size = 0;
    };
    for (const key of keys) {
      const isAlone = this.#isNull(key) || other.rowsOf(key) <= 0;
      for (let entry = own.first[key] as number; entry !== NO_ENTRY; entry = own.next[entry] as number) {
        const wanted = isAlone ? (own.store.weights[entry] as number) : 0;
        let rest = wanted - (own.alone[entry] as number);
        own.alone[entry] = wanted;
        while (rest !== 0) {
          const weight = clamped(rest);
          entries[size] = entry;
          weights[size] = weight;
          rest -= weight;
          size += 1;
          if (size === OUTPUT_ROWS) putOut();
        }
      }
    }
    if (size > 0) putOut();
  }

  /** Drops rows that are gone, and keys without rows. */
  #tidy(): void {
    const sparse = this.#sides.map((side) => side.sparseEntries());
    if (sparse.every((kept) => kept === null)) return;
    const used = new Uint8Array(this.#keys.size);
    const kept = this.#sides.map((side, index) => sparse[index] ?? side.neededEntries());
    for (const [index, side] of this.#sides.entries()) {
      for (const entry of kept[index] ?? []) used[side.store.lanes[entry * side.width] as number] = 1;
    }
    const keys = Int32Array.from({ length: used.length }, (_, key) => key).filter((key) => used[key] === 1);
    const numbers = renumber(keys, used.length);
    this.#keys.retain(keys);
    for (const [index, side] of this.#sides.entries()) side.retain(kept[index] ?? new Int32Array(0), numbers, keys.length);
  }
}

function clamped(weight: number): number {
  return Math.max(-WEIGHT_MAX, Math.min(WEIGHT_MAX, weight));
}

interface Meeting {
  readonly outputs: readonly Column[];
  readonly keys: Int32Array;
  readonly other: JoinSide;
  readonly ownIsLeft: boolean;
}
