import type { DuckDBConnection, Json } from '@duckdb/node-api';
import { beforeAll, describe, expect, it } from 'vitest';
import { bindQueryText, catalogOf } from '../../../support/bind-text.ts';
import type { MemoryCatalog } from '../../../support/memory-catalog.ts';
import { columnFaults } from '../../../support/plan-columns.ts';
import { printForTest, testConnection } from '../../../support/print-and-run.ts';
import { SALES_TABLES } from '../../../support/sales-tables.ts';

let catalog: MemoryCatalog;
let database: DuckDBConnection;

beforeAll(async () => {
  catalog = await catalogOf(SALES_TABLES);
  database = await testConnection();
  for (const statement of SALES_TABLES) await database.run(statement);
  await database.run("SET default_null_order = 'nulls_last'");
  await database.run(`INSERT INTO t VALUES
    (1, 10, 'x', 1.5, '2020-01-01', '2020-01-01 10:00:00', '2020-01-01 10:00:00+00', 1.5, true),
    (2, 20, 'y', 2.5, '2020-02-01', '2020-02-01 10:30:00', NULL, 2.5, false),
    (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (4, 40, 'x', 4.25, '2021-02-01', '2020-02-01 11:30:00', '2022-01-01 10:00:00+00', -2.5, true)`);
  await database.run("INSERT INTO u VALUES (1, 'x', 0.5), (2, 'z', NULL), (5, 'y', 7)");
  await database.run(
    "INSERT INTO n VALUES (1, [1, 2, 3], {p: 1, q: 'k'}, MAP {'a': 1}), (2, [], NULL, NULL), (3, NULL, {p: 2, q: NULL}, MAP {'b': 2})",
  );
});

async function rowsOf(sql: string): Promise<readonly (readonly Json[])[]> {
  return (await database.runAndReadAll(sql)).getRowsJson();
}

