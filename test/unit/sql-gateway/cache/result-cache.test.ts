import { describe, expect, it } from 'vitest';
import { createResultCache } from '../../../../sql-gateway/cache/result-cache.ts';

const result = (bytes: number, value = 7) => ({ columns: [], frames: [new Uint8Array(bytes).fill(value)], snapshots: ['main.t@1'] });

describe('the cache of results', () => {
  it('gives back what was stored, and counts hits and misses', () => {
    const cache = createResultCache(2 ** 20);
    expect(cache.find('a')).toBeNull();
    cache.store('a', result(3));
    expect(cache.find('a')).toMatchObject({ frames: [Uint8Array.of(7, 7, 7)], snapshots: ['main.t@1'] });
    expect(cache.figures).toMatchObject({ entries: 1, hits: 1, misses: 1 });
  });

  it('holds no more bytes than allowed: what was unused for longest gives way', () => {
    const cache = createResultCache(10_000);
    cache.store('a', result(3000));
    cache.store('b', result(3000));
    cache.find('a');
    cache.store('c', result(3000));
    expect([cache.has('a'), cache.has('b'), cache.has('c')]).toEqual([true, false, true]);
    expect(cache.figures.bytes).toBeLessThanOrEqual(10_000);
  });

  it('counts a result stored twice once', () => {
    const cache = createResultCache(2 ** 20);
    cache.store('a', result(3000));
    const { bytes } = cache.figures;
    cache.store('a', result(3000));
    expect(cache.figures).toMatchObject({ entries: 1, bytes });
  });

  it('gives frames that are a part of their memory, so that nobody can give the memory away', () => {
    const cache = createResultCache(2 ** 20);
    cache.store('a', result(3000));
    const [frame] = cache.find('a')?.frames ?? [];
    expect(frame?.byteLength).toBe(3000);
    expect(frame?.buffer.byteLength).toBeGreaterThan(3000);
  });

  it('of no bytes keeps nothing', () => {
    const cache = createResultCache(0);
    cache.store('a', result(0));
    expect(cache.has('a')).toBe(false);
    expect(cache.entryBytesMax).toBe(0);
  });
});
