import { beforeAll, describe, expect, it } from 'vitest';
import { DUCKDB_CAPABILITIES } from '../../../../engines/duckdb/duckdb-capabilities.ts';
import { STREAM_CAPABILITIES } from '../../../../engines/stream/stream-capabilities.ts';
import { checkCapabilities } from '../../../../spi/index.ts';
import { bindQueryText, bindText, catalogOf } from '../../../support/bind-text.ts';
import type { MemoryCatalog } from '../../../support/memory-catalog.ts';
import { runPlan, runSql } from '../../../support/print-and-run.ts';

const TABLES = [
  'CREATE TABLE events (k INTEGER, ts TIMESTAMP, v INTEGER)',
  "CREATE TABLE rates (k INTEGER, ts TIMESTAMP, rate INTEGER, PRIMARY KEY (k) NOT ENFORCED, WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)",
  'CREATE TABLE computed (a INTEGER, twice AS a * 2, b INTEGER, s AS concat(a, b))',
];
let catalog: MemoryCatalog;
beforeAll(async () => {
  catalog = await catalogOf(TABLES);
  await runSql(`CREATE OR REPLACE TABLE events AS SELECT (i % 3)::INTEGER AS k,
    CASE WHEN i % 17 = 0 THEN NULL ELSE TIMESTAMP '1969-12-31 23:58:00' + to_microseconds((i * i * 7919) % 400000000) END AS ts, i::INTEGER AS v
    FROM range(200) t(i)`);
  await runSql(`CREATE OR REPLACE TABLE rates AS SELECT (i % 2)::INTEGER AS k,
    TIMESTAMP '1969-12-31 23:58:30' + to_seconds(i * 20) AS ts, i::INTEGER AS rate FROM range(12) t(i)`);
  await runSql('CREATE OR REPLACE TABLE computed AS SELECT 3::INTEGER AS a, 4::INTEGER AS b');
});

/** Runs a statement of ours and one that was written by hand for DuckDB; both put out their rows in the order of all columns. */
async function both(ours: string, byHand: string): Promise<readonly [unknown, unknown]> {
  const { plan } = await bindQueryText(`${ours} ORDER BY ALL`, catalog);
  return [await runPlan(plan), await runSql(`${byHand} ORDER BY ALL`)];
}

const MICROS = 'epoch_us(ts)';

