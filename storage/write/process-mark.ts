import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { FileSystem } from '../file/file-system.ts';

/** Tells the sweeps of other processes that this one runs and may have writes open. */
export interface ProcessMark {
  /** Ids of the process's write transactions begin with this and `_`. */
  readonly id: string;
  remove(): Promise<void>;
}

/** Marks this process in the directory; after a crash the mark is recognised by its process being gone. */
export async function markProcess(files: FileSystem, directory: string): Promise<ProcessMark> {
  const id = randomBytes(8).toString('hex');
  const path = join(directory, `${id}.json`);
  await files.makeDirectory(directory);
  await files.write(path, Buffer.from(JSON.stringify({ pid: process.pid })));
  return { id, remove: () => files.remove(path) };
}
