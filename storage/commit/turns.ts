/** Lets works with the same key run one after another. It spares commits of one process the races among themselves; nothing relies on it, since
 *  other processes do not take part. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Runs the work after all works with any of the keys that were given before. */
  takeAll<Result>(keys: readonly string[], work: () => Promise<Result>): Promise<Result> {
    // In one order for all, so that two of them never wait for each other.
    return [...keys].sort().reduceRight<() => Promise<Result>>((inner, key) => () => this.take(key, inner), work)();
  }

  /** Returns whether a work with the key is under way. */
  isTaken(key: string): boolean {
    return this.#last.has(key);
  }

  /** Runs the work after all works with the key that were given before. */
  async take<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#last.get(key) ?? Promise.resolve();
    const turn = before.then(work, work);
    this.#last.set(key, turn);
    try {
      return await turn;
    } finally {
      if (this.#last.get(key) === turn) this.#last.delete(key);
    }
  }
}
