import { readChecksums } from '../commit/checksum-file.ts';
import type { FileSystem } from '../file/file-system.ts';

/** The checksums of a table's data files, each snapshot's file of them read once. */
export class StoredChecksums {
  readonly #files: FileSystem;
  readonly #tableDirectory: string;
  readonly #bySnapshot = new Map<bigint, ReturnType<typeof readChecksums>>();

  constructor(files: FileSystem, tableDirectory: string) {
    this.#files = files;
    this.#tableDirectory = tableDirectory;
  }

  /** Returns the SHA-256 of a data file that a snapshot added, undefined when its writer took none.
   *  @throws STORAGE_CORRUPT when the checksums are not what was written */
  async of(snapshotId: bigint, location: string): Promise<string | undefined> {
    const known = this.#bySnapshot.get(snapshotId) ?? readChecksums(this.#files, this.#tableDirectory, snapshotId);
    this.#bySnapshot.set(snapshotId, known);
    return (await known)?.[location];
  }
}
