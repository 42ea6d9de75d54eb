import { beforeAll, describe, expect, it } from 'vitest';
import { outputColumns, type PlatformError } from '../../../../spi/index.ts';
import { bindQueryText, bindText, catalogOf } from '../../../support/bind-text.ts';
import type { MemoryCatalog } from '../../../support/memory-catalog.ts';
import { SALES_TABLES } from '../../../support/sales-tables.ts';

let catalog: MemoryCatalog;
beforeAll(async () => {
  catalog = await catalogOf(SALES_TABLES);
});

const refusal = async (text: string): Promise<PlatformError | null> =>
  bindText(text, catalog).then(
    () => null,
    (error: unknown) => error as PlatformError,
  );

describe('TUMBLE', () => {
  it('adds the edges of the window to the columns of the table', async () => {
    const { plan } = await bindQueryText("SELECT * FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR))", catalog);
    expect(plan.output.map(({ name, type }) => `${name} ${type.kind}`)).toEqual([
      ...['a integer', 'b bigint', 'c varchar', 'd decimal', 'e date', 'ts timestamp', 'tz timestamptz', 'f double', 'g boolean'],
      'window_start timestamp',
      'window_end timestamp',
    ]);
    expect(JSON.stringify(plan.root)).toContain('"function":"tumble_start"');
    expect(JSON.stringify(plan.root)).toContain('"value":"3600000000"');
  });

  it.each([
    "TUMBLE(DATA => TABLE t, TIMECOL => DESCRIPTOR(tz), SIZE => INTERVAL '1' DAY)",
    "TUMBLE(SIZE => INTERVAL '1 day', DATA => TABLE t, TIMECOL => DESCRIPTOR(tz))",
    "TUMBLE(TABLE (SELECT tz FROM t), DESCRIPTOR(tz), SIZE => INTERVAL '24' HOUR)",
  ])('takes its arguments by name, and a query as its table: %s', async (call) => {
    const { plan } = await bindQueryText(`SELECT window_end, count(*) FROM TABLE(${call}) GROUP BY window_end`, catalog);
    expect(outputColumns(plan.root)[0]?.type.kind).toBe('timestamptz');
    expect(JSON.stringify(plan.root)).toContain('"value":"86400000000"');
  });

  it('gives its columns the name of the table, or the alias', async () => {
    const window = "TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR))";
    await bindQueryText(`SELECT t.a, t.window_start FROM ${window}`, catalog);
    await bindQueryText(`SELECT w.a, v.a FROM ${window} w JOIN ${window} v ON w.window_start = v.window_start`, catalog);
    expect((await refusal(`SELECT 1 FROM ${window}, ${window}`))?.code).toBe('SQL_DUPLICATE_NAME');
  });

  it('reads a common table', async () => {
    const text = "WITH x AS (SELECT ts FROM t) SELECT window_start FROM TABLE(TUMBLE(TABLE x, DESCRIPTOR(ts), INTERVAL '1' HOUR))";
    expect((await bindQueryText(text, catalog)).plan.output).toHaveLength(1);
  });

  it.each([
    ["TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MONTH)", 'SQL_INVALID_VALUE'],
    ["TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '0' SECOND)", 'SQL_INVALID_VALUE'],
    ["TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '-1' SECOND)", 'SQL_INVALID_VALUE'],
    ['TUMBLE(TABLE t, DESCRIPTOR(ts), 5)', 'SQL_INVALID_VALUE'],
    ['TUMBLE(TABLE t, DESCRIPTOR(ts), TABLE t)', 'SQL_INVALID_VALUE'],
    ["TUMBLE(TABLE t, DESCRIPTOR(e), INTERVAL '1' DAY)", 'SQL_TYPE_MISMATCH'],
    ["TUMBLE(TABLE t, DESCRIPTOR(nothing), INTERVAL '1' DAY)", 'SQL_UNKNOWN_COLUMN'],
    ["TUMBLE(TABLE t, DESCRIPTOR(ts, tz), INTERVAL '1' DAY)", 'SQL_TYPE_MISMATCH'],
    ["TUMBLE(t, DESCRIPTOR(ts), INTERVAL '1' DAY)", 'SQL_TYPE_MISMATCH'],
    ['TUMBLE(TABLE t, DESCRIPTOR(ts))', 'SQL_UNKNOWN_FUNCTION'],
    ["TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' DAY, INTERVAL '1' HOUR)", 'SQL_UNSUPPORTED'],
    ["TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' DAY, \"offset\" => INTERVAL '1' HOUR)", 'SQL_UNSUPPORTED'],
    ["TUMBLE(TABLE t, DATA => TABLE t, TIMECOL => DESCRIPTOR(ts), SIZE => INTERVAL '1' DAY)", 'SQL_DUPLICATE_NAME'],
    ["TUMBLE(TABLE nothing, DESCRIPTOR(ts), INTERVAL '1' DAY)", 'CATALOG_UNKNOWN_TABLE'],
    ["TUMBEL(TABLE t, DESCRIPTOR(ts), INTERVAL '1' DAY)", 'SQL_UNSUPPORTED'],
  ])('is refused with the place: %s', async (call, code) => {
    const error = await refusal(`SELECT * FROM TABLE(${call})`);
    expect(error?.code).toBe(code);
    expect(error?.location).toBeDefined();
  });
});

describe('WATERMARK of CREATE TABLE', () => {
  it.each([
    ["ts - INTERVAL '5' SECOND", '5000000'],
    ["TS - INTERVAL '1 day 00:00:01'", '86401000000'],
    ["ts - INTERVAL '0' SECOND", '0'],
    ['ts', '0'],
  ])('becomes properties of the table: %s', async (expression, delayUs) => {
    const bound = await bindText(`CREATE TABLE z (a INTEGER, ts TIMESTAMP, WATERMARK FOR ts AS ${expression})`, catalog);
    expect(bound).toMatchObject({
      spec: {
        columns: [{ name: 'a' }, { name: 'ts' }],
        properties: { 'trivium.watermark.column': 'ts', 'trivium.watermark.delay-us': delayUs },
      },
    });
  });

  it.each([
    ['ts TIMESTAMP, WATERMARK FOR nothing AS nothing', 'SQL_UNKNOWN_COLUMN'],
    ['ts DATE, WATERMARK FOR ts AS ts', 'SQL_TYPE_MISMATCH'],
    ["ts TIMESTAMP, WATERMARK FOR ts AS ts + INTERVAL '5' SECOND", 'SQL_UNSUPPORTED'],
    ["ts TIMESTAMP, u TIMESTAMP, WATERMARK FOR ts AS u - INTERVAL '5' SECOND", 'SQL_UNSUPPORTED'],
    ["ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5' MONTH", 'SQL_INVALID_VALUE'],
    ["ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '-5' SECOND", 'SQL_INVALID_VALUE'],
    ['ts TIMESTAMP, u TIMESTAMP, WATERMARK FOR ts AS ts, WATERMARK FOR u AS u', 'SQL_UNSUPPORTED'],
  ])('is refused with the place: %s', async (elements, code) => {
    const error = await refusal(`CREATE TABLE z (${elements})`);
    expect(error?.code).toBe(code);
    expect(error?.location).toBeDefined();
  });

  it('is part of SHOW CREATE TABLE', async () => {
    const own = await catalogOf(["CREATE TABLE z (ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)"]);
    const shown = await bindQueryText('SHOW CREATE TABLE z', own);
    expect(JSON.stringify(shown.plan)).toContain(`WATERMARK FOR \\"ts\\" AS \\"ts\\" - INTERVAL '5000000' MICROSECOND`);
  });
});
