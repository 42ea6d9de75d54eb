import avro from 'avsc';
import { describe, expect, it } from 'vitest';
import { readContainer } from '../../../../storage/iceberg/avro/read-container.ts';
import { writeContainer } from '../../../../storage/iceberg/avro/write-container.ts';
import type { JsonObject } from '../../../../storage/iceberg/json/lossless-json.ts';

const SCHEMA: JsonObject = {
  type: 'record',
  name: 'row',
  fields: [
    { name: 'id', type: 'long', 'field-id': 7 },
    { name: 'word', type: ['null', 'string'], default: null, 'field-id': 8 },
  ],
};

const rows = Array.from({ length: 20_000 }, (_, index) => ({
  id: BigInt(index) << 40n,
  word: index % 3 === 0 ? null : `word ${String(index)}`,
}));

describe('an Avro container', () => {
  it('gives back rows, metadata and the field ids of the schema', () => {
    const file = writeContainer(SCHEMA, { 'format-version': '2' }, rows);
    const container = readContainer(file, 'The file');
    expect(container.schema).toEqual(SCHEMA);
    expect(container.metadata['format-version']).toBe('2');
    expect(container.rows).toEqual(rows.map((row) => ({ ...row, id: row.id < 2n ** 52n ? Number(row.id) : row.id })));
  });

  it('can be read by an independent reader', async () => {
    const file = writeContainer(SCHEMA, {}, [{ id: 5n, word: 'five' }]);
    const decoder = new avro.streams.BlockDecoder();
    const read = new Promise<unknown[]>((resolve, reject) => {
      const found: unknown[] = [];
      decoder.on('data', (row: object) => found.push({ ...row }));
      decoder.on('end', () => {
        resolve(found);
      });
      decoder.on('error', reject);
    });
    decoder.end(file);
    expect(await read).toEqual([{ id: 5, word: 'five' }]);
  });

  it('is refused when it ends early or has a changed byte at the end of a block', () => {
    const file = writeContainer(SCHEMA, {}, rows.slice(0, 100));
    expect(() => readContainer(file.subarray(0, file.length - 5), 'The file')).toThrow('The file ends early');
    const changed = Uint8Array.from(file);
    changed[changed.length - 3] = (changed[changed.length - 3] ?? 0) ^ 1;
    expect(() => readContainer(changed, 'The file')).toThrow('The file has a damaged block');
  });
});
