import { EventEmitter, once } from 'node:events';
import { appendFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GROWN_BYTES_MIN, writeBack } from '../../../../engines/duckdb/write-back.ts';

/** A disk that notes what it is asked to take up. */
class NotedDisk extends EventEmitter {
  readonly synced: string[] = [];
  readonly sync = async (path: string): Promise<void> => {
    this.synced.push(basename(path));
    this.emit('synced');
    return Promise.resolve();
  };

  next(): Promise<unknown> {
    return once(this, 'synced');
  }
}

let directory: string;
let disk: NotedDisk;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'write-back-'));
  disk = new NotedDisk();
});
afterEach(() => rm(directory, { recursive: true }));

const grow = (name: string, bytes = GROWN_BYTES_MIN): Promise<void> => appendFile(join(directory, name), Buffer.alloc(bytes));

describe('files that a statement writes', () => {
  it('go to the disk while it still writes them, each time when enough has come', async () => {
    const result = await writeBack(
      directory,
      async () => {
        await grow('small', GROWN_BYTES_MIN - 1);
        for (let time = 0; time < 2; time += 1) {
          const taken = disk.next();
          await grow('large');
          await taken;
        }
        return 'done';
      },
      disk.sync,
    );
    expect(result).toBe('done');
    expect(disk.synced).toEqual(['large', 'large']);
  });

  it('are not looked at any more when it has ended, and its error is the one that is told', async () => {
    const failed = writeBack(directory, () => Promise.reject(new RangeError('no rows')), disk.sync);
    await expect(failed).rejects.toThrow('no rows');
    await grow('late');
    // A writer that still ran would see the file of a second one before that one's own.
    await writeBack(
      directory,
      async () => {
        const taken = disk.next();
        await rm(join(directory, 'late'));
        await grow('second');
        await taken;
      },
      disk.sync,
    );
    expect(disk.synced).toEqual(['second']);
  });

  it('are written also when the disk refuses to take them up early, and when they go or are folders', async () => {
    const refused = new EventEmitter();
    const work = async (): Promise<string> => {
      await mkdir(join(directory, 'folder'));
      const told = once(refused, 'asked');
      await grow('large');
      await told;
      await rm(join(directory, 'large'));
      return 'done';
    };
    const refuse = (): Promise<void> => {
      refused.emit('asked');
      return Promise.reject(new RangeError('the disk failed'));
    };
    await expect(writeBack(directory, work, refuse)).resolves.toBe('done');
  });

  it('are all taken up before it returns: no sync goes on', async () => {
    let open = 0;
    const slow = async (path: string): Promise<void> => {
      open += 1;
      await disk.sync(path);
      for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
      open -= 1;
    };
    const work = async (): Promise<void> => {
      const taken = disk.next();
      await grow('large');
      await taken;
    };
    await writeBack(directory, work, slow);
    expect(open).toBe(0);
  });
});
