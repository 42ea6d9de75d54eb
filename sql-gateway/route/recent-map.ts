/** A map of bounded size that forgets the entry touched longest ago. */
export class RecentMap<Value> {
  readonly #entries = new Map<string, Value>();
  readonly #sizeMax: number;

  constructor(sizeMax: number) {
    this.#sizeMax = sizeMax;
  }

  /** Looks an entry up; that is no touch. */
  get(key: string): Value | undefined {
    return this.#entries.get(key);
  }

  /** Returns the entry, made when there is none, as the newest. */
  touch(key: string, make: () => Value): Value {
    const value = this.#entries.get(key) ?? make();
    this.#entries.delete(key);
    this.#entries.set(key, value);
    const oldest = this.#entries.keys().next();
    if (this.#entries.size > this.#sizeMax && oldest.done !== true) this.#entries.delete(oldest.value);
    return value;
  }

  /** Oldest first. */
  entries(): readonly (readonly [string, Value])[] {
    return [...this.#entries];
  }
}