describe('a bound query means what the same text means in DuckDB', () => {
  it.each([
    'SELECT * FROM t ORDER BY 1',
    'SELECT * FROM t JOIN u USING (a) ORDER BY a',
    'SELECT * FROM t LEFT JOIN u USING (a) ORDER BY a',
    'SELECT * FROM t RIGHT JOIN u USING (a) ORDER BY a',
    'SELECT * FROM t FULL JOIN u USING (a) ORDER BY a',
    'SELECT t.*, u.x FROM t JOIN u USING (a)',
    'SELECT t.a FROM t SEMI JOIN u ON t.a = u.a ORDER BY 1',
    'SELECT t.a FROM t ANTI JOIN u ON t.a = u.a ORDER BY 1',
    'SELECT t.a, u.x FROM t ASOF JOIN u ON t.a >= u.a ORDER BY 1',
    'SELECT count(*) FROM t, u, n',
    'SELECT a, count(*) AS k, sum(b) FROM t GROUP BY a HAVING count(*) > 0 ORDER BY k DESC, a LIMIT 2 OFFSET 1',
    'SELECT c, g, grouping(c, g), count(*) FROM t GROUP BY CUBE (c, g) ORDER BY 1, 2, 3',
    'SELECT c, g, count(*) FROM t GROUP BY GROUPING SETS ((c), (g), ()) ORDER BY ALL',
    'SELECT c AS k, max(a) FROM t GROUP BY k ORDER BY k',
    'SELECT c, max(a) FROM t GROUP BY ALL ORDER BY ALL',
    'SELECT substring(c, 1, 1), sum(a) FROM t GROUP BY substring(c, 1, 1) ORDER BY 1',
    'SELECT c, count(*) AS k FROM t GROUP BY c HAVING k > 1',
    'SELECT max(a) FROM t HAVING max(a) > 100',
    "SELECT sum(a) FILTER (WHERE a > 1), count(DISTINCT c), string_agg(c, '-' ORDER BY a) FROM t",
    'SELECT percentile_cont(0.25) WITHIN GROUP (ORDER BY a DESC), mode() WITHIN GROUP (ORDER BY c) FROM t',
    'SELECT a, row_number() OVER (PARTITION BY c ORDER BY a DESC) AS r FROM t QUALIFY r = 1 ORDER BY a',
    'SELECT a, sum(b) OVER w, lag(a) OVER w, first_value(c) OVER (w ROWS 1 PRECEDING) FROM t WINDOW w AS (ORDER BY a) ORDER BY a',
    'SELECT sum(sum(a)) OVER (ORDER BY c), c FROM t GROUP BY c ORDER BY c',
    'SELECT rank() OVER (ORDER BY sum(a) DESC), c FROM t GROUP BY c ORDER BY 2',
    'SELECT DISTINCT c FROM t ORDER BY c',
    'SELECT DISTINCT ON (c) c, a FROM t ORDER BY c, a DESC',
    'SELECT a FROM t ORDER BY -a',
    'SELECT a AS b, b AS a FROM t ORDER BY a',
    'SELECT b FROM t ORDER BY b NULLS FIRST',
    'SELECT a + 1 AS z, z * 2 FROM t ORDER BY z',
    'SELECT a FROM t WHERE a IN (SELECT a FROM u) ORDER BY a',
    'SELECT a FROM t WHERE a NOT IN (SELECT x FROM u) ORDER BY a',
    'SELECT a FROM t WHERE (a, c) IN (SELECT a, c FROM u)',
    "SELECT a FROM t WHERE (a, c) IN ((1, 'x'), (4, 'x')) ORDER BY 1",
    'SELECT a FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.a = t.a) ORDER BY 1',
    'SELECT a, (SELECT max(x) FROM u WHERE u.a <= t.a) FROM t ORDER BY a',
    'SELECT a, (SELECT sum(t.a + u.a) FROM u) FROM t GROUP BY a ORDER BY a',
    'SELECT a FROM t WHERE b > ALL (SELECT x FROM u WHERE x IS NOT NULL) ORDER BY a',
    'SELECT a FROM t UNION SELECT a FROM u ORDER BY a',
    'SELECT a, c FROM t UNION ALL BY NAME SELECT c, x FROM u ORDER BY 1, 2, 3',
    'SELECT a FROM t EXCEPT SELECT a FROM u ORDER BY 1',
    'SELECT 1 UNION ALL SELECT 2.5 UNION ALL SELECT NULL ORDER BY 1',
    "VALUES (1, 'a'), (2.5, NULL)",
    'WITH p AS (SELECT a, b FROM t), q AS (SELECT * FROM p WHERE a > 1) SELECT * FROM q JOIN p USING (a) ORDER BY a',
    'WITH RECURSIVE r (k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM r WHERE k < 5) SELECT * FROM r ORDER BY k',
    'SELECT t.a, q.x FROM t, LATERAL (SELECT x FROM u WHERE u.a = t.a) AS q ORDER BY 1',
    'SELECT id, v, i FROM n CROSS JOIN unnest(l) WITH ORDINALITY AS w (v, i) ORDER BY 1, 2',
    'SELECT id, w.v FROM n LEFT JOIN unnest(l) AS w (v) ON true ORDER BY 1, 2',
    'SELECT * FROM generate_series(1, 3) AS s (i)',
    "SELECT id, s.p, (s).q, m['b'], l[1], len(l) FROM n ORDER BY id",
    'SELECT * EXCLUDE (ts, tz) FROM t ORDER BY a',
    'SELECT * REPLACE (a + 1 AS a) FROM u ORDER BY a',
    "SELECT a FROM t WHERE e BETWEEN '2020-01-01' AND '2020-12-31' AND NOT (b > 10) ORDER BY a",
    "SELECT CASE a WHEN 1 THEN 'one' ELSE 'many' END, CASE WHEN a > 2 THEN d ELSE 0 END FROM t ORDER BY a",
    'SELECT 7 // 2, 7 % 4, -7 // 2, 1 / 0, 5 // 0, 5 % 0, 2 ^ 10',
    "SELECT c || 'z', concat(c, '-', a), position('l' IN 'hello'), extract(dow FROM e), date_diff('day', e, DATE '2021-01-01') FROM t ORDER BY a",
    'SELECT b IS DISTINCT FROM a, g IS NOT TRUE, g IS UNKNOWN, b IS NULL FROM t ORDER BY a',
    'SELECT a FROM t LIMIT 0',
  ])('%s', async (text) => {
    const { plan } = await bindQueryText(text, catalog);
    expect(
      columnFaults(
        plan.root,
        plan.output.map((column) => column.id),
      ),
    ).toEqual({ madeTwice: [], neverMade: [] });
    expect(await rowsOf(printForTest(plan))).toEqual(await rowsOf(text));
  });
});

describe('where the platform differs from DuckDB', () => {
  it('a column merged by USING comes first, wherever it stands in its table', async () => {
    const { plan } = await bindQueryText('SELECT * FROM t JOIN u USING (c)', catalog);
    expect(plan.output[0]?.name).toBe('c');
  });

  it('text is not compared with numbers', async () => {
    await expect(bindQueryText('SELECT a FROM t WHERE c > 1', catalog)).rejects.toMatchObject({ code: 'SQL_TYPE_MISMATCH' });
  });
});
