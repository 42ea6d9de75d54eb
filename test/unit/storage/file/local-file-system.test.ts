import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localFileSystem } from '../../../../storage/file/local-file-system.ts';

describe('the local file system', () => {
  let directory = '';
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'trivium-files-'));
  });
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  it('reads the same bytes as a whole and in pieces, whatever the length', async () => {
    const files = localFileSystem();
    for (const length of [0, 1, 16 << 10, (16 << 10) + 1, (1 << 20) + 3, (3 << 20) - 1]) {
      const path = join(directory, String(length));
      const bytes = randomBytes(length);
      writeFileSync(path, bytes);
      expect(bytes.equals(await files.read(path)), `${String(length)} bytes as a whole`).toBe(true);
      const pieces: Uint8Array[] = [];
      for await (const piece of files.stream(path)) pieces.push(piece);
      expect(bytes.equals(Buffer.concat(pieces)), `${String(length)} bytes in pieces`).toBe(true);
    }
  });

  it('says which file cannot be read', async () => {
    const path = join(directory, 'none');
    await expect(localFileSystem().read(path)).rejects.toMatchObject({ message: expect.stringContaining(path) as unknown });
  });
});
