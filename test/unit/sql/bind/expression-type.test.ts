import { beforeAll, describe, expect, it } from 'vitest';
import { formatType } from '../../../../spi/index.ts';
import { bindQueryText, catalogOf } from '../../../support/bind-text.ts';
import type { MemoryCatalog } from '../../../support/memory-catalog.ts';
import { SALES_TABLES } from '../../../support/sales-tables.ts';

let catalog: MemoryCatalog;
beforeAll(async () => {
  catalog = await catalogOf(SALES_TABLES);
});

async function typeOf(expression: string): Promise<string> {
  const query = await bindQueryText(`SELECT ${expression} FROM t`, catalog);
  const [column] = query.plan.output;
  return column === undefined ? 'nothing' : formatType(column.type);
}

describe('the type of an expression', () => {
  it.each([
    ['1', 'integer'],
    ['2147483647', 'integer'],
    ['2147483648', 'bigint'],
    ['-2147483648', 'integer'],
    ['-9223372036854775808', 'bigint'],
    ['9223372036854775808', 'decimal(19,0)'],
    ['0.2', 'decimal(2,1)'],
    ['.5', 'decimal(1,1)'],
    ['123.450', 'decimal(6,3)'],
    ['1e3', 'double'],
    ['null', 'null'],
    ["'x'", 'varchar'],
    ["DATE '2001-02-03'", 'date'],
    ["INTERVAL '1' DAY", 'interval'],
  ])('of the literal %s is %s', async (expression, type) => {
    expect(await typeOf(expression)).toBe(type);
  });

  it.each([
    ['a + 1', 'integer'],
    ['a + b', 'bigint'],
    ['a / 2', 'double'],
    ['a // 2', 'integer'],
    ['d + 1', 'decimal(13,2)'],
    ['d + b', 'decimal(22,2)'],
    ['d + d', 'decimal(11,2)'],
    ['d * d', 'decimal(18,4)'],
    ['0.2 * 2', 'decimal(12,1)'],
    ['CAST(1 AS DECIMAL(18,2)) + CAST(1 AS DECIMAL(18,2))', 'decimal(18,2)'],
    ['CAST(1 AS DECIMAL(20,2)) * CAST(1 AS DECIMAL(15,2))', 'decimal(35,4)'],
    ['CAST(1 AS DECIMAL(30,10)) * CAST(1 AS DECIMAL(30,10))', 'decimal(38,20)'],
    ['CAST(1 AS DECIMAL(15,2)) % CAST(1 AS DECIMAL(10,4))', 'decimal(17,4)'],
    ['d / d', 'double'],
    ['d * f', 'double'],
    ['-d', 'decimal(10,2)'],
    ['a ^ 2', 'double'],
    ['e + 1', 'date'],
    ['e - e', 'bigint'],
    ["e + INTERVAL '1' DAY", 'timestamp'],
    ['ts - ts', 'interval'],
    ['INTERVAL 1 DAY * 2', 'interval'],
    ['null + 1', 'integer'],
    ["c || 'x'", 'varchar'],
    ['c || a', 'varchar'],
  ])('of %s is %s, as in DuckDB', async (expression, type) => {
    expect(await typeOf(expression)).toBe(type);
  });

  it.each([
    ['sum(a)', 'bigint'],
    ['sum(b)', 'bigint'],
    ['sum(d)', 'decimal(38,2)'],
    ['sum(f)', 'double'],
    ['avg(d)', 'double'],
    ['count(*)', 'bigint'],
    ['min(e)', 'date'],
    ['median(a)', 'double'],
    ['median(d)', 'decimal(10,2)'],
    ['array_agg(c)', 'list<varchar>'],
    ['percentile_cont(0.5) WITHIN GROUP (ORDER BY a)', 'double'],
    ['percentile_disc(0.5) WITHIN GROUP (ORDER BY a)', 'integer'],
    ['row_number() OVER ()', 'bigint'],
    ['lag(d) OVER (ORDER BY a)', 'decimal(10,2)'],
  ])('of the aggregate or window function %s is %s', async (expression, type) => {
    expect(await typeOf(expression)).toBe(type);
  });

  it.each([
    ['coalesce(a, 2.5)', 'decimal(11,1)'],
    ['CASE WHEN g THEN 1 ELSE 2.55 END', 'decimal(12,2)'],
    ['round(d, 1)', 'decimal(10,1)'],
    ['round(d)', 'decimal(10,0)'],
    ['round(d, 5)', 'decimal(10,2)'],
    ['floor(a)', 'double'],
    ['greatest(e, ts)', 'timestamp'],
    ['[1, 2.5]', 'list<decimal(11,1)>'],
    ["{'p': 1, 'q': 'x'}", 'struct<"p" integer,"q" varchar>'],
    ["MAP {'k': 1}['k']", 'integer'],
    ['extract(year FROM e)', 'bigint'],
    ["date_trunc('month', e)", 'timestamp'],
    ["ts AT TIME ZONE 'UTC'", 'timestamptz'],
    ['TRY_CAST(c AS INTEGER)', 'integer'],
    ['c::DECIMAL(5, 1)', 'decimal(5,1)'],
    ['typeof(d)', 'varchar'],
  ])('of %s is %s', async (expression, type) => {
    expect(await typeOf(expression)).toBe(type);
  });
});

describe('a string literal', () => {
  it('takes the type of what it is compared with', async () => {
    const { plan } = await bindQueryText("SELECT a FROM t WHERE e = '2001-2-3'", catalog);
    expect(JSON.stringify(plan)).toContain('{"kind":"literal","type":{"kind":"date"},"value":"2001-02-03"}');
  });

  it('is refused where it is no value of that type', async () => {
    await expect(bindQueryText("SELECT a FROM t WHERE e = 'soon'", catalog)).rejects.toMatchObject({
      code: 'SQL_INVALID_VALUE',
      location: { line: 1, column: 27 },
    });
  });
});

describe('nullability', () => {
  it.each([
    ['a', false],
    ['b', true],
    ['a + 1', false],
    ['a + b', true],
    ['coalesce(b, 0)', false],
    ['nullif(a, 1)', true],
    ['b IS NULL', false],
    ['count(b)', false],
    ['sum(a)', true],
    ['CASE WHEN g THEN 1 END', true],
    ['CASE WHEN g THEN 1 ELSE 2 END', false],
    ['TRY_CAST(a AS VARCHAR)', true],
  ])('of %s is %s', async (expression, nullable) => {
    const query = await bindQueryText(
      `SELECT ${expression} FROM t${expression.includes('(b)') || expression.includes('(a)') ? '' : ' LIMIT 1'}`,
      catalog,
    );
    expect(query.plan.output[0]?.nullable).toBe(nullable);
  });

  it('comes from the optional side of an outer join', async () => {
    const query = await bindQueryText('SELECT t.a, r.a FROM t LEFT JOIN t AS r ON t.a = r.b', catalog);
    expect(query.plan.output.map((column) => column.nullable)).toEqual([false, true]);
  });
});
