import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DataType, FileSource } from '../../../../spi/index.ts';
import { columns, type DataWorkbench, openWorkbench } from './fixture/data-workbench.ts';

let bench: DataWorkbench;
beforeAll(async () => {
  bench = await openWorkbench();
});
afterAll(() => bench.close());

const lines = (...objects: readonly string[]): FileSource => bench.file('ndjson', `${objects.join('\n')}\n`);
const decimal: DataType = { kind: 'decimal', precision: 38, scale: 10 };

describe('writing an NDJSON file', () => {
  it('takes keys in any case and order, and missing keys and null as NULL', async () => {
    const rows = await bench.load(lines('{"WORD":"a","id":1}', '', '{"id":null}', '{}'), columns({ id: 'bigint', word: 'varchar' }));
    expect(rows).toEqual([
      { id: 1n, word: 'a' },
      { id: null, word: null },
      { id: null, word: null },
    ]);
  });

  it('keeps 64-bit integers and decimals exactly, as numbers or as texts', async () => {
    const rows = await bench.load(
      lines(
        '{"b":9223372036854775807,"d":0.0000001}',
        '{"b":"-9223372036854775808","d":"1234567890123456789012345678.0123456789"}',
        '{"b":0,"d":123456789.0123}',
      ),
      columns({ b: 'bigint', d: decimal }),
    );
    expect(rows).toEqual([
      { b: 9223372036854775807n, d: '0.0000001000' },
      { b: -9223372036854775808n, d: '1234567890123456789012345678.0123456789' },
      { b: 0n, d: '123456789.0123000000' },
    ]);
  });

  it('refuses a decimal number with more digits than programs agree on, and asks for a text', async () => {
    const load = bench.load(lines('{"d":1.5}', '{"d":1234567890123456.78}'), columns({ d: decimal }));
    await expect(load).rejects.toMatchObject({ code: 'SQL_INVALID_VALUE', details: { column: 'd', row: 2 } });
  });

  it.each([
    ['integer', '1.5'],
    ['integer', '1.0'],
    ['integer', 'true'],
    ['integer', '3000000000'],
    ['bigint', '9223372036854775808'],
    ['boolean', '"true"'],
    ['boolean', '1'],
    ['double', '"x"'],
    ['date', '20010203'],
    ['date', '"03.02.2001"'],
    ['timestamp', '"2001-02-03T04:05:06Z"'],
    ['varbinary', '1234'],
  ] as const)('refuses for a column of type %s the value %s, with column and row', async (kind, value) => {
    const load = bench.load(lines('{"v":null}', `{"v":${value}}`), columns({ v: kind }));
    await expect(load).rejects.toMatchObject({ code: 'SQL_INVALID_VALUE', details: { column: 'v', row: 2 } });
  });

  it('takes ISO 8601 dates and times and base64 bytes', async () => {
    const rows = await bench.load(
      lines('{"a":"2001-02-03","b":"04:05:06.5","c":"2001-02-03T04:05:06","d":"2001-02-03T04:05:06.000001Z","e":"AP8="}'),
      columns({ a: 'date', b: 'time', c: 'timestamp', d: 'timestamptz', e: 'varbinary' }),
    );
    expect(rows).toEqual([
      { a: '2001-02-03', b: '04:05:06.500', c: '2001-02-03T04:05:06', d: '2001-02-03T04:05:06.000001Z', e: new Uint8Array([0, 255]) },
    ]);
  });

  it('builds lists, maps and structs, at any depth', async () => {
    const point = (firstId: number): DataType => ({
      kind: 'struct',
      fields: [
        { id: firstId, name: 'x y', type: { kind: 'integer' }, nullable: true },
        {
          id: firstId + 1,
          name: 'tags',
          type: { kind: 'list', element: { kind: 'varchar' }, elementNullable: true, elementId: firstId + 2 },
          nullable: true,
        },
      ],
    });
    const fields = columns({
      p: point(10),
      l: { kind: 'list', element: point(20), elementNullable: true, elementId: 30 },
      m: { kind: 'map', key: { kind: 'varchar' }, value: { kind: 'bigint' }, valueNullable: true, keyId: 40, valueId: 41 },
    });
    const rows = await bench.load(
      lines('{"p":{"x y":1,"tags":["a",null]},"l":[{"x y":null},null,{}],"m":{"k\\"1":2,"k/2":null}}', '{"p":{},"l":[],"m":{}}'),
      fields,
    );
    expect(rows).toEqual([
      {
        p: { 'x y': 1, tags: ['a', null] },
        l: [{ 'x y': null, tags: null }, null, { 'x y': null, tags: null }],
        m: new Map([
          ['k"1', 2n],
          ['k/2', null],
        ]),
      },
      { p: { 'x y': null, tags: null }, l: [], m: new Map() },
    ]);
  });

  it('refuses unknown fields and NULL where there may be none inside of nested values', async () => {
    const struct: DataType = { kind: 'struct', fields: [{ id: 10, name: 'x', type: { kind: 'integer' }, nullable: false }] };
    await expect(bench.load(lines('{"s":{"x":1,"z":2}}'), columns({ s: struct }))).rejects.toMatchObject({ code: 'SQL_INVALID_VALUE' });
    await expect(bench.load(lines('{"s":{"x":null}}'), columns({ s: struct }))).rejects.toMatchObject({ code: 'SQL_INVALID_VALUE' });
    const list: DataType = { kind: 'list', element: { kind: 'integer' }, elementNullable: false, elementId: 10 };
    await expect(bench.load(lines('{"l":[1,null]}'), columns({ l: list }))).rejects.toMatchObject({ code: 'SQL_INVALID_VALUE' });
  });

  it('keeps what is not a text as JSON text in a varchar column', async () => {
    const rows = await bench.load(lines('{"v":"a\\u00e9\\n"}', '{"v":5}', '{"v":{"a":[true]}}'), columns({ v: 'varchar' }));
    expect(rows.map((row) => row['v'])).toEqual(['aé\n', '5', '{"a":[true]}']);
  });

  it('lists the keys that the table lacks, wherever they occur', async () => {
    const load = bench.load(lines('{"id":1}', '{"id":2,"other":3}'), columns({ id: 'bigint' }));
    await expect(load).rejects.toMatchObject({ code: 'STORAGE_FILE', message: expect.stringContaining('"other"') as string });
  });

  it.each([
    ['{"id":1}\n{"id":\n', 'line 2 is not valid JSON'],
    ['{"id":1}\n\n{"id":2}{"id":3}\n', 'line 3 is not valid JSON'],
    ['{"id":1}\n[{"id":2}]\n', 'not a JSON object'],
    ['5\n', 'not a JSON object'],
    ['{"id":1,"id":2}\n', 'duplicate key "id"'],
  ])('tells where a file is damaged', async (content, message) => {
    const load = bench.load(bench.file('ndjson', content), columns({ id: 'bigint' }));
    await expect(load).rejects.toMatchObject({ code: 'STORAGE_FILE' });
    await expect(load).rejects.toThrow(message);
  });

  it('takes no rows from an empty file', async () => {
    expect(await bench.load(bench.file('ndjson', ''), columns({ id: 'bigint' }, ['id']))).toEqual([]);
  });
});
