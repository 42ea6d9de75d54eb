import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Row } from '../../../runtime/arrow/index.ts';
import { openDatabase } from '../../../runtime/duckdb/index.ts';
import { asFrames, columns, type DataWorkbench, openWorkbench } from '../../unit/storage/data/fixture/data-workbench.ts';

let bench: DataWorkbench;
beforeAll(async () => {
  bench = await openWorkbench();
});
afterAll(async () => {
  await bench.close();
});

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const text = fc.string({ unit: 'binary', maxLength: 12 }).filter((value) => value.isWellFormed() && !value.includes('\0'));
const floating = (value: number): string => (Object.is(value, -0) ? '-0.0' : quoted(String(value)));

/** SQL texts of values that a legacy file holds. */
const CELLS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  boolean: fc.boolean().map(String),
  integer: fc.integer().map(String),
  bigint: fc.maxSafeInteger().map(String),
  float: fc.float({ noNaN: true }).map(floating),
  double: fc.double({ noNaN: true }).map(floating),
  varchar: text.map(quoted),
  blob: fc.uint8Array({ maxLength: 9 }).map((bytes) => `unhex('${Buffer.from(bytes).toString('hex')}')`),
  date: fc.integer({ min: -719_162, max: 2_932_896 }).map((days) => `(DATE '1970-01-01' + ${String(days)})`),
  timestamp: fc.oneof(
    fc.bigInt({ min: 0n, max: 10n ** 17n }).map((micros) => `make_timestamp(${String(micros)})`),
    fc.integer({ min: -62_135_596_800, max: 0 }).map((millis) => `make_timestamp(${String(millis)}::BIGINT * 1000)`),
  ),
};
const TYPES = Object.keys(CELLS);
const row = fc.tuple(...TYPES.map((type) => fc.option(CELLS[type] ?? fc.constant('NULL'), { nil: 'NULL', freq: 5 })));

it('a table written as legacy Parquet comes back equal through DuckDB and through the legacy reader', async () => {
  let files = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { maxLength: 40 }),
      fc.constantFrom('snappy' as const, 'gzip' as const, 'none' as const),
      async (rows, codec) => {
        const path = join(bench.directory, `written-${String((files += 1))}.parquet`);
        await bench.service.exportParquet(path, asFrames(await framesOf(rows)), codec);
        const byDuck = await readBack(path, 'parquet');
        expect(await readBack(path, 'parquet_legacy')).toEqual(byDuck);
        expect(byDuck).toEqual(await stored(rows));
      },
    ),
    { numRuns: 25 },
  );
});

function query(rows: readonly (readonly string[])[]): string {
  const values = rows.map(
    (cells, index) => `SELECT ${[String(index), ...cells.map((cell, at) => `CAST(${cell} AS ${TYPES[at] ?? ''})`)].join(', ')}`,
  );
  const nothing = `SELECT 0, ${TYPES.map((type) => `CAST(NULL AS ${type})`).join(', ')} WHERE false`;
  return `SELECT * FROM (${[...values, nothing].join(' UNION ALL ')}) AS t(place, ${TYPES.map((type) => `a_${type}`).join(', ')}) ORDER BY place`;
}

async function framesOf(rows: readonly (readonly string[])[]): Promise<readonly Uint8Array[]> {
  const database = openDatabase();
  const stream = await database.connect().stream(query(rows));
  const frames = [Uint8Array.from(stream.schema())];
  for (let frame = await stream.next(); frame !== null; frame = await stream.next()) frames.push(Uint8Array.from(frame));
  await stream.close();
  await database.close();
  return frames;
}

async function stored(rows: readonly (readonly string[])[]): Promise<readonly Row[]> {
  const database = openDatabase();
  const found = await database.connect().queryRows(query(rows));
  await database.close();
  return found;
}

async function readBack(path: string, format: 'parquet' | 'parquet_legacy'): Promise<readonly Row[]> {
  const source = { path, format, options: {}, columns: null };
  const { columns: found } = await bench.service.inspect(source);
  return bench.load(source, columns(Object.fromEntries(found.map(({ name, type }) => [name, type]))));
}
