import { join } from 'node:path';
import { type OrphanFile, pathToLocation } from '../../spi/index.ts';
import type { FileSystem } from '../file/file-system.ts';
import { isStagingOf } from '../sweep/sweep-warehouse.ts';
import { addSnapshotFiles, metadataFiles, noFiles, type TableReading } from './table-files.ts';

/** Units: milliseconds for which a changed file always stays: a commit under way may be about to refer to it. */
const YOUNG_MS = 600_000;

/** Units: milliseconds for which metadata stays while other processes have the warehouse open: their transactions may have staged it. */
const OTHERS_MS = 86_400_000;

/** Who may be writing to the table. */
export interface OrphanWriters {
  /** Ids of running processes that may have writes open, this one among them. */
  readonly live: ReadonlySet<string>;
  /** Paths of metadata files that transactions of this process have staged. */
  readonly staged: ReadonlySet<string>;
}

interface FoundFile {
  readonly path: string;
  readonly bytes: number;
  readonly modifiedMs: number;
}

/** Removes, or with `dryRun` lists, the files of a table's directory that nothing refers to.
 *  Guarantees: what a running process or an open transaction stages stays; the directory is listed before the metadata is read, so that no file counts as an orphan that was
 *  committed in between.
 *  @param read reads the table's current metadata
 *  @param olderThanMs milliseconds since 1970 UTC */
export async function removeOrphans(
  files: FileSystem,
  tableDirectory: string,
  read: () => Promise<{ readonly reading: TableReading; readonly metadataLocation: string }>,
  { live, staged }: OrphanWriters,
  { olderThanMs, dryRun }: { readonly olderThanMs: number; readonly dryRun: boolean },
): Promise<readonly OrphanFile[]> {
  const beforeMs = Math.min(olderThanMs, Date.now() - YOUNG_MS);
  const found: FoundFile[] = [];
  await listOld(files, tableDirectory, live, beforeMs, found);
  const { reading, metadataLocation } = await read();
  const kept = noFiles();
  await addSnapshotFiles(kept, reading.table.snapshots.values(), reading);
  const metadata = metadataFiles(reading.table, metadataLocation);
  const isKept = (path: string): boolean => metadata.has(path) || Object.values(kept).some((set: ReadonlySet<string>) => set.has(path));
  const othersBeforeMs = live.size > 1 ? Date.now() - OTHERS_MS : Infinity;
  const mayBeStaged = ({ path, modifiedMs }: FoundFile): boolean =>
    staged.has(path) || (path.startsWith(join(tableDirectory, 'metadata/')) && modifiedMs >= othersBeforeMs);
  const orphans = found.filter((file) => !isKept(file.path) && !mayBeStaged(file));
  for (const { path } of dryRun ? [] : orphans) {
    reading.signal.throwIfAborted();
    await files.remove(path);
  }
  return orphans.map(({ path, bytes }) => ({ location: pathToLocation(path), bytes }));
}

async function listOld(
  files: FileSystem,
  directory: string,
  live: ReadonlySet<string>,
  beforeMs: number,
  found: FoundFile[],
): Promise<void> {
  for (const { name, isDirectory, modifiedMs } of await files.list(directory)) {
    const path = join(directory, name);
    if (isDirectory && !isStagingOf(path, live)) await listOld(files, path, live, beforeMs, found);
    if (!isDirectory && modifiedMs < beforeMs) found.push({ path, bytes: (await files.size(path)) ?? 0, modifiedMs });
  }
}
