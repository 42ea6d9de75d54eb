import zlib from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { negotiateCoding } from '../../../../sql-gateway/http/content-coding.ts';

/** What this Node makes of a client that likes zstd: the test holds on every version. */
const zstd = 'createZstdCompress' in zlib ? 'zstd' : 'identity';

describe('negotiateCoding', () => {
  it('codes nothing unless asked to', () => {
    expect(negotiateCoding(undefined, 'json')).toBe('identity');
    expect(negotiateCoding('', 'json')).toBe('identity');
    expect(negotiateCoding('br, deflate', 'json')).toBe('identity');
  });

  it('takes the coding of the highest quality, and gzip for a star', () => {
    expect(negotiateCoding('gzip, deflate', 'json')).toBe('gzip');
    expect(negotiateCoding('X-GZIP', 'json')).toBe('gzip');
    expect(negotiateCoding('gzip;q=0.5, zstd;q=0.2', 'json')).toBe('gzip');
    expect(negotiateCoding('identity;q=0.9, gzip;q=0.5', 'json')).toBe('identity');
    expect(negotiateCoding('*', 'json')).toBe(zstd === 'zstd' ? 'zstd' : 'gzip');
  });

  it('never takes one that is refused', () => {
    expect(negotiateCoding('gzip;q=0', 'json')).toBe('identity');
    expect(negotiateCoding('gzip;q=0, zstd;q=0, *', 'json')).toBe('identity');
    expect(negotiateCoding('gzip;q=x', 'json')).toBe('identity');
  });

  it('takes zstd where this Node has it', () => {
    expect(negotiateCoding('zstd', 'json')).toBe(zstd);
    expect(negotiateCoding('zstd, gzip', 'json')).toBe(zstd === 'zstd' ? 'zstd' : 'gzip');
  });
});
