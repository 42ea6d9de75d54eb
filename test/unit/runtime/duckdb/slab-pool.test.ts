import { describe, expect, it } from 'vitest';
import { SlabPool } from '../../../../runtime/duckdb/slab-pool.ts';

describe('SlabPool', () => {
  it('hands memory that came back to the next frame that fits', () => {
    const pool = new SlabPool();
    const first = pool.take(100_000);
    pool.give(first);
    expect(pool.take(90_000).buffer).toBe(first.buffer);
    expect(pool.take(90_000).buffer).not.toBe(first.buffer);
  });

  it('tells a frame that is too large for the process as a lack of memory', () => {
    expect(() => new SlabPool().take(2 ** 52)).toThrow(expect.objectContaining({ code: 'RESOURCE_MEMORY' }));
  });
});
