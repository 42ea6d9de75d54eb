import { join } from 'node:path';
import type { FileSystem } from '../file/file-system.ts';

/** Returns when anything in a directory was last changed, at any depth. Units: milliseconds since 1970 UTC; 0 for an empty directory's content. */
export async function newestChangeMs(files: FileSystem, directory: string): Promise<number> {
  let newestMs = 0;
  for (const entry of await files.list(directory)) {
    newestMs = Math.max(newestMs, entry.modifiedMs);
    if (entry.isDirectory) newestMs = Math.max(newestMs, await newestChangeMs(files, join(directory, entry.name)));
  }
  return newestMs;
}
