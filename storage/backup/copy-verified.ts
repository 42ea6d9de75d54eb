import { randomUUID } from 'node:crypto';
import { copyFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pathToLocation, PlatformError } from '../../spi/index.ts';
import { digestFile } from '../file/digest-file.ts';
import type { FileSystem } from '../file/file-system.ts';

/** What a copy has. */
export interface VerifiedCopy {
  readonly bytes: number;
  /** SHA-256 in hex. */
  readonly sha256: string;
}

const PART = '.part';

/** Tells whether a file is a copy that was begun and has no name yet. */
export const isPart = (name: string): boolean => name.endsWith(PART);

/** Copies a file: the copy is read again, compared, and synced before it gets its name. The caller syncs the directory.
 *  @param expected SHA-256 that the file is known to have; that of what is read now when left out
 *  @throws STORAGE_CORRUPT when the file is missing or not what it is known to be, STORAGE_IO */
export async function copyVerified(files: FileSystem, from: string, to: string, expected?: string): Promise<VerifiedCopy> {
  await files.makeDirectory(dirname(to));
  const part = `${to}.${randomUUID()}${PART}`;
  const sha256 = expected ?? (await digestFile(files, pathToLocation(from)));
  try {
    await copyFile(from, part);
    if ((await digestFile(files, pathToLocation(part))) !== sha256) throw notAsWritten(from);
    await files.sync(part);
    const { size } = await stat(part);
    await rename(part, to);
    return { bytes: size, sha256 };
  } catch (error) {
    await rm(part, { force: true });
    if (error instanceof PlatformError) throw error;
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new PlatformError(isMissing ? 'STORAGE_CORRUPT' : 'STORAGE_IO', `The file ${from} cannot be copied: ${String(error)}.`, {
      cause: error,
      details: { path: from },
    });
  }
}

function notAsWritten(path: string): PlatformError {
  return new PlatformError('STORAGE_CORRUPT', `The file ${path} is not what was written: its SHA-256 differs.`, {
    hint: 'CALL system.verify and trivium verify list what is damaged.',
    details: { path },
  });
}
