import { describe, expect, it } from 'vitest';
import { locationToPath, pathToLocation } from '../../../../spi/index.ts';

describe('a location', () => {
  it.each(['/data/t', '/data/with blank/é#?%41'])('of the path %s is read back as it was, nothing encoded', (path) => {
    expect(pathToLocation(path)).toBe(`file://${path}`);
    expect(locationToPath(pathToLocation(path))).toBe(path);
  });

  it.each(['file:/data/t', '/data/t', 'file:///data/t'])('of other writers is read however they spell it: %s', (location) => {
    expect(locationToPath(location)).toBe('/data/t');
  });

  it.each(['s3://bucket/t', 'data/t', 'file:data', '//host/data', 'file://host/data'])('%s is refused: it is no local file', (location) => {
    expect(() => locationToPath(location)).toThrow(expect.objectContaining({ code: 'STORAGE_LOCATION' }));
  });

  it('with a step upwards is refused', () => {
    expect(() => locationToPath('file:///data/t/../secret')).toThrow(expect.objectContaining({ code: 'STORAGE_LOCATION' }));
  });
});
