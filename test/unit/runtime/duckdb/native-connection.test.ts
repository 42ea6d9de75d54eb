import { describe, expect, it, vi } from 'vitest';
import { openDatabase } from '../../../../runtime/duckdb/index.ts';
import { openSession, rejection } from './session.ts';

const session = openSession();

describe('parameters of a statement', () => {
  it.each([
    ['boolean', 'true', 'BOOLEAN', true],
    ['integer', '-2147483648', 'INTEGER', -2147483648],
    ['bigint', '-9223372036854775808', 'BIGINT', -9223372036854775808n],
    ['real', '0.5', 'FLOAT', 0.5],
    ['double', 'NaN', 'DOUBLE', Number.NaN],
    ['decimal(38,2)', '-123456789012345678901234567890123456.78', 'DECIMAL(38,2)', '-123456789012345678901234567890123456.78'],
    ['date', '1969-12-31', 'DATE', '1969-12-31'],
    ['time', '23:59:59.999999', 'TIME', '23:59:59.999999'],
    ['timestamp', '1969-12-31 23:59:59.5', 'TIMESTAMP', '1969-12-31T23:59:59.500'],
    ['timestamptz', '2020-01-01T01:00:00+01:00', 'TIMESTAMP WITH TIME ZONE', '2020-01-01T00:00:00Z'],
    ['varchar', "it's \u0000 é", 'VARCHAR', "it's \u0000 é"],
    ['varbinary', 'AAEC', 'BLOB', Uint8Array.of(0, 1, 2)],
  ])('of type %s arrive as they were given: %s', async (type, value, engineType, expected) => {
    const [row] = await session().connection.queryRows('SELECT $1 AS v, typeof($1) AS t', [{ type, value }]);
    expect(row).toEqual({ v: expected, t: engineType });
  });

  it('may be NULL', async () => {
    expect(await session().connection.queryRows('SELECT $1::BIGINT AS v', [{ type: 'bigint', value: null }])).toEqual([{ v: null }]);
  });

  it('are bound anew when a statement runs again', async () => {
    const { connection } = session();
    const run = (value: string) => connection.queryRows('SELECT $1 + 1 AS v', [{ type: 'bigint', value }]);
    expect([await run('1'), await run('41')]).toEqual([[{ v: 2n }], [{ v: 42n }]]);
  });

  it.each([
    ['integer', '2147483648', 'SQL_OVERFLOW'],
    ['bigint', '9223372036854775808', 'SQL_OVERFLOW'],
    ['bigint', '1.5', 'SQL_INVALID_VALUE'],
    ['decimal(4,2)', '100', 'SQL_OVERFLOW'],
    ['decimal(4,2)', '1.234', 'SQL_INVALID_VALUE'],
    ['date', '2023-02-29', 'SQL_INVALID_VALUE'],
    ['time', '24:00:00', 'SQL_INVALID_VALUE'],
    ['list<bigint>', '[1]', 'SQL_PARAMETER'],
  ])('of type %s refuse %s with %s', async (type, value, code) => {
    expect((await rejection(session().connection.execute('SELECT $1', [{ type, value }]))).code).toBe(code);
  });

  it('are counted', async () => {
    expect((await rejection(session().connection.execute('SELECT $1, $2', [{ type: 'bigint', value: '1' }]))).code).toBe('SQL_PARAMETER');
  });
});

