import fs, { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import type { FileSystem } from '../../../storage/file/file-system.ts';
import { localFileSystem } from '../../../storage/file/local-file-system.ts';

/** A mutant: it takes what one write took for all. */
export const fileSystemThatIgnoresCounts: Pick<FileSystem, 'write'> = {
  write: (path, bytes) => {
    const file = openSync(path, 'wx', 0o644);
    writeSync(file, bytes, 0, bytes.byteLength, 0);
    fsyncSync(file);
    closeSync(file);
    return Promise.resolve();
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
  const restore = takeFewerBytes(random);
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

type WriteBytes = (file: number, bytes: Uint8Array, offset: number, length: number, position: number) => number;

/** Lets every write of this process take a part of what it is given. Returns what ends it. */
function takeFewerBytes(random: () => number): () => void {
  const whole = fs.writeSync;
  const put = (write: typeof fs.writeSync): void => {
    fs.writeSync = write;
    // Those who import the function by its name call this one from now on.
    syncBuiltinESMExports();
  };
  const short: WriteBytes = (file, bytes, offset, length, position) =>
    whole(file, bytes, offset, Math.max(1, Math.floor(length * random())), position);
  put(short as typeof fs.writeSync);
  return () => {
    put(whole);
  };
}
