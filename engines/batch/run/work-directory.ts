import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isComplete, filesOf, type TaskResult } from './task-result.ts';

/** A new attempt at a task. */
export interface Attempt {
  readonly attempt: number;
  /** Created and empty. */
  readonly directory: string;
}

/** The state of one execution on disk: `<task>/attempt-<n>/` for what an attempt writes, and `<task>/done.json` once one has succeeded. */
export interface WorkDirectory {
  readonly path: string;
  /** Returns what the task left behind when it is done. */
  finished(task: string): Promise<TaskResult | null>;
  /** Begins an attempt; numbers go on from those of former processes. */
  begin(task: string): Promise<Attempt>;
  /** Removes what a failed attempt wrote, whose number stays taken. Never throws. */
  discard(attempt: Attempt): Promise<void>;
  /** Makes a task done, in one step; durable when the directory is. */
  publish(task: string, attempt: number, result: TaskResult): Promise<void>;
  /** Removes everything, unless the directory is somebody else's. */
  close(): Promise<void>;
}

const HEADER = 'execution.json';
const DONE = 'done.json';

/** Opens the directory of an execution. In a durable one, what another execution of the same identity has finished is found again; what is
 *  left of any other is removed. */
export async function openWorkDirectory(durable: string | undefined, spool: string, identity: string): Promise<WorkDirectory> {
  const path = durable ?? join(spool, `execution-${randomUUID()}`);
  await mkdir(path, { recursive: true });
  const header = JSON.stringify({ version: 1, identity });
  if (durable !== undefined && (await readText(join(path, HEADER))) !== header) {
    for (const name of await readdir(path)) await rm(join(path, name), { recursive: true, force: true });
    await writeDurably(join(path, HEADER), header);
  }
  return new TaskDirectories(path, durable !== undefined);
}

class TaskDirectories implements WorkDirectory {
  readonly path: string;
  readonly #durable: boolean;

  constructor(path: string, durable: boolean) {
    this.path = path;
    this.#durable = durable;
  }

  async finished(task: string): Promise<TaskResult | null> {
    if (!this.#durable) return null;
    const text = await readText(join(this.path, task, DONE));
    if (text === null) return null;
    const { result } = JSON.parse(text) as { readonly result: TaskResult };
    return (await isComplete(result)) ? result : null;
  }

  async begin(task: string): Promise<Attempt> {
    const parent = join(this.path, task);
    await mkdir(parent, { recursive: true });
    const earlier = (await readdir(parent)).map((name) => Number(/^attempt-(\d+)$/.exec(name)?.[1] ?? 0));
    const attempt = Math.max(0, ...earlier) + 1;
    const directory = join(parent, `attempt-${String(attempt)}`);
    await mkdir(directory);
    return { attempt, directory };
  }

  async discard({ directory }: Attempt): Promise<void> {
    try {
      for (const name of await readdir(directory)) await rm(join(directory, name), { recursive: true, force: true });
    } catch {
      // The execution's directory goes as a whole in the end; until then the error of the attempt counts.
    }
  }

  async publish(task: string, attempt: number, result: TaskResult): Promise<void> {
    if (!this.#durable) return;
    // The files of a table that is written are synced by their writer.
    if (result.kind !== 'stage') for (const { path } of filesOf(result)) await syncFile(path);
    await writeDurably(join(this.path, task, DONE), JSON.stringify({ attempt, result }));
  }

  async close(): Promise<void> {
    if (!this.#durable) await rm(this.path, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    // There is none yet.
    return null;
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const temporary = `${path}.new`;
  const file = await open(temporary, 'w');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  await syncFile(dirname(path));
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
