import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { FileSystem } from '../file/file-system.ts';

/** Tells the sweeps of other processes that this one runs and may have writes open. */
export interface ProcessMark {
  /** Returns an id for a write, which begins with that of the mark and `_`. */
  nextWriteId(): string;
  remove(): Promise<void>;
}

/** Marks this process in the directory; after a crash the mark is recognised by its process being gone. */
export async function markProcess(files: FileSystem, directory: string): Promise<ProcessMark> {
  const id = randomBytes(8).toString('hex');
  const path = join(directory, `${id}.json`);
  await files.makeDirectory(directory);
  await files.write(path, Buffer.from(JSON.stringify({ pid: process.pid })));
  let writes = 0;
  const nextWriteId = (): string => {
    writes += 1;
    return `${id}_${String(writes)}`;
  };
  return { nextWriteId, remove: () => files.remove(path) };
}
