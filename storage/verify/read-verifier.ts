import { locationToPath, type ParquetSplit } from '../../spi/index.ts';
import { ByteBoundedCache } from '../catalog/byte-bounded-cache.ts';
import type { MetadataReader } from '../catalog/metadata-reader.ts';
import type { DataService } from '../data/data-service.ts';
import type { FileSystem } from '../file/file-system.ts';
import type { Snapshot, TableMetadata } from '../iceberg/metadata/table-metadata.ts';
import { checkDigest } from './check-digest.ts';
import { StoredChecksums } from './stored-checksums.ts';

/** Units: bytes of locations of files that were checked; a file whose location was let go is checked again. */
const KNOWN_BYTES_MAX = 16 << 20;

/** What checks work with. */
export interface ReadVerifierParts {
  readonly files: FileSystem;
  readonly metadata: MetadataReader;
  readonly data: DataService;
}

/** Checks data files before their rows are used, each once in the life of the process. */
export class ReadVerifier {
  readonly #parts: ReadVerifierParts;
  readonly #known = new ByteBoundedCache<true>(KNOWN_BYTES_MAX);

  constructor(parts: ReadVerifierParts) {
    this.#parts = parts;
  }

  /** Compares the files that splits read, with those of their deletes, with the checksums taken when they were committed. Files of other writers have none.
   *  @throws STORAGE_CORRUPT naming the first file that is missing or has changed */
  async check(table: TableMetadata, snapshot: Snapshot, splits: readonly ParquetSplit[]): Promise<void> {
    const { files, metadata } = this.#parts;
    const wanted = new Set(splits.flatMap(({ uri, deletes }) => [uri, ...deletes.map((each) => each.uri)]));
    const checksums = new StoredChecksums(files, locationToPath(table.location));
    for (const file of await metadata.manifestList(snapshot.manifestList)) {
      for (const { location, status, snapshotId } of (await metadata.manifest(file, table)).entries) {
        if (status === 'deleted' || !wanted.delete(location)) continue;
        await this.#checkOnce(location, checksums, snapshotId ?? file.addedSnapshotId);
      }
    }
  }

  async #checkOnce(location: string, checksums: StoredChecksums, addedBy: bigint): Promise<void> {
    await this.#known.get(location, async () => {
      const expected = await checksums.of(addedBy, location);
      if (expected !== undefined) checkDigest(location, await this.#parts.data.digest(location), expected);
      return { value: true, bytes: 2 * location.length };
    });
  }
}
