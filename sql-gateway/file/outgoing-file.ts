import { constants } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { PlatformError } from '../../spi/index.ts';
import { writeAll } from './write-all.ts';

/** A file being written, invisible under its name until `publish`. */
export interface OutgoingFile {
  write(bytes: Uint8Array): Promise<void>;
  /** Syncs the file and puts it under its name in one step. */
  publish(): Promise<void>;
  /** Removes what was written; does nothing after `publish`. */
  discard(): Promise<void>;
}

/** A folder that was opened and checked. */
export interface OpenedFolder {
  readonly handle: FileHandle;
  readonly path: string;
}

/** Starts a file in the folder under a temporary name, and takes over the folder's handle.
 *  @throws STORAGE_FILE when the name is taken by something else than a plain file, STORAGE_IO */
export async function createOutgoingFile(folder: OpenedFolder, named: string): Promise<OutgoingFile> {
  const name = basename(named);
  // On Linux the opened folder itself is used, whatever its path stands for by then.
  const place = process.platform === 'linux' ? `/proc/self/fd/${String(folder.handle.fd)}` : folder.path;
  if (name === '' || name === '.' || name === '..') throw new PlatformError('STORAGE_LOCATION', `'${named}' names no file.`);
  // A name that cannot be looked up is free; the rename at the end tells if not.
  const existing = await stat(join(place, name)).catch(() => null);
  if (existing !== null && !existing.isFile()) throw new PlatformError('STORAGE_FILE', `'${named}' exists and is not a plain file.`);
  const temporary = join(place, `.${name.slice(0, 100)}.${String(process.pid)}-${String(Date.now())}.part`);
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const file = await open(temporary, flags, 0o644).catch((error: unknown) => {
    throw PlatformError.from(error, 'STORAGE_IO');
  });
  let pending = true;
  const release = async (): Promise<void> => {
    pending = false;
    await file.close();
    await folder.handle.close();
  };
  return {
    write: (bytes) => writeAll(file, bytes),
    publish: async () => {
      await file.sync();
      await rename(temporary, join(place, name));
      await folder.handle.sync();
      await release();
    },
    discard: async () => {
      if (!pending) return;
      await rm(temporary, { force: true });
      await release();
    },
  };
}
