import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** A folder for passing files. */
export interface SpoolFolder {
  /** Creates a new, empty folder that only this process's user may enter. */
  createFolder(): Promise<string>;
  /** Returns the path of a file that is not there yet. */
  newPath(extension: string): string;
  close(): Promise<void>;
}

/** Empties the folder and opens it for use. */
export async function openSpoolFolder(directory: string): Promise<SpoolFolder> {
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true, mode: 0o700 });
  return {
    createFolder: () => mkdtemp(join(directory, 'file-')),
    newPath: (extension) => join(directory, `file-${randomUUID()}.${extension}`),
    close: () => rm(directory, { recursive: true, force: true }),
  };
}
