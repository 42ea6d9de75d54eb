import { describe, expect, it } from 'vitest';
import { estimateMemoryBytes } from '../../../../engines/duckdb/estimate-memory.ts';
import { estimateRows } from '../../../../engines/duckdb/estimate-rows.ts';
import { generatedRows } from '../../../../engines/duckdb/generated-rows.ts';
import { isStreaming } from '../../../../engines/duckdb/is-streaming.ts';
import { bindQueryText, catalogOf } from '../../../support/bind-text.ts';
import { SALES_TABLES } from '../../../support/sales-tables.ts';

const catalog = await catalogOf(SALES_TABLES);
const rootOf = async (text: string) => (await bindQueryText(text, catalog)).plan.root;

describe('the rows of a table function', () => {
  it.each([
    ['generate_series(1, 10)', 10],
    ['generate_series(10, 1)', 0],
    ['generate_series(1, 1000000, 10)', 100_000],
    ['generate_series(5, -5, -1)', 11],
    ['range(0, 10, 3)', 4],
    ['range(5)', 5],
  ])('of constant bounds are known: %s', async (call, rows) => {
    const root = await rootOf(`SELECT n FROM ${call} AS s(n)`);
    expect(generatedRows(root)).toBe(rows);
    expect(estimateRows(root, 0)).toBe(rows);
  });

  it('are a guess when the bounds are not', async () => {
    expect(generatedRows(await rootOf('SELECT n FROM t, LATERAL generate_series(1, t.a) AS s(n)'))).toBe(1000);
  });
});

describe('the memory of a statement', () => {
  const needed = async (text: string): Promise<number> => estimateMemoryBytes(await rootOf(text), () => 1_000_000);

  it('grows with texts that are repeated', async () => {
    const short = await needed('SELECT DISTINCT a, c FROM t');
    expect(await needed('SELECT DISTINCT a, repeat(c, 1000) AS w FROM t')).toBeGreaterThan(20 * short);
    expect(await needed('SELECT w FROM (SELECT a, repeat(c || c, 1000) AS w FROM t) q GROUP BY a, w')).toBeGreaterThan(
      1.5 * (await needed('SELECT w FROM (SELECT a, repeat(c, 1000) AS w FROM t) q GROUP BY a, w')),
    );
  });

  it('grows with the columns of a grouping: the more there are, the fewer rows are alike', async () => {
    expect(await needed('SELECT count(*) FROM t GROUP BY a')).toBeLessThan(await needed('SELECT count(*) FROM t GROUP BY a, b, e'));
  });

  it('holds the rows that are generated', async () => {
    const sorted = (rows: string) => needed(`SELECT n FROM generate_series(1, ${rows}) AS s(n) ORDER BY n`);
    expect(await sorted('10000000')).toBeGreaterThan(2 * (await sorted('10')));
  });
});

describe('the first rows', () => {
  it.each([
    ['SELECT a + 1 FROM t WHERE b > 3', true],
    ['SELECT a FROM t LIMIT 3', true],
    ['SELECT a FROM t ORDER BY a', false],
    ['SELECT sum(a) FROM t', false],
    ['SELECT t.a FROM t JOIN u ON t.a = u.a', false],
  ])('of %s come before all was read: %s', async (text, streaming) => {
    expect(isStreaming(await rootOf(text))).toBe(streaming);
  });
});
