import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import parquetjs from 'parquetjs-lite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Row } from '../../../../../runtime/arrow/index.ts';
import { openDatabase } from '../../../../../runtime/duckdb/index.ts';
import type { FileSource, LegacyCompression } from '../../../../../spi/index.ts';
import type { exportLegacyParquet } from '../../../../../storage/data/legacy/export-legacy-parquet.ts';
import { importMutant } from '../../../../mutant/import-mutant.ts';
import { asFrames, columns, type DataWorkbench, openWorkbench } from '../fixture/data-workbench.ts';

let bench: DataWorkbench;
beforeAll(async () => {
  bench = await openWorkbench();
});
afterAll(async () => {
  await bench.close();
});

let files = 0;
const newPath = (): string => join(bench.directory, `legacy-${String((files += 1))}.parquet`);

/** Returns the rows of a query of DuckDB as Arrow frames. */
async function framesOf(query: string): Promise<readonly Uint8Array[]> {
  const database = openDatabase();
  const stream = await database.connect().stream(query);
  const frames = [Uint8Array.from(stream.schema())];
  for (let frame = await stream.next(); frame !== null; frame = await stream.next()) frames.push(Uint8Array.from(frame));
  await stream.close();
  await database.close();
  return frames;
}

async function exported(query: string, compression: LegacyCompression = 'snappy'): Promise<string> {
  const path = newPath();
  await bench.service.exportParquet(path, asFrames(await framesOf(query)), compression);
  return path;
}

/** Reads a file by DuckDB and by parquetjs-lite. */
async function bothWays(path: string): Promise<readonly (readonly Row[])[]> {
  const read = async (format: 'parquet' | 'parquet_legacy'): Promise<readonly Row[]> => {
    const source: FileSource = { path, format, options: {}, columns: null };
    const { columns: found } = await bench.service.inspect(source);
    return bench.load(source, columns(Object.fromEntries(found.map(({ name, type }) => [name, type]))));
  };
  return [await read('parquet'), await read('parquet_legacy')];
}

const legacySource = (path: string): FileSource => ({ path, format: 'parquet_legacy', options: {}, columns: null });

