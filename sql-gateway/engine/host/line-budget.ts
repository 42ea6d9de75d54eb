const SECOND_MS = 1000;

/** Lets so many lines pass in a second, and counts the others. */
export class LineBudget {
  readonly #perSecond: number;
  readonly #onDropped: (lines: number) => void;
  #secondFromMs = 0;
  #lines = 0;

  /** `onDropped` is told the number with the first line after a second in which some were left out. */
  constructor(perSecond: number, onDropped: (lines: number) => void) {
    this.#perSecond = perSecond;
    this.#onDropped = onDropped;
  }

  /** Tells whether the line may pass. */
  take(): boolean {
    const nowMs = performance.now();
    if (nowMs - this.#secondFromMs >= SECOND_MS) {
      const dropped = this.#lines - this.#perSecond;
      this.#secondFromMs = nowMs;
      this.#lines = 0;
      if (dropped > 0) this.#onDropped(dropped);
    }
    this.#lines += 1;
    return this.#lines <= this.#perSecond;
  }
}
