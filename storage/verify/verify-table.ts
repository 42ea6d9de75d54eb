import { createHash } from 'node:crypto';
import { locationToPath, PlatformError, type RelationName, type TableVerification } from '../../spi/index.ts';
import { unknownTable, wrongKind } from '../catalog/unknown-name.ts';
import type { MetadataReader } from '../catalog/metadata-reader.ts';
import type { CatalogReader } from '../catalog-store/catalog-store.ts';
import { readChecksums } from '../commit/checksum-file.ts';
import type { FileSystem } from '../file/file-system.ts';

/** What watches over a verification. */
export interface VerifyWatch {
  readonly signal: AbortSignal;
  onProgress(filesDone: number, filesTotal: number): Promise<void>;
}

const UNWATCHED: VerifyWatch = { signal: new AbortController().signal, onProgress: () => Promise.resolve() };

/** Compares every data file of a table's current snapshot with its checksum.
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
  const tableDirectory = locationToPath(pointer.tableLocation);
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
      const checksums = await readChecksums(files, tableDirectory, entry.snapshotId ?? manifest.addedSnapshotId);
      const expected = checksums?.[entry.location];
      if (expected === undefined) result.filesWithoutChecksum += 1;
      else await checkFile(files, entry.location, expected);
      await watch.onProgress(result.files, total);
    }
  }
  return result;
}

async function checkFile(files: FileSystem, location: string, expected: string): Promise<void> {
  const hash = createHash('sha256');
  for await (const chunk of files.stream(locationToPath(location))) hash.update(chunk);
  if (hash.digest('hex') === expected) return;
  throw new PlatformError('STORAGE_CORRUPT', `The data file ${location} is not what was written: its SHA-256 differs.`, {
    hint: 'Restore the file from a copy.',
    details: { location },
  });
}
