/** Writes and syncs that are under way at the same time. A commit moves its pointer only after all of them. */
export class PendingSyncs {
  readonly #works: Promise<unknown>[] = [];

  /** Takes a work that was begun. It may fail long before anybody waits for it. */
  add(work: Promise<unknown>): void {
    work.catch(() => undefined);
    this.#works.push(work);
  }

  /** Waits for the end of every work, also when one has failed: nothing is written any more when this returns.
   *  @throws the error of the first that failed, in the order in which they were taken */
  async done(): Promise<void> {
    const ends = await Promise.allSettled(this.#works);
    for (const end of ends) if (end.status === 'rejected') throw end.reason as Error;
  }

  /** Waits as `done` does, for somebody who has another error to tell. */
  async ended(): Promise<void> {
    await Promise.allSettled(this.#works);
  }
}
