import { weightOf } from '../operator/operator.ts';
import { growFloat64, growInt32 } from './growing.ts';
import { gatherLanes, LaneIndex } from './lane-index.ts';
import type { StateReader } from './state-reader.ts';
import type { StateWriter } from './state-writer.ts';

/** Keeps rows of lanes with their weights.
 *  Shape: with retractions equal rows are one entry whose weight is their sum, and which stays when that is 0; without, each row is an entry. */
export class RowStore {
  readonly #index: LaneIndex | null;
  readonly #width: number;
  #rows: Int32Array = new Int32Array(0);
  #weights: Float64Array = new Float64Array(0);
  #size = 0;

  constructor(width: number, retractions: boolean) {
    this.#index = retractions ? new LaneIndex(width) : null;
    this.#width = width;
  }

  /** How many entries there are. */
  get size(): number {
    return this.#size;
  }

  /** The lanes of all entries, by number. Valid until the next addition. */
  get lanes(): Int32Array {
    return this.#index === null ? this.#rows : this.#index.keys;
  }

  /** The weights of all entries, by number. Valid until the next addition. */
  get weights(): Float64Array {
    return this.#weights;
  }

  /** Adds the first `rows` rows and writes the numbers of their entries to `ids`. */
  add(lanes: Int32Array, rows: number, weights: Int8Array | null, ids: Int32Array): void {
    if (this.#index === null) {
      this.#rows = growInt32(this.#rows, (this.#size + rows) * this.#width);
      this.#rows.set(lanes.subarray(0, rows * this.#width), this.#size * this.#width);
      for (let row = 0; row < rows; row += 1) ids[row] = this.#size + row;
      this.#size += rows;
    } else {
      this.#index.insert(lanes, rows, ids);
      this.#size = this.#index.size;
    }
    this.#weights = growFloat64(this.#weights, this.#size);
    for (let row = 0; row < rows; row += 1) {
      const id = ids[row] as number;
      this.#weights[id] = (this.#weights[id] as number) + weightOf(weights, row);
    }
  }

  /** Keeps only these entries, which take the numbers from 0 in the order given; `renumbered` as for `LaneIndex`. */
  retain(ids: Int32Array, renumbered: Int32Array | null = null): void {
    if (this.#index === null) {
      const rows = new Int32Array(ids.length * this.#width);
      gatherLanes(this.#rows, ids, rows, this.#width, renumbered);
      this.#rows = rows;
    } else this.#index.retain(ids, renumbered);
    const weights = this.#weights;
    this.#weights = Float64Array.from(ids, (id) => weights[id] as number);
    this.#size = ids.length;
  }

  /** Writes all entries. */
  snapshot(writer: StateWriter): void {
    if (this.#index === null) writer.integers(this.#rows.subarray(0, this.#size * this.#width));
    else this.#index.snapshot(writer);
    writer.doubles(this.#weights.subarray(0, this.#size));
  }

  /** Takes the entries of a snapshot in place of its own. */
  restore(reader: StateReader): void {
    if (this.#index === null) this.#rows = reader.integers();
    else this.#index.restore(reader);
    this.#weights = reader.doubles();
    this.#size = this.#weights.length;
  }
}