describe('an error of DuckDB', () => {
  it.each([
    ["SELECT CAST('x' AS INTEGER)", 'SQL_INVALID_VALUE'],
    ['SELECT 2147483647::INTEGER + i::INTEGER FROM range(1, 2) t(i)', 'SQL_OVERFLOW'],
    ['SELECT (SELECT i FROM range(2) t(i))', 'SQL_SUBQUERY_ROWS'],
    ['SELECT CAST(9223372036854775808::HUGEINT AS BIGINT)', 'SQL_OVERFLOW'],
    ['SELECT CAST(1e10::DOUBLE AS DECIMAL(4,1))', 'SQL_OVERFLOW'],
    ['SELECT CAST(999.99::DECIMAL(8,2) AS DECIMAL(3,0))', 'SQL_OVERFLOW'],
    ["SELECT error('boom')", 'SQL_EVALUATION'],
    ["SELECT * FROM read_parquet('/nowhere/none.parquet')", 'STORAGE_IO'],
    ["SELECT * FROM read_parquet('/etc/passwd')", 'STORAGE_CORRUPT'],
    ['SELECT nope', 'ENGINE_FAILED'],
    ['SELECT 1 +', 'ENGINE_FAILED'],
    ['SELECT 1; SELECT 2', 'SQL_EVALUATION'],
  ])('has a code: %s', async (sql, code) => {
    expect((await rejection(session().connection.execute(sql))).code).toBe(code);
  });

  it('says RESOURCE_MEMORY when the memory limit is reached, and the connection goes on', async () => {
    const database = openDatabase({ config: { threads: '2', memory_limit: '50MB', temp_directory: '' } });
    const connection = database.connect();
    const error = await rejection(connection.execute("SELECT list(i || repeat('x', 100)) FROM range(5000000) t(i)"));
    expect(error.code).toBe('RESOURCE_MEMORY');
    expect(await connection.queryRows('SELECT 1 AS a')).toEqual([{ a: 1 }]);
    await database.close();
  });

  it('does not show the SQL that was printed for it', async () => {
    const error = await rejection(session().connection.execute("SELECT 'secret', CAST('x' AS INTEGER)"));
    expect(error.message).toBe("Could not convert string 'x' to INT32");
  });
});

describe('a connection', () => {
  it('runs statements in the order of the calls', async () => {
    const { connection } = session();
    const steps = [
      connection.execute('CREATE OR REPLACE TEMP TABLE steps (i INTEGER)'),
      connection.execute('INSERT INTO steps VALUES (1), (2)'),
    ];
    const rows = connection.queryRows('SELECT count(*) AS n FROM steps');
    await Promise.all(steps);
    expect(await rows).toEqual([{ n: 2n }]);
  });

  it('keeps the event loop free while a statement runs', async () => {
    const { connection } = session();
    let ticks = 0;
    const timer = setInterval(() => (ticks += 1), 1);
    await connection.execute('SELECT sum(a * b) FROM range(5000) s(a), range(5000) t(b)');
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(5);
  });

  it('reports how far a statement has come', async () => {
    // DuckDB counts when the thread that asked for the result takes a task; without others it takes them all.
    const database = openDatabase({ config: { threads: '1' } });
    const connection = database.connect();
    await connection.execute('CREATE OR REPLACE TEMP TABLE many AS SELECT i FROM range(3000000) t(i)');
    const running = connection.execute('SELECT sum(a.i * b.i) FROM many a, (SELECT i FROM many LIMIT 500) b');
    await vi.waitFor(
      () => {
        expect(connection.progress().totalRows).toBeGreaterThan(0n);
      },
      { timeout: 10_000, interval: 20 },
    );
    connection.interrupt();
    expect((await rejection(running)).code).toBe('ENGINE_CANCELLED');
    await database.close();
  });

  it('does not carry an interrupt over to the next statement', async () => {
    const { connection } = session();
    connection.interrupt();
    expect(await connection.queryRows('SELECT 1 AS a')).toEqual([{ a: 1 }]);
  });

  it('plans deep expressions without running out of stack', async () => {
    const sql = `SELECT ${'abs('.repeat(250)}i${')'.repeat(250)} AS a FROM range(1, 2) t(i)`;
    expect(await session().connection.queryRows(sql)).toEqual([{ a: 1n }]);
  });

  it('closes while a statement runs, and refuses what comes after', async () => {
    const connection = session().database.connect();
    const running = rejection(connection.execute('SELECT sum(a * b) FROM range(1000000) s(a), range(1000000) t(b)'));
    await new Promise((resolve) => setTimeout(resolve, 30));
    await connection.close();
    expect((await running).code).toBe('ENGINE_CANCELLED');
    expect((await rejection(connection.execute('SELECT 1'))).code).toBe('ENGINE_UNAVAILABLE');
  });
});
