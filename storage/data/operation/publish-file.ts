import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { PlatformError } from '../../../spi/index.ts';

/** A file that stands under its name. */
export interface PublishedFile {
  readonly rows: number;
  readonly bytes: number;
}

/** Lets `write` make a file beside the path, syncs it, and gives it its name; `write` returns the number of rows.
 *  Guarantees: the file appears whole or not at all. @throws what `write` throws; STORAGE_IO */
export async function publishFile(
  path: string,
  signal: AbortSignal,
  write: (temporaryPath: string) => Promise<number>,
): Promise<PublishedFile> {
  const temporaryPath = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
  try {
    const rows = await write(temporaryPath);
    const bytes = await syncFile(temporaryPath);
    signal.throwIfAborted();
    await rename(temporaryPath, path);
    await syncFile(dirname(path));
    return { rows, bytes };
  } catch (error) {
    await rm(temporaryPath, { force: true });
    throw PlatformError.from(error, 'STORAGE_IO');
  }
}

async function syncFile(path: string): Promise<number> {
  const file = await open(path);
  try {
    await file.sync();
    return (await file.stat()).size;
  } finally {
    await file.close();
  }
}
