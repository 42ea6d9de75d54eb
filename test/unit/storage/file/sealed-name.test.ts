import { describe, expect, it } from 'vitest';
import { readSealed, sealedId } from '../../../../storage/file/sealed-name.ts';
import { MemoryFileSystem } from '../fixture/memory-file-system.ts';

const BYTES = Buffer.from('{"format-version":2}');

describe('a file that is named by its bytes', () => {
  it('is read when they are as they were, under names that are never the same', async () => {
    const files = new MemoryFileSystem();
    const names = [1, 2].map(() => `/w/00001-${sealedId(BYTES)}.metadata.json`);
    expect(new Set(names).size).toBe(2);
    for (const name of names) {
      await files.write(name, BYTES);
      expect(await readSealed(files, `file://${name}`)).toEqual(Uint8Array.from(BYTES));
    }
  });

  it('is refused when a bit of it has changed', async () => {
    const files = new MemoryFileSystem();
    const name = `/w/${sealedId(BYTES)}-m0.avro`;
    for (let bit = 0; bit < 8 * BYTES.byteLength; bit += 7) {
      const damaged = Buffer.from(BYTES);
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      await files.replace(name, damaged);
      await expect(readSealed(files, `file://${name}`)).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' });
    }
  });

  it('is taken as it is under a name by another writer', async () => {
    const files = new MemoryFileSystem();
    await files.write('/w/00001-2b3c1f5e-7a10-4c5d-9a1b-0123456789ab.metadata.json', BYTES);
    expect(await readSealed(files, 'file:///w/00001-2b3c1f5e-7a10-4c5d-9a1b-0123456789ab.metadata.json')).toEqual(Uint8Array.from(BYTES));
  });
});
