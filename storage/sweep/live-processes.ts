import { join } from 'node:path';
import { isProcessRunning } from '../../runtime/process/index.ts';
import type { FileSystem } from '../file/file-system.ts';
import { JsonReader } from '../iceberg/json/json-reader.ts';
import { parseLosslessJson } from '../iceberg/json/lossless-json.ts';

/** Returns the ids of marked processes that still run; the marks of ended ones are removed. */
export async function liveProcesses(files: FileSystem, directory: string): Promise<ReadonlySet<string>> {
  const live = new Set<string>();
  for (const { name } of await files.list(directory)) {
    const id = /^([0-9a-f]+)\.json$/.exec(name)?.[1];
    if (id === undefined) continue;
    const path = join(directory, name);
    if ((await files.size(path)) === null) continue;
    const bytes = await files.read(path);
    // An empty mark is one that its process is just writing; a number that has gone to another process only keeps orphans a while longer.
    if (
      bytes.byteLength === 0 ||
      isProcessRunning(new JsonReader(parseLosslessJson(Buffer.from(bytes).toString(), path), path).integer('pid'))
    )
      live.add(id);
    else await files.remove(path);
  }
  return live;
}
