interface Entry<Value> {
  readonly value: Promise<Value>;
  bytes: number;
}

/** Keeps the most recently used values of immutable files, up to a number of bytes. Values that are being made are shared. */
export class ByteBoundedCache<Value> {
  readonly #entries = new Map<string, Entry<Value>>();
  readonly #bytesMax: number;
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Returns the value of the key; `make` tells its size too. A failure is not kept. */
  get(key: string, make: () => Promise<{ readonly value: Value; readonly bytes: number }>): Promise<Value> {
    const found = this.#entries.get(key);
    if (found !== undefined) {
      // The order of a map is that of insertion: the last used goes to the end.
      this.#entries.delete(key);
      this.#entries.set(key, found);
      return found.value;
    }
    const made = make();
    const entry: Entry<Value> = { value: made.then(({ value }) => value), bytes: 0 };
    this.#entries.set(key, entry);
    made.then(
      ({ bytes }) => {
        this.#grow(key, entry, bytes);
      },
      () => {
        if (this.#entries.get(key) === entry) this.#entries.delete(key);
      },
    );
    return entry.value;
  }

  /** Returns the value of the key if it is kept or being made, null otherwise. */
  peek(key: string): Promise<Value> | null {
    return this.#entries.get(key)?.value ?? null;
  }

  /** Keeps a value that is known already. */
  put(key: string, value: Value, bytes: number): void {
    void this.get(key, () => Promise.resolve({ value, bytes }));
  }

  #grow(key: string, entry: Entry<Value>, bytes: number): void {
    if (this.#entries.get(key) !== entry) return;
    entry.bytes = bytes;
    this.#bytes += bytes;
    for (const [oldest, { bytes: freed }] of this.#entries) {
      if (this.#bytes <= this.#bytesMax) return;
      this.#entries.delete(oldest);
      this.#bytes -= freed;
    }
  }
}
