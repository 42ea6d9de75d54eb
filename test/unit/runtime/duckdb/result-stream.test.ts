import { DuckDBInstance } from '@duckdb/node-api';
import { tableFromIPC } from 'apache-arrow';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ARROW_END_OF_STREAM } from '../../../../runtime/arrow/index.ts';
import { NativeResult } from '../../../../runtime/duckdb/native-result.ts';
import { PlatformError } from '../../../../spi/index.ts';
import { drain, openSession, queryTable, rejection } from './session.ts';

const session = openSession();

/** Rows of 5M, of which the 4,000,000th cannot be computed. */
const FAILS_LATE = "SELECT CASE WHEN i = 4000000 THEN CAST('x' || i AS INTEGER) ELSE i END AS i FROM range(5000000) t(i)";

afterEach(() => {
  vi.restoreAllMocks();
});

async function countRows(sql: string): Promise<number> {
  const stream = await session().connection.stream(sql);
  let rows = 0;
  try {
    for (let frame = await stream.next(); frame !== null; frame = await stream.next()) {
      rows += tableFromIPC([stream.schema(), frame]).numRows;
      stream.recycle(frame);
    }
  } finally {
    await stream.close();
  }
  return rows;
}

describe('a stream of frames', () => {
  it('holds every row of a result of many frames, in order, once', async () => {
    const table = await queryTable(session().connection, 'SELECT i FROM range(300000) t(i)');
    const values = table.getChild('i')?.toArray() as BigInt64Array;
    expect(values.length).toBe(300_000);
    expect(values.every((value, index) => value === BigInt(index))).toBe(true);
  });

  it('is a readable Arrow stream when it is put together with the end marker', async () => {
    const frames = await drain(await session().connection.stream("SELECT 1 AS a, 'x' AS b"));
    expect(
      tableFromIPC(Buffer.concat([...frames, ARROW_END_OF_STREAM]))
        .toArray()
        .map(String),
    ).toEqual(['{"a": 1, "b": "x"}']);
  });

  it('has a schema and no batch when the result has no rows', async () => {
    const frames = await drain(await session().connection.stream('SELECT 1 AS a WHERE false'));
    expect(frames.length).toBe(1);
    expect(tableFromIPC(frames).schema.fields.map(String)).toEqual(['a: Int32']);
  });

  it('gives null again after the end', async () => {
    const stream = await session().connection.stream('SELECT 1');
    expect(await stream.next()).not.toBeNull();
    expect(await stream.next()).toBeNull();
    expect(await stream.next()).toBeNull();
  });

  it('surfaces an error that comes after four million rows', async () => {
    const error = await rejection(countRows(FAILS_LATE));
    expect(error.code).toBe('SQL_INVALID_VALUE');
    expect(error.message).toContain("'x4000000'");
  });

  it('tells why a statement failed when DuckDB tells of the interrupt of the other threads only', async () => {
    vi.spyOn(NativeResult.prototype, 'verify').mockImplementationOnce(() => {
      throw new PlatformError('ENGINE_CANCELLED', 'Interrupted!');
    });
    const stream = await session().connection.stream(FAILS_LATE);
    expect((await rejection(drain(stream))).code).toBe('SQL_INVALID_VALUE');
    expect((await rejection(stream.next())).code).toBe('SQL_INVALID_VALUE');
    expect(await session().connection.queryRows('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('is an error of the engine when a statement that was interrupted by nobody has no other error', async () => {
    vi.spyOn(NativeResult.prototype, 'verify').mockImplementationOnce(() => {
      throw new PlatformError('ENGINE_CANCELLED', 'Interrupted!');
    });
    const error = await rejection(countRows('SELECT i FROM range(5000000) t(i)'));
    expect([error.code, error.message]).toEqual(['ENGINE_FAILED', 'DuckDB ended the statement and did not say why']);
  });

  it('would end early without a word if the error of the result were not asked for (mutant)', async () => {
    vi.spyOn(NativeResult.prototype, 'verify').mockImplementation(() => undefined);
    expect(await countRows(FAILS_LATE)).toBeLessThan(4_100_000);
  });

  it('keeps throwing after an error', async () => {
    const stream = await session().connection.stream(FAILS_LATE);
    await rejection(drain(stream));
    expect((await rejection(stream.next())).code).toBe('SQL_INVALID_VALUE');
    await stream.close();
  });

  it('throws ENGINE_CANCELLED when it is interrupted in the middle, and the connection goes on', async () => {
    const { connection } = session();
    const stream = await connection.stream('SELECT i FROM range(1000000000) t(i)');
    await stream.next();
    connection.interrupt();
    expect((await rejection(drain(stream))).code).toBe('ENGINE_CANCELLED');
    await stream.close();
    expect(await countRows('SELECT 1')).toBe(1);
  });

  it('lets an interrupt through while the first rows are computed', async () => {
    const { connection } = session();
    const opening = connection.stream('SELECT sum(a * b) FROM range(1000000) s(a), range(1000000) t(b)');
    setTimeout(() => {
      connection.interrupt();
    }, 50);
    expect((await rejection(opening)).code).toBe('ENGINE_CANCELLED');
  });

  it('never looks complete when it is closed in the middle', async () => {
    const stream = await session().connection.stream('SELECT i FROM range(100000000) t(i)');
    await stream.next();
    await stream.close();
    expect((await rejection(stream.next())).code).toBe('ENGINE_CANCELLED');
  });

  it('throws instead of ending when a new statement runs on its connection', async () => {
    const { connection } = session();
    const stream = await connection.stream('SELECT i FROM range(100000000) t(i)');
    await stream.next();
    expect(await connection.queryRows('SELECT 2 AS a')).toEqual([{ a: 2 }]);
    expect((await rejection(stream.next())).code).toBe('ENGINE_CANCELLED');
  });

  it('does not disturb a stream on another connection', async () => {
    const { database, connection } = session();
    const other = database.connect();
    const [left, right] = [
      await connection.stream('SELECT i FROM range(500000) t(i)'),
      await other.stream('SELECT -i AS i FROM range(500000) t(i)'),
    ];
    const [leftFrames, rightFrames] = await Promise.all([drain(left), drain(right)]);
    expect([tableFromIPC(leftFrames).numRows, tableFromIPC(rightFrames).numRows]).toEqual([500_000, 500_000]);
    await other.close();
  });

  it('frees what a closed stream held', async () => {
    const { connection } = session();
    for (let round = 0; round < 20; round += 1) {
      const stream = await connection.stream("SELECT i, repeat('x', 1000) AS s FROM range(100000000) t(i)");
      await stream.next();
      await stream.close();
    }
    const [used] = await connection.queryRows('SELECT sum(memory_usage_bytes)::BIGINT AS bytes FROM duckdb_memory()');
    expect(Number(used?.['bytes'])).toBeLessThan(20 << 20);
  });

  it('does not grow with the length of the result when the reader is slow', async () => {
    const stream = await session().connection.stream("SELECT i, 'name-' || i AS s FROM range(3000000) t(i)");
    const before = process.memoryUsage().rss;
    for (let frame = await stream.next(); frame !== null; frame = await stream.next()) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      stream.recycle(frame);
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(100 << 20);
  });
});

/** A text without zeros at the end of its fraction. */
function shortened(text: unknown): string {
  return typeof text === 'string' ? text.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '') : 'no text';
}

/** One expression per type, over rows `i`. */
const TYPED = `SELECT i % 3 = 0 AS b, i::TINYINT AS i8, i::INTEGER AS i32, i::BIGINT AS i64, i::FLOAT AS f32, i * 0.37::DOUBLE AS f64,
  (i / 7)::DECIMAL(9, 2) AS d9, (i * 1000000007::HUGEINT)::DECIMAL(38, 4) AS d38, DATE '1960-02-29' + i::INTEGER AS day,
  TIME '00:00:01' + to_microseconds(i * 13) AS clock, TIMESTAMP '1969-12-31 23:59:59' + to_microseconds(i * 999999) AS ts,
  'é' || i AS s, repeat(chr(65 + (i % 26)::INTEGER), (i % 40)::INTEGER) AS long_s, encode('b' || i) AS bin,
  '00000000-0000-0000-0000-0000000000' || lpad((i % 100)::VARCHAR, 2, '0') AS u, [i, NULL, i + 1][1:1 + (i % 3)::INTEGER] AS list,
  {'x': i, 'y': 's' || i} AS struct, [{'deep': [[i]]}] AS nested FROM range(100) t(i)`;

describe('the types of a stream', () => {
  it("carry the values that DuckDB's own binding gives, with NULLs at every place", async () => {
    const sql = `SELECT ${['b', 'i8', 'i32', 'i64', 'f32', 'f64', 's', 'long_s', 'u']
      .map((name, index) => `CASE WHEN i32 % ${String(index + 2)} <> 0 THEN ${name} END AS ${name}`)
      .join(', ')}, day::VARCHAR AS day, clock::VARCHAR AS clock, ts::VARCHAR AS ts, d9::VARCHAR AS d9, d38::VARCHAR AS d38,
      list::VARCHAR AS list, struct::VARCHAR AS struct, nested::VARCHAR AS nested FROM (${TYPED}) WHERE i32 % 5 <> 1`;
    const oracle = await (await DuckDBInstance.create(':memory:')).connect();
    const expected = (await oracle.runAndReadAll(sql)).getRowObjectsJS();
    expect(await session().connection.queryRows(sql)).toEqual(expected);
  });

  it('have the texts that DuckDB prints', async () => {
    const rows =
      await session().connection.queryRows(`SELECT *, day::VARCHAR AS day_text, clock::VARCHAR AS clock_text, ts::VARCHAR AS ts_text,
      d9::VARCHAR AS d9_text, d38::VARCHAR AS d38_text FROM (${TYPED})`);
    for (const row of rows) {
      expect(row['day']).toBe(row['day_text']);
      expect(shortened(row['clock'])).toBe(shortened(row['clock_text']));
      expect(shortened(row['ts']).replace('T', ' ')).toBe(row['ts_text']);
      expect([row['d9'], row['d38']]).toEqual([row['d9_text'], row['d38_text']]);
    }
    expect(rows[5]).toMatchObject({
      list: [5n, null, 6n],
      struct: { x: 5n, y: 's5' },
      nested: [{ deep: [[5n]] }],
      bin: Uint8Array.from(Buffer.from('b5')),
    });
  });

  it('keep bits apart when chunks end inside a byte', async () => {
    const sql = 'SELECT i, i % 3 = 0 AS b, CASE WHEN i % 7 <> 0 THEN i::INTEGER END AS n FROM range(200000) t(i) WHERE i % 11 <> 0';
    const rows = await session().connection.queryRows(sql);
    expect(rows.length).toBe(181_818);
    expect(
      rows.every((row) => row['b'] === (Number(row['i']) % 3 === 0) && row['n'] === (Number(row['i']) % 7 === 0 ? null : Number(row['i']))),
    ).toBe(true);
  });

  it('that frames cannot carry are refused', async () => {
    const { connection } = session();
    await connection.execute("CREATE OR REPLACE TEMP TABLE moods (m ENUM ('sad', 'happy'))");
    expect((await rejection(connection.stream('SELECT * FROM moods'))).code).toBe('ENGINE_UNSUPPORTED');
    expect(await connection.queryRows('SELECT 1 AS a')).toEqual([{ a: 1 }]);
  });
});
