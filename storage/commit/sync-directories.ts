import { dirname } from 'node:path';
import { assert } from '../../spi/index.ts';
import type { FileSystem } from '../file/file-system.ts';

/** Makes the entries of directories, and of all directories above them up to and including `root`, durable. */
export async function syncDirectories(files: FileSystem, directories: Iterable<string>, root: string): Promise<void> {
  const all = new Set<string>();
  for (const directory of directories) {
    assert(directory === root || directory.startsWith(`${root}/`), `${directory} is inside ${root}`);
    for (let path = directory; !all.has(path); path = dirname(path)) {
      all.add(path);
      if (path === root) break;
    }
  }
  await Promise.all([...all].map((path) => files.syncDirectory(path)));
}
