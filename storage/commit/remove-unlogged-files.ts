import { locationToPath } from '../../spi/index.ts';
import type { FileSystem } from '../file/file-system.ts';
import { loggedFiles } from '../iceberg/metadata/change-table-metadata.ts';
import type { TableMetadata } from '../iceberg/metadata/table-metadata.ts';

/** Removes the metadata files that a table's log named before a commit and does not name after it. */
export async function removeUnloggedFiles(files: FileSystem, before: TableMetadata, after: TableMetadata): Promise<void> {
  const logged = new Set(loggedFiles(after));
  for (const old of loggedFiles(before)) {
    if (logged.has(old)) continue;
    // The commit is done: a file that stays takes some room, and nothing else.
    await files.remove(locationToPath(old)).catch(() => undefined);
  }
}
