import { locationToPath, type RelationName, type TableVerification } from '../../spi/index.ts';
import { unknownTable, wrongKind } from '../catalog/unknown-name.ts';
import type { MetadataReader } from '../catalog/metadata-reader.ts';
import type { CatalogReader } from '../catalog-store/catalog-store.ts';
import { digestFile } from '../file/digest-file.ts';
import type { FileSystem } from '../file/file-system.ts';
import { loggedFiles } from '../iceberg/metadata/change-table-metadata.ts';
import type { TableMetadata } from '../iceberg/metadata/table-metadata.ts';
import { checkDigest } from './check-digest.ts';
import { StoredChecksums } from './stored-checksums.ts';

/** What watches over a verification. */
export interface VerifyWatch {
  readonly signal: AbortSignal;
  onProgress(filesDone: number, filesTotal: number): Promise<void>;
}

const UNWATCHED: VerifyWatch = { signal: new AbortController().signal, onProgress: () => Promise.resolve() };

/** Compares every data file of a table's current snapshot, and the metadata of all of its snapshots, with their checksums. What `metadata` has read
 *  before is not read again: give one that has read nothing.
 *  @throws STORAGE_CORRUPT for the first file that is missing or has changed. */
export async function verifyTable(
  files: FileSystem,
  store: CatalogReader,
  metadata: MetadataReader,
  name: RelationName,
  watch = UNWATCHED,
): Promise<TableVerification> {
  const pointer = store.relation(name);
  if (pointer === null) throw unknownTable(store, name);
  if (pointer.kind !== 'table') throw wrongKind(pointer, pointer.kind);
  const table = await metadata.table(pointer.metadataLocation);
  const checksums = new StoredChecksums(files, locationToPath(pointer.tableLocation));
  await verifyMetadata(files, metadata, table);
  const result = { files: 0, bytes: 0, filesWithoutChecksum: 0 };
  const manifests = table.current === null ? [] : await metadata.manifestList(table.current.manifestList);
  const total = manifests.reduce((sum, manifest) => sum + manifest.addedFiles + manifest.existingFiles, 0);
  for (const manifest of manifests) {
    const { entries } = await metadata.manifest(manifest, table);
    for (const entry of entries) {
      if (entry.status === 'deleted') continue;
      watch.signal.throwIfAborted();
      result.files += 1;
      result.bytes += entry.bytes;
      const expected = await checksums.of(entry.snapshotId ?? manifest.addedSnapshotId, entry.location);
      if (expected === undefined) result.filesWithoutChecksum += 1;
      else checkDigest(entry.location, await digestFile(files, entry.location), expected);
      await watch.onProgress(result.files, total);
    }
  }
  return result;
}

/** Reads the lists and manifests of all snapshots, and the older metadata files of the log that are still there: reading checks them. */
async function verifyMetadata(files: FileSystem, metadata: MetadataReader, table: TableMetadata): Promise<void> {
  const seen = new Set<string>();
  for (const { manifestList } of table.snapshots.values()) {
    for (const manifest of await metadata.manifestList(manifestList)) {
      if (seen.has(manifest.location)) continue;
      seen.add(manifest.location);
      await metadata.bytes(manifest.location);
    }
  }
  for (const location of loggedFiles(table)) if ((await files.size(locationToPath(location))) !== null) await metadata.bytes(location);
}
