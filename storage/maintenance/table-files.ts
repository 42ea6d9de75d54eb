import { locationToPath } from '../../spi/index.ts';
import { type MetadataReader, specOf } from '../catalog/metadata-reader.ts';
import { checksumPath } from '../commit/checksum-file.ts';
import type { FileSystem } from '../file/file-system.ts';
import { readManifest } from '../iceberg/manifest/read-manifest.ts';
import { loggedFiles } from '../iceberg/metadata/change-table-metadata.ts';
import type { Snapshot, TableMetadata } from '../iceberg/metadata/table-metadata.ts';

/** Files by path that snapshots of a table refer to. */
export interface SnapshotFiles {
  readonly data: Set<string>;
  readonly checksums: Set<string>;
  readonly manifests: Set<string>;
  readonly lists: Set<string>;
}

/** Makes an empty set of files. */
export const noFiles = (): SnapshotFiles => ({ data: new Set(), checksums: new Set(), manifests: new Set(), lists: new Set() });

/** What is read to find out which files a table has. */
export interface TableReading {
  readonly files: FileSystem;
  readonly metadata: MetadataReader;
  readonly tableDirectory: string;
  readonly table: TableMetadata;
  readonly signal: AbortSignal;
}

/** Adds the files that snapshots of a table refer to. With `isGone` those that they let go count too, and lists and manifests that are missing tell
 *  nothing: an earlier removal was interrupted.
 *  @throws STORAGE_CORRUPT when metadata cannot be read: then nothing may be removed */
export async function addSnapshotFiles(
  into: SnapshotFiles,
  snapshots: Iterable<Snapshot>,
  reading: TableReading,
  isGone = false,
): Promise<void> {
  const { files, metadata, tableDirectory, table, signal } = reading;
  const isMissing = async (path: string): Promise<boolean> => isGone && (await files.size(path)) === null;
  for (const { snapshotId, manifestList } of snapshots) {
    signal.throwIfAborted();
    const listPath = locationToPath(manifestList);
    into.checksums.add(checksumPath(tableDirectory, snapshotId));
    if (await isMissing(listPath)) continue;
    into.lists.add(listPath);
    for (const file of await metadata.manifestList(manifestList)) {
      const path = locationToPath(file.location);
      if (into.manifests.has(path) || (await isMissing(path))) continue;
      into.manifests.add(path);
      // Read past the cache: each is needed once.
      const { entries } = readManifest(await metadata.bytes(file.location), file, specOf(table, file.specId), table.schema.fields);
      for (const entry of entries) {
        if (entry.status === 'deleted' && !isGone) continue;
        into.data.add(locationToPath(entry.location));
        into.checksums.add(checksumPath(tableDirectory, entry.snapshotId ?? file.addedSnapshotId));
      }
    }
  }
}

/** Returns the paths of a table's current metadata file and of those that its log names. */
export function metadataFiles(table: TableMetadata, metadataLocation: string): ReadonlySet<string> {
  return new Set([metadataLocation, ...loggedFiles(table)].map(locationToPath));
}
