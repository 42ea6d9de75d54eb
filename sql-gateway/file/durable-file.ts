import { open } from 'node:fs/promises';
import { PlatformError } from '../../spi/index.ts';

/** Writes a new file; it and its bytes are durable when its folder is synced too.
 *  @throws STORAGE_IO, RESOURCE_DISK */
export async function writeSynced(path: string, text: string): Promise<void> {
  await onDisk(async () => {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
  });
}

/** Makes the names in a folder durable.
 *  @throws STORAGE_IO */
export async function syncFolder(path: string): Promise<void> {
  await onDisk(async () => {
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  });
}

/** Runs work on files and tells its failures in codes.
 *  @throws STORAGE_IO, RESOURCE_DISK */
export async function onDisk<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PlatformError) throw error;
    const full = ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');
    throw PlatformError.from(error, full ? 'RESOURCE_DISK' : 'STORAGE_IO');
  }
}
