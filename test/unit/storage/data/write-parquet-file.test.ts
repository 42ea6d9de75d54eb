import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { columns, type DataWorkbench, openWorkbench } from './fixture/data-workbench.ts';

let bench: DataWorkbench;
beforeAll(async () => {
  bench = await openWorkbench();
});
afterAll(() => bench.close());

describe('writing a Parquet file', () => {
  it('converts to wider types without loss, and takes enums and JSON as text', async () => {
    const source = await bench.parquet(
      `SELECT 200::UTINYINT a, 4000000000::UINTEGER b, 18446744073709551615::UBIGINT c, 1.5::DECIMAL(4,2) d, 7::SMALLINT e,
        'x'::ENUM('x', 'y') f, DATE '2001-02-03' g, TIMESTAMP_S '2001-02-03 04:05:06' h, 1.5::FLOAT i`,
    );
    const fields = columns({
      a: 'integer',
      b: 'bigint',
      c: { kind: 'decimal', precision: 20, scale: 0 },
      d: { kind: 'decimal', precision: 10, scale: 4 },
      e: { kind: 'decimal', precision: 5, scale: 1 },
      f: 'varchar',
      g: 'timestamp',
      h: 'timestamp',
      i: 'double',
    });
    expect(await bench.load(source, fields)).toEqual([
      {
        a: 200,
        b: 4000000000n,
        c: '18446744073709551615',
        d: '1.5000',
        e: '7.0',
        f: 'x',
        g: '2001-02-03T00:00:00',
        h: '2001-02-03T04:05:06',
        i: 1.5,
      },
    ]);
  });

  it.each([
    ['SELECT 1.0::DOUBLE v', 'integer'],
    ["SELECT '1' v", 'integer'],
    ["SELECT TIMESTAMP '2001-02-03 00:00:00' v", 'date'],
    ["SELECT TIMESTAMPTZ '2001-02-03 00:00:00Z' v", 'timestamp'],
    ['SELECT true v', 'varchar'],
    ['SELECT [1] v', 'integer'],
  ] as const)('refuses %s for a column of type %s because of the types', async (query, kind) => {
    await expect(bench.load(await bench.parquet(query), columns({ v: kind }))).rejects.toMatchObject({
      code: 'SQL_TYPE_MISMATCH',
      details: { column: 'v' },
    });
  });

  it('refuses values that do not fit, with column and row', async () => {
    const big = await bench.parquet('SELECT CASE i WHEN 70000 THEN 3000000000 ELSE i END AS v FROM range(100000) r(i)');
    await expect(bench.load(big, columns({ v: 'integer' }))).rejects.toMatchObject({
      code: 'SQL_INVALID_VALUE',
      details: { column: 'v', row: 70_001 },
    });
    const narrow = await bench.parquet('SELECT 1.235::DECIMAL(10,3) v');
    await expect(bench.load(narrow, columns({ v: { kind: 'decimal', precision: 10, scale: 2 } }))).rejects.toMatchObject({
      code: 'SQL_INVALID_VALUE',
    });
  });

  it.each([
    ['timestamp', "TIMESTAMP_NS '1969-12-31 23:59:59.123456000'", '1969-12-31T23:59:59.123456'],
    ['time', "TIME_NS '01:02:03.123456000'", '01:02:03.123456'],
  ] as const)(
    'takes nanoseconds into a column of type %s where they are whole microseconds, and refuses others',
    async (kind, sql, expected) => {
      const load = async (value: string) => bench.load(await bench.parquet(`SELECT ${value} AS v`), columns({ v: kind }));
      expect(await load(sql)).toEqual([{ v: expected }]);
      await expect(load(sql.replace('456000', '456001'))).rejects.toMatchObject({
        code: 'SQL_INVALID_VALUE',
        details: { column: 'v', row: 1 },
      });
    },
  );

  it('refuses instants in nanoseconds, also inside of columns, and takes the columns around them', async () => {
    const nanos = "TIMESTAMP_NS '2001-02-03 04:05:06.123456789'";
    const instant = "TIMESTAMPTZ '2001-02-03 04:05:06.123456Z'";
    const source = await bench.parquet(
      `SELECT {a: 1, b: 2} AS first, ${instant} AS micros, [{x: 'a', y: ${nanos}}] AS parts, ${nanos} AS at, [${instant}] AS last`,
    );
    const bytes = readFileSync(source.path);
    // The type TIMESTAMP(NANOS) as Thrift, not adjusted to UTC: DuckDB writes no other.
    const mark = Buffer.from('8c121c3c00000000', 'hex');
    for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + 1)) bytes[at + 1] = 0x11;
    const zoned = bench.file('parquet', bytes);
    const instants = { kind: 'list', element: { kind: 'timestamptz' }, elementNullable: true } as const;
    expect(await bench.load({ ...zoned, columns: ['micros', 'last'] }, columns({ micros: 'timestamptz', last: instants }))).toEqual([
      { micros: '2001-02-03T04:05:06.123456Z', last: ['2001-02-03T04:05:06.123456Z'] },
    ]);
    await expect(bench.load({ ...zoned, columns: ['at'] }, columns({ at: 'timestamptz' }))).rejects.toMatchObject({
      code: 'SQL_TYPE_MISMATCH',
      message: expect.stringContaining('TIMESTAMP_NS WITH TIME ZONE') as string,
      details: { column: 'at' },
    });
    const part = (name: string, type: 'varchar' | 'timestamptz', id: number) => ({ id, name, type: { kind: type }, nullable: true });
    const element = { kind: 'struct', fields: [part('x', 'varchar', 11), part('y', 'timestamptz', 12)] } as const;
    await expect(
      bench.load({ ...zoned, columns: ['parts'] }, columns({ parts: { kind: 'list', element, elementNullable: true } })),
    ).rejects.toMatchObject({ code: 'SQL_TYPE_MISMATCH', details: { column: 'parts' } });
    await expect(bench.service.inspect(zoned)).rejects.toMatchObject({
      code: 'STORAGE_UNSUPPORTED',
      message: expect.stringContaining('"parts"') as string,
    });
  });

  it('matches the fields of structs by name and refuses unknown ones', async () => {
    const struct = {
      kind: 'struct',
      fields: [
        { id: 10, name: 'b', type: { kind: 'bigint' }, nullable: true },
        { id: 11, name: 'a', type: { kind: 'varchar' }, nullable: true },
      ],
    } as const;
    const fields = columns({ s: struct });
    expect(await bench.load(await bench.parquet("SELECT {a: 'x', b: 1::TINYINT} s UNION ALL SELECT NULL"), fields)).toEqual([
      { s: { b: 1n, a: 'x' } },
      { s: null },
    ]);
    await expect(bench.load(await bench.parquet('SELECT {a: 1, c: 2} s'), fields)).rejects.toMatchObject({ code: 'SQL_TYPE_MISMATCH' });
  });

  it('refuses a directory, a missing file, an empty, foreign or cut one, and says so', async () => {
    const fields = columns({ v: 'bigint' });
    const whole = await bench.parquet('SELECT i AS v FROM range(10000) r(i)');
    const cut = bench.file('parquet', readFileSync(whole.path).subarray(0, 2000));
    const broken = Buffer.from(readFileSync(whole.path));
    broken.fill(0xff, 100, 2000);
    const directory = join(bench.directory, 'folder.parquet');
    mkdirSync(directory);
    writeFileSync(join(directory, 'x.parquet'), readFileSync(whole.path));
    const cases = [
      [{ ...whole, path: directory }, 'is a directory'],
      [{ ...whole, path: '/nowhere/x.parquet' }, 'cannot be found (ENOENT)'],
      [bench.file('parquet', ''), 'is empty'],
      [bench.file('parquet', 'a,b\n1,2\n'), 'does not start with "PAR1"'],
      [cut, 'cannot be read'],
      [bench.file('parquet', broken), 'cannot be read'],
    ] as const;
    for (const [source, message] of cases) {
      const load = bench.load(source, fields);
      await expect(load, message).rejects.toMatchObject({ code: 'STORAGE_FILE' });
      await expect(load).rejects.toThrow(message);
    }
  });

  it('takes a name with pattern characters and key=value folders for nothing but a name', async () => {
    const whole = await bench.parquet('SELECT 5 AS v');
    mkdirSync(join(bench.directory, 'k=1'));
    const path = join(bench.directory, 'k=1', "it's [a] *?.parquet");
    expect(await bench.load(bench.file('parquet', readFileSync(whole.path), { path }), columns({ v: 'integer' }))).toEqual([{ v: 5 }]);
  });

  it('writes one file per partition, with its values and its bounds', async () => {
    const source = await bench.parquet(
      `SELECT * FROM (VALUES (1, DATE '2001-02-03', 'abc'), (2, DATE '2001-12-31', 'abd'), (3, DATE '2002-01-01', NULL)) t(id, day, word)`,
    );
    const fields = columns({ id: 'integer', day: 'date', word: 'varchar' });
    const target = bench.target(fields, [
      { sourceId: 2, fieldId: 1000, name: 'day_year', transform: { kind: 'year' } },
      { sourceId: 3, fieldId: 1001, name: 'word_trunc', transform: { kind: 'truncate', width: 2 } },
    ]);
    const files = await bench.service.writeFile(target, source);
    expect(files.map((file) => [file.rows, file.partition]).sort()).toEqual([
      [1, ['32', null]],
      [2, ['31', 'ab']],
    ]);
    const first = files.find((file) => file.rows === 2);
    expect(first?.columns).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ fieldId: 1, valueCount: 2, nullCount: 0, lowerBound: '1', upperBound: '2' }),
        expect.objectContaining({ fieldId: 2, lowerBound: '2001-02-03', upperBound: '2001-12-31' }),
        expect.objectContaining({ fieldId: 3, lowerBound: 'abc', upperBound: 'abd' }),
      ]),
    );
    expect(await bench.rows(files, fields)).toHaveLength(3);
  });
});
