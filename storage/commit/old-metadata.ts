import { locationToPath } from '../../spi/index.ts';
import type { FileSystem } from '../file/file-system.ts';
import { loggedFiles } from '../iceberg/metadata/change-table-metadata.ts';
import type { TableMetadata } from '../iceberg/metadata/table-metadata.ts';

/** Metadata files that no log names any more. They are removed at once, unless somebody still reads tables as they were: a transaction may come to a
 *  table late, and then needs the file that was current when it began. What is held when the process ends is an orphan, which is removed with those. */
export class OldMetadata {
  readonly #files: Pick<FileSystem, 'remove'>;
  /** Open holds and their numbers, the oldest first. */
  readonly #holds = new Map<string, number>();
  #lastHold = 0;
  /** Each with the newest hold at the time that it was let go. */
  #deferred: { readonly path: string; readonly hold: number }[] = [];

  constructor(files: Pick<FileSystem, 'remove'>) {
    this.#files = files;
  }

  /** From now on files stay, until the hold is released. */
  hold(id: string): void {
    if (this.#holds.has(id)) return;
    this.#lastHold += 1;
    this.#holds.set(id, this.#lastHold);
  }

  /** Ends a hold, and removes the files that only it held. An id that is not known is fine. */
  async release(id: string): Promise<void> {
    this.#holds.delete(id);
    const [oldest = Infinity] = this.#holds.values();
    const free = this.#deferred.filter(({ hold }) => hold < oldest);
    this.#deferred = this.#deferred.filter(({ hold }) => hold >= oldest);
    for (const { path } of free) await this.#remove(path);
  }

  /** Removes the files that a table's log named before a commit and does not name after it. */
  async letGo(before: TableMetadata, after: TableMetadata): Promise<void> {
    const logged = new Set(loggedFiles(after));
    for (const old of loggedFiles(before)) {
      if (logged.has(old)) continue;
      const path = locationToPath(old);
      if (this.#holds.size > 0) this.#deferred.push({ path, hold: this.#lastHold });
      else await this.#remove(path);
    }
  }

  /** The commit is done: a file that stays takes some room, and nothing else. */
  async #remove(path: string): Promise<void> {
    await this.#files.remove(path).catch(() => undefined);
  }
}