describe('windows of time over stored rows', () => {
  it('HOP puts each row into every window that holds it', async () => {
    const [ours, byHand] = await both(
      `SELECT k, window_start, window_end, count(*) AS n, sum(v)::BIGINT AS s
       FROM TABLE(HOP(TABLE events, DESCRIPTOR(ts), INTERVAL '10' SECOND, INTERVAL '60' SECOND)) GROUP BY 1, 2, 3`,
      `WITH starts AS (SELECT make_timestamp(s * 1000000) AS ws FROM range(-300, 400, 10) t(s))
       SELECT k, ws, ws + INTERVAL 60 SECOND, count(*), sum(v)::BIGINT FROM events, starts WHERE ts >= ws AND ts < ws + INTERVAL 60 SECOND GROUP BY ALL`,
    );
    expect(ours).toEqual(byHand);
    expect((ours as unknown[]).length).toBeGreaterThan(100);
  });

  it('CUMULATE puts each row into the growing windows that hold it', async () => {
    const [ours, byHand] = await both(
      `SELECT window_start, window_end, count(*) AS n
       FROM TABLE(CUMULATE(TABLE events, DESCRIPTOR(ts), INTERVAL '15' SECOND, INTERVAL '1' MINUTE)) GROUP BY ALL`,
      `WITH w AS (SELECT make_timestamp(s * 60000000) AS ws, make_timestamp(s * 60000000 + e * 15000000) AS we FROM range(-5, 6) t(s), range(1, 5) u(e))
       SELECT ws, we, count(*) FROM events, w WHERE ts >= ws AND ts < we GROUP BY ALL`,
    );
    expect(ours).toEqual(byHand);
    expect((ours as unknown[]).length).toBeGreaterThan(15);
  });

  it('SESSION ends a window when no row of its key came for longer than the gap', async () => {
    const byHand = `WITH a AS (SELECT *, lag(ts) OVER (PARTITION BY k ORDER BY ts) AS p FROM events WHERE ts IS NOT NULL),
       b AS (SELECT *, sum(CASE WHEN p IS NULL OR ${MICROS} - epoch_us(p) > 5000000 THEN 1 ELSE 0 END) OVER (PARTITION BY k ORDER BY ts ROWS UNBOUNDED PRECEDING) AS g FROM a)
       SELECT k, min(ts), max(ts) + INTERVAL 5 SECOND, count(*) FROM b GROUP BY k, g`;
    const [table, expected] = await both(
      `SELECT k, window_start, window_end, count(*) AS n
       FROM TABLE(SESSION(TABLE events PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND)) GROUP BY ALL`,
      byHand,
    );
    expect(table).toEqual(expected);
    const [grouped] = await both(
      `SELECT k, SESSION_START(ts, INTERVAL '5' SECOND) AS s, SESSION_END(ts, INTERVAL '5' SECOND) AS e, count(*) AS n
       FROM events GROUP BY k, SESSION(ts, INTERVAL '5' SECOND)`,
      byHand,
    );
    expect(grouped).toEqual(expected);
    expect((expected as unknown[]).length).toBeGreaterThan(20);
  });

  it('groups by TUMBLE and HOP as by the windows of their tables', async () => {
    const windows = (call: string): string => `SELECT window_start, window_end, count(*) AS n FROM TABLE(${call}) GROUP BY ALL`;
    const run = async (text: string): Promise<unknown> => runPlan((await bindQueryText(`${text} ORDER BY ALL`, catalog)).plan);
    expect(
      await run(
        `SELECT TUMBLE_START(ts, INTERVAL '1' MINUTE) AS s, TUMBLE_END(ts, INTERVAL '1' MINUTE) AS e, count(*) AS n FROM events WHERE ts IS NOT NULL GROUP BY TUMBLE(ts, INTERVAL '1' MINUTE)`,
      ),
    ).toEqual(await run(windows("TUMBLE(TABLE (SELECT * FROM events WHERE ts IS NOT NULL), DESCRIPTOR(ts), INTERVAL '1' MINUTE)")));
    expect(
      await run(
        `SELECT HOP_START(ts, INTERVAL '30' SECOND, INTERVAL '1' MINUTE) AS s, HOP_END(ts, INTERVAL '30' SECOND, INTERVAL '1' MINUTE) AS e, count(*) AS n
         FROM events GROUP BY HOP(ts, INTERVAL '30' SECOND, INTERVAL '1' MINUTE)`,
      ),
    ).toEqual(await run(windows("HOP(TABLE events, DESCRIPTOR(ts), INTERVAL '30' SECOND, INTERVAL '1' MINUTE)")));
  });

  it('joins a row with the version of another table that held at its time', async () => {
    const [ours, byHand] = await both(
      'SELECT e.v, r.rate FROM events e LEFT JOIN rates FOR SYSTEM_TIME AS OF e.ts AS r ON e.k = r.k',
      'SELECT v, (SELECT rate FROM rates r WHERE r.k = e.k AND r.ts <= e.ts ORDER BY r.ts DESC LIMIT 1) AS rate FROM events e',
    );
    expect(ours).toEqual(byHand);
  });

  it('joins with the rows of now where the moment is that of processing', async () => {
    const [ours, byHand] = await both(
      'SELECT e.v, r.rate FROM (SELECT *, PROCTIME() AS p FROM events) e JOIN rates FOR SYSTEM_TIME AS OF e.p AS r ON e.k = r.k AND r.rate < 3',
      'SELECT v, rate FROM events e JOIN rates r ON e.k = r.k AND r.rate < 3',
    );
    expect(ours).toEqual(byHand);
  });

  it('reads computed columns where they were declared, and writes the others', async () => {
    const { plan } = await bindQueryText('SELECT * FROM computed WHERE twice = 6', catalog);
    expect(plan.output.map((column) => column.name)).toEqual(['a', 'twice', 'b', 's']);
    expect(await runPlan(plan)).toEqual([[3, 6, 4, '34']]);
    expect((await bindQueryText('INSERT INTO computed VALUES (1, 2)', catalog)).plan.output).toHaveLength(2);
  });

  it('tests a condition of WHERE over a window function after the window', async () => {
    const [ours, byHand] = await both(
      'SELECT k, v, row_number() OVER (PARTITION BY k ORDER BY v DESC) AS place FROM events WHERE place <= 2 AND v < 100',
      'SELECT k, v, row_number() OVER (PARTITION BY k ORDER BY v DESC) AS place FROM events WHERE v < 100 QUALIFY place <= 2',
    );
    expect(ours).toEqual(byHand);
  });

  it('names a column of a subquery without a name by the relation inside', async () => {
    const text = 'SELECT e.k FROM (SELECT e.k, r.rate FROM events e, rates r WHERE e.k = r.k) WHERE r.rate = 1';
    expect((await bindQueryText(text, catalog)).plan.output.map((column) => column.name)).toEqual(['k']);
  });
});

describe('windows of time in a materialized view', () => {
  it.each([
    ["HOP(TABLE events, DESCRIPTOR(ts), INTERVAL '10' SECOND, INTERVAL '60' SECOND)", "'join:cross' is not declared"],
    ["SESSION(TABLE events, DESCRIPTOR(ts), INTERVAL '10' SECOND)", "'window' is not declared"],
  ])('are refused by the engine that has no state for them: %s', async (call, reason) => {
    const query = await bindQueryText(`SELECT window_start, count(*) FROM TABLE(${call}) GROUP BY window_start`, catalog);
    expect(checkCapabilities(query, 'view', STREAM_CAPABILITIES)).toMatchObject({ code: 'ENGINE_UNSUPPORTED', reason });
    expect(checkCapabilities(query, 'query', DUCKDB_CAPABILITIES)).toBeNull();
  });
});

