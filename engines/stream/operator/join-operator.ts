import { type Batch, WEIGHT_MAX } from '../changelog/batch.ts';
import { type Column, type ColumnKind, gatherColumn } from '../changelog/column.ts';
import { growInt32 } from '../state/growing.ts';
import { LaneIndex } from '../state/lane-index.ts';
import { RowLayout } from '../state/row-layout.ts';
import { RowStore } from '../state/row-store.ts';
import type { StateReader } from '../state/state-reader.ts';
import type { StateWriter } from '../state/state-writer.ts';
import { type Changelog, OUTPUT_ROWS, type Stateful, weightOf } from './operator.ts';
import { unionOperator } from './union-operator.ts';

/** Input columns of a side: first those that go out, then the keys. NULL keys meet nothing and must not come in. */
export interface JoinSideShape {
  readonly outputKinds: readonly ColumnKind[];
  readonly keyKinds: readonly ColumnKind[];
}

const NONE = -1;

/** One side's rows, listed by key. Entries of the store are the key's number, then the row. */
class JoinSide {
  readonly layout: RowLayout;
  readonly width: number;
  readonly store: RowStore;
  /** The newest entry of each key, and the one before of each entry. */
  first: Int32Array = new Int32Array(0);
  next: Int32Array = new Int32Array(0);
  #linked = 0;
  #keys = 0;

  constructor(shape: JoinSideShape, retractions: boolean) {
    this.layout = new RowLayout(shape.outputKinds);
    this.width = 1 + this.layout.width;
    this.store = new RowStore(this.width, retractions);
  }

  /** Makes room for keys below `keys`. */
  reserve(keys: number): void {
    if (keys <= this.#keys) return;
    const reserved = Math.max(keys, this.#keys * 2, 1 << 10);
    this.first = growInt32(this.first, reserved).fill(NONE, this.#keys);
    this.#keys = reserved;
  }

  /** Keeps the rows of a batch. */
  add(batch: Batch, columns: readonly Column[], keys: Int32Array): void {
    const lanes = new Int32Array(batch.rows * this.width);
    this.layout.encode(columns, batch.rows, lanes, this.width, 1);
    for (let row = 0; row < batch.rows; row += 1) lanes[row * this.width] = keys[row] as number;
    this.store.add(lanes, batch.rows, batch.weights, new Int32Array(batch.rows));
    this.#link();
  }

  restore(reader: StateReader, keys: number): void {
    this.store.restore(reader);
    this.reserve(keys);
    this.#link();
  }

  #link(): void {
    const { lanes, size } = this.store;
    this.next = growInt32(this.next, size);
    for (let entry = this.#linked; entry < size; entry += 1) {
      const key = lanes[entry * this.width] as number;
      this.next[entry] = this.first[key] as number;
      this.first[key] = entry;
    }
    this.#linked = size;
  }
}

/** Joins two changelogs on equal keys and keeps both sides: what comes in on one side meets all that came in on the other before, so that
 *  every pair meets exactly once. The weight of a pair is the product of the weights. */
export class JoinOperator implements Stateful {
  /** Take the changelogs of the two sides. */
  readonly left: Changelog;
  readonly right: Changelog;
  readonly #output: Changelog;
  readonly #sides: readonly [JoinSide, JoinSide];
  readonly #keyLayout: RowLayout;
  readonly #keys: LaneIndex;

  constructor(left: JoinSideShape, right: JoinSideShape, retractions: boolean, output: Changelog) {
    const [leftEnd, rightEnd] = unionOperator(2, output) as [Changelog, Changelog];
    this.#output = output;
    this.#keyLayout = new RowLayout(left.keyKinds);
    this.#keys = new LaneIndex(this.#keyLayout.width);
    const leftSide = new JoinSide(left, retractions);
    const rightSide = new JoinSide(right, retractions);
    this.#sides = [leftSide, rightSide];
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
    for (const side of this.#sides) side.store.snapshot(writer);
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
      for (let entry = other.first[keys[row] as number] as number; entry !== NONE; entry = other.next[entry] as number) {
        let rest = weightOf(batch.weights, row) * (other.store.weights[entry] as number);
        while (rest !== 0) {
          const weight = Math.max(-WEIGHT_MAX, Math.min(WEIGHT_MAX, rest));
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
}

interface Meeting {
  readonly outputs: readonly Column[];
  readonly keys: Int32Array;
  readonly other: JoinSide;
  readonly ownIsLeft: boolean;
}
