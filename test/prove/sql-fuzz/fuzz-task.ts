import type { SeededFault } from './seeded-faults.ts';

/** What the thread that runs inputs is given. */
export interface FuzzTask {
  readonly seed: number;
  /** Statements that inputs are made of. */
  readonly statements: readonly string[];
  /** What defines the tables of the catalog. */
  readonly tables: readonly string[];
  /** Number of the first input. */
  readonly from: number;
  readonly fault: SeededFault | null;
  readonly shared: SharedArrayBuffer;
  /** How long inputs are run, from the first one on: the start of a thread does not count. Units: milliseconds. */
  readonly runMs: number;
}

/** What that thread tells. */
export type FuzzMessage =
  | { readonly kind: 'failure'; readonly index: number; readonly message: string }
  /** Which way of making inputs came how far. */
  | { readonly kind: 'outcome'; readonly key: string };

const STEPS = ['at rest', 'split', 'parse', 'format', 'parse again', 'bind', 'plan', 'print'];

/** Where a thread is, to be read by another one while the first computes. */
export class FuzzProgress {
  readonly #cells: Int32Array;

  /** @param shared of at least `FuzzProgress.BYTES`. */
  constructor(shared: SharedArrayBuffer) {
    this.#cells = new Int32Array(shared);
  }

  /** Units: bytes. */
  static readonly BYTES = 12;

  /** Says that the input of a number starts. */
  start(index: number): void {
    Atomics.store(this.#cells, 0, index);
  }

  /** Says which step of it starts. */
  begin(step: string): void {
    Atomics.store(this.#cells, 1, STEPS.indexOf(step));
    Atomics.add(this.#cells, 2, 1);
  }

  /** Says that nothing is being run. */
  rest(): void {
    this.begin('at rest');
  }

  /** Returns the number of the input, its step, and a count that changes with every step. */
  read(): { readonly index: number; readonly step: string; readonly count: number } {
    return {
      index: Atomics.load(this.#cells, 0),
      step: STEPS[Atomics.load(this.#cells, 1)] ?? '',
      count: Atomics.load(this.#cells, 2),
    };
  }
}