describe('a legacy Parquet file that is written', () => {
  it.each(['snappy', 'gzip', 'none'] as const)(
    'with compression %s comes back equal through DuckDB and through its own reader',
    async (codec) => {
      const path = await exported(
        `SELECT * FROM (VALUES (1::INTEGER, 9007199254740991, 0.1::FLOAT, -0.0::DOUBLE, true, 'Æ \uFFFD 𝄞', '\\x00\\xFF'::BLOB, DATE '1582-10-15', TIMESTAMP '2024-02-29 23:59:59.999999'),
        (NULL, -9007199254740991, NULL, 'inf'::DOUBLE, NULL, '', NULL, DATE '0001-01-01', TIMESTAMP '1969-12-31 23:59:59.999'),
        (-2147483648, 0, 1, NULL, false, NULL, ''::BLOB, NULL, NULL)) AS t(i, n, f, d, b, s, x, day, moment)`,
        codec,
      );
      const [byDuck, byLegacy] = await bothWays(path);
      expect(byLegacy).toEqual(byDuck);
      expect(byDuck?.[0]).toEqual({
        i: 1,
        n: 9007199254740991n,
        f: Math.fround(0.1),
        d: -0,
        b: true,
        s: 'Æ \uFFFD 𝄞',
        x: Uint8Array.of(0, 255),
        day: '1582-10-15',
        moment: '2024-02-29T23:59:59.999999',
      });
      expect(byDuck?.[1]).toMatchObject({
        n: -9007199254740991n,
        d: Infinity,
        s: '',
        day: '0001-01-01',
        moment: '1969-12-31T23:59:59.999',
      });
    },
  );

  it('holds no rows, and more rows than a row group', async () => {
    expect(await bothWays(await exported('SELECT 1 AS n WHERE false'))).toEqual([[], []]);
    const [byDuck, byLegacy] = await bothWays(
      await exported(`SELECT CASE WHEN i % 7 < 3 THEN i END AS n, 'r' || i AS s FROM range(20000) r(i)`),
    );
    const inOrder = (rows: readonly Row[] | undefined) => (rows ?? []).map(({ n, s }) => `${s as string} ${n as bigint}`).sort();
    expect(inOrder(byLegacy)).toEqual(inOrder(byDuck));
    expect(byDuck).toHaveLength(20_000);
  });

  it.each([
    ['a number beyond 2^53', 'SELECT 9007199254740992 AS n', 'beyond 2^53'],
    ['a number below -2^53', 'SELECT -9007199254740993 AS n', 'beyond 2^53'],
    ['a decimal', 'SELECT 1.5::DECIMAL(5, 2) AS n', 'Decimal'],
    ['a list', 'SELECT [1, 2] AS n', 'List'],
    ['a struct', 'SELECT {a: 1} AS n', 'Struct'],
    ['a map', `SELECT MAP {'a': 1} AS n`, 'Map'],
    ['a time of day', `SELECT TIME '10:00:00' AS n`, 'Time'],
    ['a timestamp with time zone', `SELECT TIMESTAMPTZ '2020-01-01 00:00:00+00' AS n`, 'Timestamp'],
    ['microseconds before 1970', `SELECT TIMESTAMP '1969-12-31 23:59:59.999999' AS n`, 'before 1970'],
    ['a date that no JavaScript date holds', `SELECT DATE '280000-01-01' AS n`, 'days from 1970'],
    ['NaN', `SELECT 'nan'::DOUBLE AS n`, 'NaN'],
    ['a column that is named by a number', 'SELECT 1 AS a, 2 AS "1"', 'is a number'],
    ['a column with a comma in its name', 'SELECT 1 AS "a,b"', 'has a comma'],
    ['a column that every object has', 'SELECT 1 AS "__proto__"', 'cannot be the name'],
  ])('is refused for %s, and nothing is left of it', async (_what, query, problem) => {
    const refused = exported(query);
    await expect(refused).rejects.toMatchObject({ code: 'STORAGE_LOSSY', message: expect.stringContaining(problem) as string });
    expect(existsSync(newPath())).toBe(false);
    expect(readdirSync(bench.directory).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('would hold other numbers without the check of 2^53', async () => {
    const mutant = await importMutant<{ exportLegacyParquet: typeof exportLegacyParquet }>('legacy/export-legacy-parquet.ts', {
      folder: 'storage/data',
      file: 'legacy/legacy-writer.ts',
      from: 'if (Number.isSafeInteger(number)) return number;',
      to: 'if (Number.isInteger(number)) return number;',
    });
    const path = newPath();
    const frames = await framesOf('SELECT 9007199254740993 AS n');
    await mutant.exportLegacyParquet(path, asFrames(frames), 'snappy', new AbortController().signal);
    expect((await bothWays(path))[0]).not.toEqual([{ n: 9007199254740993n }]);
  });
});

describe('a legacy Parquet file that is read', () => {
  it('may come from another writer as long as it is plain', async () => {
    const { path } = await bench.parquet(
      `SELECT 9223372036854775807 AS n, 1.5::DOUBLE AS d, true AS b, TIMESTAMP '0001-01-01 00:00:00.000001' AS moment`,
    );
    const [byDuck, byLegacy] = await bothWays(path);
    expect(byLegacy).toEqual(byDuck);
    expect(byLegacy).toEqual([{ n: 9223372036854775807n, d: 1.5, b: true, moment: '0001-01-01T00:00:00.000001' }]);
  });

  it.each([
    ['zstd', '(COMPRESSION zstd)', 'SELECT 1.5::DOUBLE AS n', 'ZSTD'],
    ['dictionaries', '', `SELECT 'a' AS n FROM range(10)`, 'DICTIONARY'],
    ['decimals', '', 'SELECT 1.5::DECIMAL(5, 2) AS n', 'DECIMAL'],
    ['lists', '', 'SELECT [1] AS n', 'nested'],
    ['unsigned integers of 32 bits', '', 'SELECT 4294967295::UINTEGER AS n', 'UINT_32'],
    ['unsigned integers of 64 bits', '', 'SELECT 18446744073709551615::UBIGINT AS n', 'UINT_64'],
    ['times of day', '', `SELECT TIME '10:00:00' AS n`, 'TIME'],
    ['uuids', '', `SELECT uuid() AS n`, 'UUID'],
    ['timestamps in nanoseconds', '', `SELECT TIMESTAMP_NS '2020-01-01 00:00:00.123456789' AS n`, 'INT64'],
  ])('is refused for %s', async (_what, options, query, problem) => {
    const path = newPath();
    const source = await bench.parquet(query);
    if (options === '') copyFileSync(source.path, path);
    else await copyBy(query, path, options);
    await expect(bench.service.inspect(legacySource(path))).rejects.toMatchObject({
      code: 'STORAGE_LOSSY',
      message: expect.stringContaining(problem) as string,
    });
  });

  it('is refused when it ends early', async () => {
    const path = await exported('SELECT i AS n FROM range(5000) r(i)');
    writeFileSync(path, readFileSync(path).subarray(0, 3000));
    await expect(bench.service.inspect(legacySource(path))).rejects.toMatchObject({ code: 'STORAGE_FILE' });
  });

  it('keeps integers of 64 bits, because values are taken as they are stored', async () => {
    const path = newPath();
    const field = { compression: 'SNAPPY', optional: false, statistics: false } as const;
    const writer = await parquetjs.ParquetWriter.openFile(
      new parquetjs.ParquetSchema({ n: { ...field, type: 'TIMESTAMP_MICROS' }, m: { ...field, type: 'TIMESTAMP_MILLIS' } }),
      path,
      { useDataPageV2: true },
    );
    await writer.appendRow({ n: 1_582_934_400_123_457n, m: 1_582_934_400_123 });
    await writer.close();
    const [byDuck, byLegacy] = await bothWays(path);
    expect(byLegacy).toEqual(byDuck);
    expect(byLegacy).toEqual([{ n: '2020-02-29T00:00:00.123457', m: '2020-02-29T00:00:00.123' }]);
  });
});

async function copyBy(query: string, path: string, options: string): Promise<void> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  await connection.run(`COPY (${query}) TO '${path}' ${options.replace('(', '(FORMAT parquet, ')}`);
  instance.closeSync();
}
