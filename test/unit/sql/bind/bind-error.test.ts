import { beforeAll, describe, expect, it } from 'vitest';
import { assert, PlatformError } from '../../../../spi/index.ts';
import { bindText, catalogOf } from '../../../support/bind-text.ts';
import type { MemoryCatalog } from '../../../support/memory-catalog.ts';
import { SALES_TABLES } from '../../../support/sales-tables.ts';

let catalog: MemoryCatalog;
beforeAll(async () => {
  catalog = await catalogOf(SALES_TABLES);
  catalog.createView({
    name: { schema: 'main', name: 'broken' },
    sql: 'SELECT a,\n  nothing FROM t',
    defaultSchema: 'main',
    columnNames: null,
    comment: null,
  });
});

async function errorOf(text: string): Promise<PlatformError> {
  const error: unknown = await bindText(text, catalog).catch((caught: unknown) => caught);
  assert(error instanceof PlatformError, `bound: ${text}`);
  return error;
}

describe('a statement that means nothing', () => {
  it.each([
    ['SELECT * FROM tt', 'CATALOG_UNKNOWN_TABLE', 15, 'Did you mean t?'],
    ['SELECT * FROM mian.t', 'CATALOG_UNKNOWN_SCHEMA', 15, 'Did you mean main?'],
    ['SELECT * FROM elsewhere.main.t', 'CATALOG_UNKNOWN_SCHEMA', 15, undefined],
    ['SELECT aa FROM t', 'SQL_UNKNOWN_COLUMN', 8, 'Did you mean a?'],
    ['SELECT tt.a FROM t', 'SQL_UNKNOWN_COLUMN', 8, 'Did you mean t?'],
    ['SELECT a FROM t JOIN u ON true', 'SQL_AMBIGUOUS_COLUMN', 8, 'It may be t.a or u.a.'],
    ['SELECT suum(a) FROM t', 'SQL_UNKNOWN_FUNCTION', 8, 'Did you mean sum?'],
    ['SELECT lower(c, c) FROM t', 'SQL_UNKNOWN_FUNCTION', 8, 'It takes varchar -> varchar.'],
    ['SELECT lower(a) FROM t', 'SQL_TYPE_MISMATCH', 8, 'It takes varchar -> varchar.'],
    ['SELECT * FROM unnset([1])', 'SQL_UNKNOWN_FUNCTION', 15, 'Did you mean unnest?'],
    ['SELECT CAST(a AS intger) FROM t', 'SQL_UNKNOWN_TYPE', 18, 'Did you mean INTEGER?'],
    ['SELECT a FROM t WHERE c = 5', 'SQL_TYPE_MISMATCH', 23, 'Write a CAST.'],
    ['SELECT a FROM t WHERE a', 'SQL_TYPE_MISMATCH', 23, undefined],
    ['SELECT c + 1 FROM t', 'SQL_TYPE_MISMATCH', 8, 'Write a CAST.'],
    ['SELECT 1.5 // 2', 'SQL_TYPE_MISMATCH', 8, 'Use trunc(a / b).'],
    ["SELECT DATE '2020-13-01'", 'SQL_INVALID_VALUE', 8, undefined],
    ['SELECT a, count(*) FROM t', 'SQL_GROUPING', 8, 'Add it to GROUP BY, or take any_value() of it.'],
    ['SELECT count(*) FROM t WHERE sum(a) > 1', 'SQL_GROUPING', 30, 'Use HAVING.'],
    ['SELECT a FROM t WHERE row_number() OVER () = 1', 'SQL_GROUPING', 23, 'Use QUALIFY.'],
    ['SELECT row_number() FROM t', 'SQL_GROUPING', 8, undefined],
    ['SELECT sum(sum(a)) FROM t', 'SQL_GROUPING', 12, undefined],
    ['SELECT DISTINCT a FROM t ORDER BY b', 'SQL_GROUPING', 35, undefined],
    ['SELECT * FROM t, t', 'SQL_DUPLICATE_NAME', 18, 'Give one an alias.'],
    ['WITH q AS (SELECT 1), q AS (SELECT 2) SELECT 1', 'SQL_DUPLICATE_NAME', 23, undefined],
    ['SELECT a FROM t ORDER BY 5', 'SQL_UNKNOWN_COLUMN', 26, undefined],
    ["SELECT 1 UNION SELECT 'a'", 'SQL_TYPE_MISMATCH', 16, 'Write a CAST.'],
    ['SELECT 1 UNION SELECT 1, 2', 'SQL_TYPE_MISMATCH', 16, undefined],
    ['SELECT a FROM t WHERE a > (SELECT a, x FROM u)', 'SQL_TYPE_MISMATCH', 27, undefined],
    ['SELECT a FROM t LIMIT -1', 'SQL_INVALID_VALUE', 23, undefined],
    ['SELECT a FROM t WHERE c = "open"', 'SQL_UNKNOWN_COLUMN', 27, "Text stands in single quotes: 'open'."],
    ['SELECT q.a FROM t AS first_one', 'SQL_UNKNOWN_COLUMN', 8, 'In scope: first_one.'],
    ['PIVOT t ON a IN (1) USING b', 'SQL_GROUPING', 27, undefined],
    ['UNPIVOT t ON aa', 'SQL_UNKNOWN_COLUMN', 14, 'Did you mean a?'],
    ['UNPIVOT t ON a, c', 'SQL_TYPE_MISMATCH', 1, 'Write a CAST.'],
    ['SELECT a FROM t FETCH FIRST 2 ROWS WITH TIES', 'SQL_GROUPING', 29, undefined],
    ['SELECT list_transform([1], 2)', 'SQL_TYPE_MISMATCH', 28, 'Write x -> ...'],
    ['SELECT list_filter([1], (a, b, c) -> a)', 'SQL_TYPE_MISMATCH', 25, undefined],
    ['SELECT list_transform(a, x -> x) FROM t', 'SQL_TYPE_MISMATCH', 23, undefined],
    ['SELECT upper((x, y) -> x)', 'SQL_TYPE_MISMATCH', 14, undefined],
  ])('%s is %s at column %i', async (text, code, column, hint) => {
    const error = await errorOf(text);
    expect({ code: error.code, column: error.location?.column, hint: error.hint }).toEqual({ code, column, hint });
  });

  it('names the column that is not grouped', async () => {
    expect((await errorOf('SELECT t.b, count(*) FROM t')).message).toBe(
      'the column t.b is neither in GROUP BY nor inside an aggregate function',
    );
  });

  it('tells the line as well as the column', async () => {
    const error = await errorOf('SELECT a,\n  b,\n  nothing\nFROM t');
    expect(error.location).toMatchObject({ line: 3, column: 3, length: 7 });
  });

  it('inside a view points to the use of the view, and names the place inside it', async () => {
    const error = await errorOf('SELECT *\nFROM broken');
    expect(error.code).toBe('SQL_UNKNOWN_COLUMN');
    expect(error.location).toMatchObject({ line: 2, column: 6 });
    expect(error.message).toContain('in view main.broken (line 2, column 3 of its text)');
  });
});

