import { locationToPath } from '../../spi/index.ts';
import type { FileSystem } from '../file/file-system.ts';
import { loggedFiles } from '../iceberg/metadata/change-table-metadata.ts';
import { parseTableMetadata } from '../iceberg/metadata/parse-table-metadata.ts';
import type { Snapshot } from '../iceberg/metadata/table-metadata.ts';
import { addSnapshotFiles, noFiles, type TableReading } from './table-files.ts';

/** What was removed. */
export interface CollectedGarbage {
  readonly dataFiles: number;
  readonly metadataFiles: number;
  readonly bytes: number;
}

/** Removes the files of forgotten snapshots that no snapshot left refers to. Forgotten are those that older metadata files of the table's log name.
 *  Guarantees: removes nothing outside of the table's directory; data goes before the manifests that name it, so that an interrupted collection is
 *  taken up by the next one.
 *  @param pinned ids of snapshots whose files stay although they are forgotten */
export async function collectGarbage(
  reading: TableReading,
  pinned: ReadonlySet<string>,
  onProgress: (done: number, total: number) => Promise<void>,
): Promise<CollectedGarbage> {
  const { files, table, tableDirectory, signal } = reading;
  const forgotten = await forgottenSnapshots(reading);
  if (forgotten.length === 0) return { dataFiles: 0, metadataFiles: 0, bytes: 0 };
  const isPinned = ({ snapshotId }: Snapshot): boolean => pinned.has(snapshotId.toString());
  const kept = noFiles();
  await addSnapshotFiles(kept, table.snapshots.values(), reading);
  await addSnapshotFiles(kept, forgotten.filter(isPinned), reading, true);
  const gone = noFiles();
  await addSnapshotFiles(
    gone,
    forgotten.filter((snapshot) => !isPinned(snapshot)),
    reading,
    true,
  );
  const mayGo = (from: ReadonlySet<string>, stays: ReadonlySet<string>): string[] =>
    [...from].filter((path) => !stays.has(path) && path.startsWith(`${tableDirectory}/`));
  const data = mayGo(gone.data, kept.data);
  const metadata = [...mayGo(gone.checksums, kept.checksums), ...mayGo(gone.manifests, kept.manifests), ...mayGo(gone.lists, kept.lists)];
  const total = data.length + metadata.length;
  const removed = { dataFiles: 0, metadataFiles: 0, bytes: 0 };
  for (const [index, path] of [...data, ...metadata].entries()) {
    signal.throwIfAborted();
    const bytes = await removeFile(files, path);
    await onProgress(index + 1, total);
    if (bytes === null) continue;
    removed.bytes += bytes;
    if (index < data.length) removed.dataFiles += 1;
    else removed.metadataFiles += 1;
  }
  return removed;
}

async function removeFile(files: FileSystem, path: string): Promise<number | null> {
  const bytes = await files.size(path);
  if (bytes !== null) await files.remove(path);
  return bytes;
}

async function forgottenSnapshots({ files, table }: TableReading): Promise<readonly Snapshot[]> {
  const forgotten = new Map<bigint, Snapshot>();
  for (const location of loggedFiles(table)) {
    const path = locationToPath(location);
    if ((await files.size(path)) === null) continue;
    const { snapshots } = parseTableMetadata(await files.read(path), location);
    for (const [id, snapshot] of snapshots) if (!table.snapshots.has(id)) forgotten.set(id, snapshot);
  }
  return [...forgotten.values()];
}
