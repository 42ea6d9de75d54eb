import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FileSource } from '../../../../spi/index.ts';
import { columns, type DataWorkbench, openWorkbench } from './fixture/data-workbench.ts';

let bench: DataWorkbench;
beforeAll(async () => {
  bench = await openWorkbench();
});
afterAll(() => bench.close());

const WORDS = columns({ id: 'integer', word: 'varchar' });
const csv = (text: string, more: Partial<FileSource> = {}): FileSource => bench.file('csv', text, more);

describe('writing a CSV file', () => {
  it('matches columns by name without regard to case and order, and fills the missing ones with NULL', async () => {
    const rows = await bench.load(csv('WORD,Id\none,1\ntwo,2\n'), columns({ id: 'integer', word: 'varchar', extra: 'double' }));
    expect(rows).toEqual([
      { id: 1, word: 'one', extra: null },
      { id: 2, word: 'two', extra: null },
    ]);
  });

  it('tells an empty field from a quoted empty text, and keeps quotes, delimiters and line ends inside quotes', async () => {
    const rows = await bench.load(csv('id,word\n1,\n2,""\n3,"a ""b"", c\nd"\n'), WORDS);
    expect(rows.map((row) => row['word'])).toEqual([null, '', 'a "b", c\nd']);
  });

  it('takes other delimiters, quotes, texts for NULL and formats of dates', async () => {
    const source = csv("x;'1;2';31/12/2001\nNA;NA;NA\n", {
      options: { header: false, delimiter: ';', quote: "'", nullText: 'NA', dateFormat: '%d/%m/%Y' },
    });
    const rows = await bench.load(source, columns({ a: 'varchar', b: 'varchar', c: 'date' }));
    expect(rows).toEqual([
      { a: 'x', b: '1;2', c: '2001-12-31' },
      { a: null, b: null, c: null },
    ]);
  });

  it('reads a gzip file, a byte order mark and CR LF', async () => {
    const path = `${bench.directory}/some[1]*.csv.gz`;
    expect(await bench.load(bench.file('csv', gzipSync('\uFEFFid,word\r\n1,a\r\n'), { path }), WORDS)).toEqual([{ id: 1, word: 'a' }]);
  });

  it('keeps every type exactly', async () => {
    const fields = columns({
      a: 'boolean',
      b: 'bigint',
      c: { kind: 'decimal', precision: 38, scale: 2 },
      d: 'double',
      e: 'date',
      f: 'time',
      g: 'timestamp',
      h: 'timestamptz',
      i: 'uuid',
      j: 'varbinary',
      k: { kind: 'list', element: { kind: 'integer' }, elementNullable: true, elementId: 20 },
    });
    const line =
      'true,-9223372036854775808,999999999999999999999999999999999999.99,-1.5e-300,0001-01-01,23:59:59.999999,9999-12-31T23:59:59.999999,2001-02-03 04:05:06.7+01:30,00112233-4455-6677-8899-aabbccddeeff,AP8=,"[1,null]"';
    expect(await bench.load(csv(`a,b,c,d,e,f,g,h,i,j,k\n${line}\n`), fields)).toEqual([
      {
        a: true,
        b: -9223372036854775808n,
        c: '999999999999999999999999999999999999.99',
        d: -1.5e-300,
        e: '0001-01-01',
        f: '23:59:59.999999',
        g: '9999-12-31T23:59:59.999999',
        h: '2001-02-03T02:35:06.700Z',
        i: '00112233-4455-6677-8899-aabbccddeeff',
        j: new Uint8Array([0, 255]),
        k: [1, null],
      },
    ]);
  });

  it.each([
    ['integer', '1.5'],
    ['integer', '1e2'],
    ['integer', '1_000'],
    ['integer', '2147483648'],
    ['integer', ' 1'],
    ['bigint', '9223372036854775808'],
    ['boolean', 'yes'],
    ['double', '1e400'],
    ['double', '0x10'],
    ['date', '2001-02-30'],
    ['date', '2001/02/03'],
    ['date', 'epoch'],
    ['timestamp', '2001-02-03 04:05:06Z'],
    ['timestamp', '2001-02-03 04:05:06.1234567'],
    ['timestamptz', '2001-02-03 04:05:06'],
    ['time', '24:00:00'],
    ['uuid', '{00112233445566778899aabbccddeeff}'],
    ['varbinary', 'a*'],
  ] as const)('refuses for a column of type %s the value %s, with column and row', async (kind, value) => {
    const load = bench.load(csv(`id,v\n1,\n2,${value}\n`), columns({ id: 'integer', v: kind }));
    await expect(load).rejects.toMatchObject({ code: 'SQL_INVALID_VALUE', details: { column: 'v', row: 2 } });
    await expect(load).rejects.toThrow(`'${value}' in row 2`);
  });

  it('refuses a decimal with more digits than the scale instead of rounding it, but takes trailing zeros', async () => {
    const fields = columns({ v: { kind: 'decimal', precision: 5, scale: 2 } });
    expect(await bench.load(csv('v\n1.2300\n'), fields)).toEqual([{ v: '1.23' }]);
    await expect(bench.load(csv('v\n1.235\n'), fields)).rejects.toMatchObject({ code: 'SQL_INVALID_VALUE' });
    await expect(bench.load(csv('v\n1000\n'), fields)).rejects.toMatchObject({ code: 'SQL_INVALID_VALUE' });
  });

  it('finds the row of a bad value far into the file', async () => {
    const lines = Array.from({ length: 200_000 }, (_, index) => (index === 150_000 ? 'x' : String(index)));
    await expect(bench.load(csv(`id\n${lines.join('\n')}\n`), WORDS)).rejects.toMatchObject({ details: { column: 'id', row: 150_001 } });
  });

  it('names a column that takes no NULL, whether a row lacks the value or the file the column', async () => {
    const fields = columns({ id: 'integer', word: 'varchar' }, ['word']);
    await expect(bench.load(csv('id,word\n1,a\n2,\n'), fields)).rejects.toThrow('Column "word" takes no NULL, but there is one in row 2');
    await expect(bench.load(csv('id\n1\n'), fields)).rejects.toThrow('Column "word" takes no NULL, and no column of the file fills it');
  });

  it('lists the columns that the table lacks, and refuses two columns of one name', async () => {
    await expect(bench.load(csv('id,x,y\n1,2,3\n'), WORDS)).rejects.toMatchObject({
      code: 'STORAGE_FILE',
      message: expect.stringContaining('"x", "y"') as string,
    });
    await expect(bench.load(csv('id,ID\n1,2\n'), WORDS)).rejects.toMatchObject({ code: 'STORAGE_FILE' });
  });

  it('fills the columns in the order of a list of names, leaving out others', async () => {
    const source = csv('a,b,c\n1,2,3\n', { columns: ['C', 'a'] });
    expect(await bench.load(source, columns({ id: 'integer', word: 'varchar' }))).toEqual([{ id: 3, word: '1' }]);
    await expect(bench.load({ ...source, columns: ['bb'] }, WORDS)).rejects.toThrow('has no column "bb" (it has "b")');
  });

  it.each([
    ['id,word\n1,a\n2,b,c\n', 'line 3 has 3 fields where 2 are expected'],
    ['id,word\n1,a\n2\n', 'line 3 has 1 fields where 2 are expected'],
    ['id,word\n1,"a\n2,b\n', 'line 2 a quoted value has no end'],
    [Buffer.from('id,word\n1,a\n2,\xff\n', 'latin1'), 'line 3 is not UTF-8 text'],
  ])('tells the line where a file is damaged', async (content, message) => {
    const load = bench.load(bench.file('csv', content), WORDS);
    await expect(load).rejects.toMatchObject({ code: 'STORAGE_FILE' });
    await expect(load).rejects.toThrow(message);
  });

  it('takes no rows from an empty file or a header alone', async () => {
    expect(await bench.load(csv(''), WORDS)).toEqual([]);
    expect(await bench.load(csv('id,word\n'), WORDS)).toEqual([]);
  });

  it('refuses an option that it does not know, and suggests the right one', async () => {
    await expect(bench.load(csv('id\n', { options: { delimeter: ';' } }), WORDS)).rejects.toMatchObject({
      code: 'SQL_INVALID_VALUE',
      hint: 'Did you mean "delimiter"?',
    });
  });
});
