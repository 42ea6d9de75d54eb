import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { StateWriter } from '../../../../../engines/stream/state/state-writer.ts';
import { readStateFile, writeStateFile } from '../../../../../engines/stream/view/state-file.ts';

const directory = mkdtempSync(join(tmpdir(), 'trivium-state-'));
const path = join(directory, 'state');
const state = new StateWriter();
state.text('small');
state.integers(Int32Array.from({ length: 100_000 }, (_, index) => index));
state.number(7);

afterAll(() => {
  rmSync(directory, { recursive: true });
});

beforeEach(async () => {
  await writeStateFile(path, 'query', state);
});

test('a state comes back as it was written', async () => {
  const reader = await readStateFile(path, 'query');
  expect([reader.text(), reader.integers().at(-1), reader.number()]).toEqual(['small', 99_999, 7]);
  expect(await writeStateFile(path, 'query', state)).toBe(readFileSync(path).byteLength);
});

describe('a state file is refused', () => {
  test.each<[string, (bytes: Buffer) => Buffer, RegExp]>([
    ['when a byte was changed', (bytes) => flipped(bytes, bytes.length - 9), /checksum/],
    ['when its header was changed', (bytes) => flipped(bytes, 30), /checksum/],
    ['when it is cut off', (bytes) => bytes.subarray(0, -8), /cut off/],
    ['when it has another format', (bytes) => flipped(bytes, 8), /format 0/],
    ['when it is something else', () => Buffer.from('{}'), /no state of a view/],
  ])('%s', async (_title, change, message) => {
    writeFileSync(path, change(readFileSync(path)));
    await expect(readStateFile(path, 'query')).rejects.toMatchObject({
      code: 'STORAGE_CORRUPT',
      message: expect.stringMatching(message) as string,
    });
  });

  test('when it belongs to another query, and when it is missing', async () => {
    await expect(readStateFile(path, 'other')).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' });
    await expect(readStateFile(`${path}-none`, 'query')).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' });
  });
});

test('a state that cannot be written is an error of the file system', async () => {
  await expect(writeStateFile(join(directory, 'none', 'state'), 'query', state)).rejects.toMatchObject({ code: 'STORAGE_IO' });
});

function flipped(bytes: Buffer, at: number): Buffer {
  return Buffer.from(bytes.map((byte, index) => (index === at ? byte ^ 1 : byte)));
}
