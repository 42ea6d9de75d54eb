import { describe, expect, it } from 'vitest';
import { PlatformError } from '../../../../spi/index.ts';
import { eachParallel } from '../../../../storage/file/each-parallel.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('eachParallel', () => {
  it('works on every item once, on no more at one time than told', async () => {
    const done: number[] = [];
    let [running, most] = [0, 0];
    await eachParallel([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
      most = Math.max(most, (running += 1));
      await turn();
      running -= 1;
      done.push(item);
    });
    expect(done.sort()).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(most).toBe(3);
  });

  it('begins nothing after a failure, waits for what runs, and throws the first error', async () => {
    const ended: number[] = [];
    const work = async (item: number): Promise<void> => {
      await turn();
      if (item === 2) throw new PlatformError('STORAGE_IO', 'two');
      await turn();
      ended.push(item);
      if (item === 3) throw new PlatformError('STORAGE_IO', 'three');
    };
    await expect(eachParallel([1, 2, 3, 4, 5], 3, work)).rejects.toThrow('two');
    expect(ended).toEqual([1, 3]);
  });

  it('has nothing to do without items', async () => {
    await eachParallel([], 3, () => Promise.reject(new PlatformError('STORAGE_IO', 'no item')));
  });
});
