import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onDisk } from '../file/durable-file.ts';

/** Tells whether a process of this machine has the id. */
export type IsProcessRunning = (pid: number) => boolean;

const OWNER_FILE = 'owner.json';

/** Takes a job's folder for this process; false when another process that runs has it. A process that is gone loses what it had.
 *  @throws STORAGE_IO */
export async function claimFolder(folder: string, isProcessRunning: IsProcessRunning): Promise<boolean> {
  const path = join(folder, OWNER_FILE);
  const draft = `${path}.${String(process.pid)}`;
  return onDisk(async () => {
    await writeFile(draft, JSON.stringify({ pid: process.pid }), { mode: 0o600 });
    try {
      if (await linkNew(draft, path)) return true;
      if (await isOwned(path, isProcessRunning)) return false;
      await removeStale(path, isProcessRunning);
      return await linkNew(draft, path);
    } finally {
      await rm(draft, { force: true });
    }
  });
}

/** Gives a job's folder back. */
export async function releaseFolder(folder: string): Promise<void> {
  await onDisk(() => rm(join(folder, OWNER_FILE), { force: true }));
}

/** Returns whether another process that runs has the folder. */
export async function isOwnedElsewhere(folder: string, isProcessRunning: IsProcessRunning): Promise<boolean> {
  return onDisk(() => isOwned(join(folder, OWNER_FILE), isProcessRunning));
}

/** A link made in one step lets exactly one of several processes win, with the whole text in place. */
async function linkNew(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** This process's own id in a file means an earlier process that had it: what this one owns it does not ask for again. */
async function isOwned(path: string, isProcessRunning: IsProcessRunning): Promise<boolean> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return false;
  const { pid } = JSON.parse(text) as { readonly pid: number };
  return pid !== process.pid && isProcessRunning(pid);
}

/** Moves the file away and looks again: another process may have put its own in its place meanwhile, and then gets it back. */
async function removeStale(path: string, isProcessRunning: IsProcessRunning): Promise<void> {
  const away = `${path}.stale-${String(process.pid)}`;
  try {
    await rename(path, away);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (await isOwned(away, isProcessRunning)) await linkNew(away, path);
  await rm(away, { force: true });
}
