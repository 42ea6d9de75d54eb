import { locationToPath, PlatformError, type RelationName, type TableVerification } from '../../spi/index.ts';
import { unknownTable, wrongKind } from '../catalog/unknown-name.ts';
import type { MetadataReader } from '../catalog/metadata-reader.ts';
import type { CatalogReader, RelationPointer } from '../catalog-store/catalog-store.ts';
import { digestFile } from '../file/digest-file.ts';
import type { FileSystem } from '../file/file-system.ts';
import type { ManifestFile } from '../iceberg/manifest/manifest-file.ts';
import { loggedFiles } from '../iceberg/metadata/change-table-metadata.ts';
import type { TableMetadata } from '../iceberg/metadata/table-metadata.ts';
import { checkDigest } from './check-digest.ts';
import { StoredChecksums } from './stored-checksums.ts';

/** What watches over a verification. */
export interface VerifyWatch {
  readonly signal: AbortSignal;
  onProgress(filesDone: number, filesTotal: number): Promise<void>;
  /** Takes what is wrong with a file; when it returns, the others are looked at too. */
  onDamage(damage: PlatformError): void;
}

const UNWATCHED: VerifyWatch = {
  signal: new AbortController().signal,
  onProgress: () => Promise.resolve(),
  onDamage: (damage) => {
    throw damage;
  },
};

/** Compares every data file of a table's current snapshot, and the metadata of all of its snapshots, with their checksums. What `metadata` has read
 *  before is not read again: give one that has read nothing.
 *  @throws STORAGE_CORRUPT for the first file that is missing or has changed, where nobody watches for damage */
export async function verifyTable(
  files: FileSystem,
  store: CatalogReader,
  metadata: MetadataReader,
  name: RelationName,
  watch: Partial<VerifyWatch> = {},
): Promise<TableVerification> {
  const pointer = store.relation(name);
  if (pointer === null) throw unknownTable(store, name);
  if (pointer.kind !== 'table') throw wrongKind(pointer, pointer.kind);
  return new Verification(files, metadata, { ...UNWATCHED, ...watch }).ofTable(pointer);
}

class Verification {
  readonly #files: FileSystem;
  readonly #metadata: MetadataReader;
  readonly #watch: VerifyWatch;

  constructor(files: FileSystem, metadata: MetadataReader, watch: VerifyWatch) {
    this.#files = files;
    this.#metadata = metadata;
    this.#watch = watch;
  }

  async ofTable({ metadataLocation, tableLocation }: RelationPointer): Promise<TableVerification> {
    const result = { files: 0, bytes: 0, filesWithoutChecksum: 0 };
    const table = await this.#sound(() => this.#metadata.table(metadataLocation));
    if (table === null) return result;
    await this.#checkMetadata(table);
    const manifests = table.current === null ? [] : await this.#listOf(table.current.manifestList);
    const total = manifests.reduce((sum, manifest) => sum + manifest.addedFiles + manifest.existingFiles, 0);
    const checksums = new StoredChecksums(this.#files, locationToPath(tableLocation));
    for (const manifest of manifests) {
      const read = await this.#sound(() => this.#metadata.manifest(manifest, table));
      for (const entry of read?.entries ?? []) {
        if (entry.status === 'deleted') continue;
        this.#watch.signal.throwIfAborted();
        result.files += 1;
        result.bytes += entry.bytes;
        const known = await this.#sound(() => this.#checkData(entry.location, checksums, entry.snapshotId ?? manifest.addedSnapshotId));
        if (known === false) result.filesWithoutChecksum += 1;
        await this.#watch.onProgress(result.files, total);
      }
    }
    return result;
  }

  /** Returns whether a checksum of the file is known. */
  async #checkData(location: string, checksums: StoredChecksums, addedBy: bigint): Promise<boolean> {
    const expected = await checksums.of(addedBy, location);
    if (expected === undefined) {
      if ((await this.#files.size(locationToPath(location))) !== null) return false;
      throw new PlatformError('STORAGE_CORRUPT', `The data file ${location} is missing.`, { details: { location } });
    }
    checkDigest(location, await digestFile(this.#files, location), expected);
    return true;
  }

  /** Reads the lists and manifests of all snapshots, and the older metadata files of the log that are still there: reading checks them. */
  async #checkMetadata(table: TableMetadata): Promise<void> {
    const seen = new Set<string>();
    for (const { manifestList } of table.snapshots.values()) {
      this.#watch.signal.throwIfAborted();
      for (const { location } of await this.#listOf(manifestList)) {
        if (seen.has(location)) continue;
        seen.add(location);
        await this.#sound(() => this.#metadata.bytes(location));
      }
    }
    for (const location of loggedFiles(table)) {
      if ((await this.#files.size(locationToPath(location))) !== null) await this.#sound(() => this.#metadata.bytes(location));
    }
  }

  async #listOf(location: string): Promise<readonly ManifestFile[]> {
    return (await this.#sound(() => this.#metadata.manifestList(location))) ?? [];
  }

  /** Returns what is read, null when it is damaged. */
  async #sound<Value>(read: () => Promise<Value>): Promise<Value | null> {
    try {
      return await read();
    } catch (error) {
      const damage = PlatformError.from(error, 'STORAGE_IO');
      if (damage.code !== 'STORAGE_CORRUPT') throw damage;
      this.#watch.onDamage(damage);
      return null;
    }
  }
}
