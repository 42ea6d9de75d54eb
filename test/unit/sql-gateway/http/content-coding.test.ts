import zlib from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { negotiateCoding } from '../../../../sql-gateway/http/content-coding.ts';

/** What this Node makes of a client that likes zstd: the test holds on every version. */
const zstd = 'createZstdCompress' in zlib ? 'zstd' : 'identity';

describe('negotiateCoding', () => {
  it('codes nothing unless asked to', () => {
    expect(negotiateCoding(undefined)).toBe('identity');
    expect(negotiateCoding('')).toBe('identity');
    expect(negotiateCoding('br, deflate')).toBe('identity');
  });

  it('takes the coding of the highest quality, and gzip for a star', () => {
    expect(negotiateCoding('gzip, deflate')).toBe('gzip');
    expect(negotiateCoding('X-GZIP')).toBe('gzip');
    expect(negotiateCoding('gzip;q=0.5, zstd;q=0.2')).toBe('gzip');
    expect(negotiateCoding('identity;q=0.9, gzip;q=0.5')).toBe('identity');
    expect(negotiateCoding('*')).toBe(zstd === 'zstd' ? 'zstd' : 'gzip');
  });

  it('never takes one that is refused', () => {
    expect(negotiateCoding('gzip;q=0')).toBe('identity');
    expect(negotiateCoding('gzip;q=0, zstd;q=0, *')).toBe('identity');
    expect(negotiateCoding('gzip;q=x')).toBe('identity');
  });

  it('takes zstd where this Node has it', () => {
    expect(negotiateCoding('zstd')).toBe(zstd);
    expect(negotiateCoding('zstd, gzip')).toBe(zstd === 'zstd' ? 'zstd' : 'gzip');
  });
});
