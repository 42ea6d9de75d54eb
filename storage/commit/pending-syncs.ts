/** Writes and syncs that are under way at the same time. A commit moves its pointer only after all of them. */
export class PendingSyncs {
  readonly #works: Promise<unknown>[] = [];
  #held: (() => Promise<unknown>)[] = [];

  /** Takes a work that was begun. It may fail long before anybody waits for it. */
  add(work: Promise<unknown>): void {
    work.catch(() => undefined);
    this.#works.push(work);
  }

  /** Takes a work that begins with `begin` or `done`. While the disk is syncing, new files are created slowly: what needs no time of its own waits until they
   *  are there, and all is synced together. */
  hold(work: () => Promise<unknown>): void {
    this.#held.push(work);
  }

  /** Begins what is held. */
  begin(): void {
    for (const work of this.#held.splice(0)) this.add(work());
  }

  /** Begins what is held, and waits for the end of every work, also when one has failed: nothing is written any more when this returns.
   *  @throws the error of the first that failed, in the order in which they were taken */
  async done(): Promise<void> {
    this.begin();
    const ends = await Promise.allSettled(this.#works);
    for (const end of ends) if (end.status === 'rejected') throw end.reason as Error;
  }

  /** Waits as `done` does, for somebody who has another error to tell; what is held is not begun. */
  async ended(): Promise<void> {
    this.#held = [];
    await Promise.allSettled(this.#works);
  }
}
