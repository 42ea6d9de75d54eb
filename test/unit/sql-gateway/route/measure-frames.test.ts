import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { measureFrames } from '../../../../sql-gateway/route/measure-frames.ts';

const WAIT_MS = 300;

/** Waits for others, then for itself; returns what was measured. */
async function measured(tells: boolean): Promise<number> {
  let told = Number.NaN;
  const open = async function* (begin: () => void): AsyncGenerator<Uint8Array> {
    await sleep(WAIT_MS);
    if (tells) begin();
    yield new Uint8Array(1);
  };
  const frames = measureFrames(open, (waitedMs) => (told = waitedMs));
  for await (const frame of frames) expect(frame).toHaveLength(1);
  return told;
}

describe('the time of a statement', () => {
  test('leaves out what it waited for others before its work began', async () => {
    expect(await measured(true)).toBeLessThan(WAIT_MS);
  });

  test('would count it if the engine did not tell (mutant)', async () => {
    expect(await measured(false)).toBeGreaterThanOrEqual(WAIT_MS - 5);
  });

  test('is told with the error when the frames fail', async () => {
    const failing = async function* (): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(1);
      await Promise.reject(new RangeError('broken'));
    };
    let error: unknown = null;
    const frames = measureFrames(failing, (_, failed) => (error = failed))[Symbol.asyncIterator]();
    await frames.next();
    await expect(frames.next()).rejects.toThrow('broken');
    expect(error).toBeInstanceOf(RangeError);
  });
});
