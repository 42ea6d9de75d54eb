import { growInt32, growUint8 } from './growing.ts';

/** The numbers that a micro-batch touched, each once, in the order of their first touch. */
export class TouchedSet {
  #flags: Uint8Array = new Uint8Array(1 << 10);
  #ids: Int32Array = new Int32Array(1 << 10);
  #size = 0;

  /** Adds the first `rows` of `ids`; all are below `bound`. */
  add(ids: Int32Array, rows: number, bound: number): void {
    this.#flags = growUint8(this.#flags, bound);
    this.#ids = growInt32(this.#ids, bound);
    const flags = this.#flags;
    const touched = this.#ids;
    let size = this.#size;
    for (let row = 0; row < rows; row += 1) {
      const id = ids[row] as number;
      if (flags[id] !== 0) continue;
      flags[id] = 1;
      touched[size] = id;
      size += 1;
    }
    this.#size = size;
  }

  /** Returns the numbers and forgets them. */
  take(): Int32Array {
    const taken = this.#ids.slice(0, this.#size);
    for (let row = 0; row < taken.length; row += 1) this.#flags[taken[row] as number] = 0;
    this.#size = 0;
    return taken;
  }
}
