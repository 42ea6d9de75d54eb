import { constants } from 'node:fs';
import { type FileHandle, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileSystem } from '../../../storage/file/file-system.ts';
import { localFileSystem } from '../../../storage/file/local-file-system.ts';

/** A mutant: it takes what one write took for all. */
export const fileSystemThatIgnoresCounts: Pick<FileSystem, 'write'> = {
  write: async (path, bytes) => {
    const handle = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o644);
    await handle.write(bytes, 0, bytes.byteLength, 0);
    await handle.sync();
    await handle.close();
  },
};

/** Writes files of many lengths while the operating system takes fewer bytes at a time than it is given, as on a full quota or after a signal.
 *  Returns how many files do not hold what was written. */
export async function countTornFiles(
  directory: string,
  files: Pick<FileSystem, 'write'>,
  random: () => number,
  count: number,
): Promise<number> {
  await localFileSystem().makeDirectory(directory);
  const restore = await takeFewerBytes(directory, random);
  let torn = 0;
  try {
    for (let index = 0; index < count; index += 1) {
      const path = join(directory, `file-${String(index)}`);
      const bytes = Buffer.from(Array.from({ length: 1 + Math.floor(random() * 3000) }, () => Math.floor(random() * 256)));
      await files.write(path, bytes);
      if (!bytes.equals(await readFile(path))) torn += 1;
      await rm(path);
    }
  } finally {
    restore();
  }
  return torn;
}

type WriteBytes = (bytes: Uint8Array, offset: number, length: number, position: number) => Promise<{ bytesWritten: number }>;

/** Lets every file handle of this process take a part of what it is given. Returns what ends it. */
async function takeFewerBytes(directory: string, random: () => number): Promise<() => void> {
  const probe = await open(join(directory, 'probe'), 'w');
  const prototype = Object.getPrototypeOf(probe) as { write: FileHandle['write'] };
  await probe.close();
  const { write } = prototype;
  const short = function (this: FileHandle, bytes: Uint8Array, offset: number, length: number, position: number) {
    return (write as unknown as WriteBytes).call(this, bytes, offset, Math.max(1, Math.floor(length * random())), position);
  };
  prototype.write = short as unknown as FileHandle['write'];
  return () => {
    prototype.write = write;
  };
}
