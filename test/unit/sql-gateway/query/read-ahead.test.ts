import { describe, expect, it } from 'vitest';
import { PlatformError } from '../../../../spi/index.ts';
import { readAhead } from '../../../../sql-gateway/query/read-ahead.ts';

const frame = (value: number) => Uint8Array.of(value);

async function collect(frames: AsyncIterable<Uint8Array>): Promise<number[]> {
  const values: number[] = [];
  for await (const bytes of frames) values.push(bytes[0] ?? -1);
  return values;
}

function source(count: number, failAt = Infinity) {
  const state = { pulled: 0, closed: false };
  async function* frames(): AsyncGenerator<Uint8Array> {
    try {
      for (let index = 0; index < count; index += 1) {
        if (index === failAt) throw new PlatformError('SQL_DIVISION_BY_ZERO', 'x');
        state.pulled += 1;
        yield frame(index);
      }
    } finally {
      state.closed = true;
    }
  }
  return { state, frames: frames() };
}

describe('reading ahead', () => {
  it.each([0, 1, 2, 5])('hands on all %d frames in order', async (count) => {
    const { frames } = await readAhead(source(count).frames);
    expect(await collect(frames)).toEqual(Array.from({ length: count }, (_, index) => index));
  });

  it('waits for the schema and the first rows, and no longer', async () => {
    const { state, frames } = source(5);
    await readAhead(frames);
    expect(state.pulled).toBe(2);
  });

  it.each([0, 1])('throws a failure at frame %d before anything is handed on', async (failAt) => {
    await expect(readAhead(source(5, failAt).frames)).rejects.toMatchObject({ code: 'SQL_DIVISION_BY_ZERO' });
  });

  it('throws a later failure where it stands, and never ends as if complete', async () => {
    const { frames } = await readAhead(source(5, 3).frames);
    await expect(collect(frames)).rejects.toMatchObject({ code: 'SQL_DIVISION_BY_ZERO' });
  });

  it('ends its source when nobody reads on', async () => {
    const { state, frames } = source(5);
    const started = await readAhead(frames);
    await started.close();
    expect(state.closed).toBe(true);
    expect(await collect(started.frames)).toEqual([]);
  });
});
