import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Units: milliseconds between two looks at what has been written. */
const INTERVAL_MS = 100;

/** Units: bytes by which a file has grown that are worth a sync. */
export const GROWN_BYTES_MIN = 4 << 20;

/** Lets the disk take up the files of a directory while `work` still writes them, so that little is left to wait for when they are synced at the end.
 *  Guarantees: nothing is durable by this alone; it never fails when `work` does not, and no sync goes on when it returns. */
export async function writeBack<Result>(directory: string, work: () => Promise<Result>, syncFile = datasync): Promise<Result> {
  const done = new AbortController();
  const syncing = syncWhatGrows(directory, syncFile, done.signal);
  try {
    return await work();
  } finally {
    done.abort();
    await syncing;
  }
}

async function syncWhatGrows(directory: string, syncFile: typeof datasync, done: AbortSignal): Promise<void> {
  const synced = new Map<string, number>();
  for (;;) {
    const isOver = await sleep(INTERVAL_MS, false, { signal: done }).catch(() => true);
    if (isOver) return;
    // What is not synced here is synced at the end: no failure of this matters.
    const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
    const files = entries.filter((entry) => entry.isFile()).map(({ name }) => join(directory, name));
    await Promise.all(files.map((path) => syncGrown(path, synced, syncFile).catch(() => undefined)));
  }
}

async function syncGrown(path: string, synced: Map<string, number>, syncFile: typeof datasync): Promise<void> {
  const { size } = await stat(path);
  if (size - (synced.get(path) ?? 0) < GROWN_BYTES_MIN) return;
  synced.set(path, size);
  await syncFile(path);
}

async function datasync(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.datasync();
  } finally {
    await file.close();
  }
}
