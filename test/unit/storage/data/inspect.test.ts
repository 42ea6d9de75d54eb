import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FileFormat, type FileInspection, formatType } from '../../../../spi/index.ts';
import { type DataWorkbench, openWorkbench } from './fixture/data-workbench.ts';

let bench: DataWorkbench;
beforeAll(async () => {
  bench = await openWorkbench();
});
afterAll(() => bench.close());

const names = (inspection: FileInspection) => Object.fromEntries(inspection.columns.map(({ name, type }) => [name, formatType(type)]));
const inspect = (format: FileFormat, content: string) => bench.service.inspect(bench.file(format, content));

describe('inspecting a file', () => {
  it('maps the types of Parquet to the smallest of ours that hold all their values', async () => {
    const source = await bench.parquet(
      `SELECT 1::TINYINT a, 1::USMALLINT b, 1::UINTEGER c, 1::UBIGINT d, 1::HUGEINT e, 'x'::ENUM('x') f, TIMESTAMP_NS '2001-01-01' g,
        TIME '01:02:03' h, uuid() i, 'a'::BLOB j, [{'x y': 1.5::DECIMAL(5,1)}] k, MAP {'a': TIMESTAMPTZ '2001-01-01 00:00:00Z'} l, true m, 1.5::FLOAT n FROM range(7)`,
    );
    const inspection = await bench.service.inspect(source);
    expect(inspection.rows).toBe(7);
    expect(names(inspection)).toEqual({
      a: 'integer',
      b: 'integer',
      c: 'bigint',
      d: 'decimal(20,0)',
      e: 'double',
      f: 'varchar',
      g: 'timestamp',
      h: 'time',
      i: 'uuid',
      j: 'varbinary',
      k: 'list<struct<"x y" decimal(5,1)>>',
      l: 'map<varchar,timestamptz>',
      m: 'boolean',
      n: 'real',
    });
  });

  it('finds the types of CSV columns from all their values', async () => {
    const many = Array.from({ length: 30_000 }, (_, row) => `${String(row)},${row === 29_999 ? 'x' : '1'}`).join('\n');
    expect(names(await inspect('csv', `a,b\n${many}\n`))).toEqual({ a: 'bigint', b: 'varchar' });
    const header = 'flag,zip,price,wide,day,at,instant,clock,mixed,empty';
    const rows =
      'true,00123,1.5,12345678901234567890,2001-02-03,2001-02-03 04:05:06,2001-02-03T04:05:06Z,04:05:06,1,\nfalse,10,2,1,2001-02-04,2001-02-05,2001-02-03T04:05:06+01:00,05:06,a,';
    expect(names(await inspect('csv', `${header}\n${rows}\n`))).toEqual({
      flag: 'boolean',
      zip: 'varchar',
      price: 'double',
      wide: 'decimal(38,0)',
      day: 'date',
      at: 'timestamp',
      instant: 'timestamptz',
      clock: 'time',
      mixed: 'varchar',
      empty: 'varchar',
    });
  });

  it('finds the types of NDJSON keys, and numbers inside of texts are texts', async () => {
    const content = '{"b":1,"a":"1","d":"2001-02-03","n":{"x":[1,2],"y":"z"},"m":1}\n{"b":2.5,"l":[{"k":true}],"m":{}}\n';
    expect(Object.entries(names(await inspect('ndjson', content)))).toEqual([
      ['b', 'double'],
      ['a', 'varchar'],
      ['d', 'date'],
      ['n', 'struct<"x" list<bigint>,"y" varchar>'],
      ['m', 'varchar'],
      ['l', 'list<struct<"k" boolean>>'],
    ]);
  });

  it('finds types with which the file can be written', async () => {
    const content = 'a,b,c,d\n1,2001-02-03,nan,x\n+2,,1e5,\n';
    const source = bench.file('csv', content);
    const inspection = await bench.service.inspect(source);
    const fields = inspection.columns.map((column, index) => ({ ...column, id: index + 1 }));
    expect(await bench.load(source, fields)).toHaveLength(2);
  });

  it('refuses types that tables cannot hold, and files that cannot be read', async () => {
    await expect(bench.service.inspect(await bench.parquet("SELECT INTERVAL '1 day' AS i"))).rejects.toMatchObject({
      code: 'STORAGE_UNSUPPORTED',
    });
    await expect(inspect('ndjson', '{"a":\n')).rejects.toMatchObject({ code: 'STORAGE_FILE' });
    await expect(inspect('csv', 'a,b\n1\n')).rejects.toMatchObject({ code: 'STORAGE_FILE' });
  });
});