describe('functions of streaming SQL', () => {
  it.each([
    ["DATE_FORMAT(TIMESTAMP '2024-05-06 07:08:09.123', 'yyyy-MM-dd HH:mm:ss.SSS')", '2024-05-06 07:08:09.123'],
    ["DATE_FORMAT(TIMESTAMP '2024-05-06 17:08:09', 'dd MMM yy ''at'' hh a %')", '06 May 24 at 05 PM %'],
    ["SPLIT_INDEX('a/b//c', '/', 3)", 'c'],
    ["SPLIT_INDEX('a/b//c', '/', 4)", null],
    ["SPLIT_INDEX('a/b//c', '/', -1)", null],
    ["COUNT_CHAR('banana', 'a')", '3'],
    ["COUNT_CHAR(NULL, 'a')", null],
  ])('%s', async (expression, expected) => {
    const { plan } = await bindQueryText(`SELECT ${expression}`, catalog);
    expect(await runPlan(plan)).toEqual([[expected]]);
  });
});

describe('what windows of time and temporal joins refuse', () => {
  it.each([
    ["SELECT * FROM TABLE(HOP(TABLE events, DESCRIPTOR(ts), INTERVAL '7' SECOND, INTERVAL '60' SECOND))", 'SQL_INVALID_VALUE'],
    ["SELECT * FROM TABLE(CUMULATE(TABLE events, DESCRIPTOR(ts), INTERVAL '1' MICROSECOND, INTERVAL '1' DAY))", 'SQL_INVALID_VALUE'],
    ["SELECT * FROM TABLE(HOP(TABLE events PARTITION BY k, DESCRIPTOR(ts), INTERVAL '1' SECOND, INTERVAL '2' SECOND))", 'SQL_UNSUPPORTED'],
    ["SELECT * FROM TABLE(SESSION(TABLE events PARTITION BY nothing, DESCRIPTOR(ts), INTERVAL '1' SECOND))", 'SQL_UNKNOWN_COLUMN'],
    ["SELECT TUMBLE_START(ts, INTERVAL '1' HOUR) FROM events", 'SQL_GROUPING'],
    ["SELECT TUMBLE_START(ts, INTERVAL '2' HOUR) FROM events GROUP BY TUMBLE(ts, INTERVAL '1' HOUR)", 'SQL_GROUPING'],
    ["SELECT 1 FROM events GROUP BY TUMBLE(v, INTERVAL '1' HOUR)", 'SQL_TYPE_MISMATCH'],
    ["SELECT 1 FROM events GROUP BY TUMBLE(ts, INTERVAL '1' HOUR), SESSION(ts, INTERVAL '1' HOUR)", 'SQL_UNSUPPORTED'],
    ['SELECT 1 FROM events e JOIN events FOR SYSTEM_TIME AS OF e.ts AS r ON e.k = r.k', 'SQL_UNSUPPORTED'],
    ['SELECT 1 FROM events e JOIN rates FOR SYSTEM_TIME AS OF e.ts AS r ON e.v = r.rate', 'SQL_UNSUPPORTED'],
    ['SELECT 1 FROM events e JOIN rates FOR SYSTEM_TIME AS OF e.v AS r ON e.k = r.k', 'SQL_TYPE_MISMATCH'],
    ['SELECT 1 FROM events e FULL JOIN rates FOR SYSTEM_TIME AS OF e.ts AS r ON e.k = r.k', 'SQL_UNSUPPORTED'],
    ['SELECT 1 FROM rates FOR SYSTEM_TIME AS OF ts', 'SQL_UNSUPPORTED'],
    ["SELECT DATE_FORMAT(ts, '%Y-%m') FROM events", 'SQL_INVALID_VALUE'],
    ["SELECT DATE_FORMAT(ts, 'QQ') FROM events", 'SQL_INVALID_VALUE'],
    ["SELECT COUNT_CHAR('a', 'ab')", 'SQL_INVALID_VALUE'],
    ['CREATE TABLE z (a INTEGER, b AS nothing)', 'SQL_UNKNOWN_COLUMN'],
    ['CREATE TABLE z (a INTEGER, a AS 1)', 'SQL_DUPLICATE_NAME'],
    ['CREATE TABLE z (a INTEGER, b AS (SELECT max(k) FROM events))', 'SQL_UNSUPPORTED'],
    ['CREATE TABLE z (a INTEGER, b AS sum(a))', 'SQL_GROUPING'],
    ['CREATE TABLE z (a INTEGER, PRIMARY KEY (a))', 'SQL_UNSUPPORTED'],
    ['CREATE TABLE z (a INTEGER, PRIMARY KEY (b) NOT ENFORCED)', 'SQL_UNKNOWN_COLUMN'],
  ])('%s', async (text, code) => {
    const outcome = await bindText(text, catalog).then(
      () => 'bound',
      (error: unknown) => (error as { code: string }).code,
    );
    expect(outcome).toBe(code);
  });
});