describe('what is understood but not supported', () => {
  it.each([
    'DELETE FROM t WHERE random() < 0.5',
    'CREATE MATERIALIZED VIEW m AS SELECT 1',
    'SELECT * FROM t TABLESAMPLE (10 PERCENT) REPEATABLE (42)',
    'PIVOT t ON a USING sum(b)',
    "SELECT COLUMNS('a.*') FROM t",
    'SELECT a FROM t WHERE unnest([a]) = 1',
    'SELECT list_transform([1], x -> (SELECT max(a) FROM t))',
    'SELECT c COLLATE nocase FROM t',
    'SELECT (a, b) FROM t',
    'SELECT a FROM t LIMIT 10%',
    'SELECT a FROM t LIMIT 10 PERCENT',
    "SELECT c SIMILAR TO 'x' ESCAPE '!' FROM t",
    'SELECT c FROM t ORDER BY c COLLATE klingon',
    'SELECT /*+ BROADCAST(t) */ a FROM t',
  ])('is refused as such: %s', async (text) => {
    const error = await errorOf(text);
    expect(error.code).toBe('SQL_UNSUPPORTED');
    expect(error.location).toBeDefined();
  });
});

describe('a statement of great size', () => {
  it('may have an OR of many thousand operands', async () => {
    const bound = await bindText(`SELECT a FROM t WHERE ${Array(20_000).fill('a = 1').join(' OR ')}`, catalog);
    expect(bound.kind).toBe('query');
  });

  it('may chain as many operators as the grammar lets through', async () => {
    const bound = await bindText(`SELECT ${Array(740).fill('a').join(' + ')} FROM t`, catalog);
    expect(bound.kind).toBe('query');
  });

  it('that grows without bounds by nested BETWEEN is refused', async () => {
    let text = 'a';
    for (let level = 0; level < 40; level += 1) text = `(${text} BETWEEN 0 AND 1)::INTEGER`;
    expect((await errorOf(`SELECT ${text} FROM t`)).code).toBe('SQL_TOO_DEEP');
  });
});
