import type { DuckDBConnection, Json } from '@duckdb/node-api';
import { beforeAll, describe, expect, it } from 'vitest';
import { bindQueryText, catalogOf } from '../../../support/bind-text.ts';
import type { MemoryCatalog } from '../../../support/memory-catalog.ts';
import { columnFaults } from '../../../support/plan-columns.ts';
import { printForTest, testConnection } from '../../../support/print-and-run.ts';

const TABLES = [
  'CREATE TABLE s (region VARCHAR, year INTEGER, amount INTEGER)',
  'CREATE TABLE l (id INTEGER, xs INTEGER[], ys VARCHAR[], m MAP(VARCHAR, INTEGER), j VARCHAR)',
];

let catalog: MemoryCatalog;
let database: DuckDBConnection;

beforeAll(async () => {
  catalog = await catalogOf(TABLES);
  database = await testConnection();
  for (const statement of TABLES) await database.run(statement);
  await database.run("SET default_null_order = 'nulls_last'");
  await database.run(
    `INSERT INTO s VALUES ('north', 2020, 1), ('north', 2021, 2), ('south', 2020, 4), ('south', 2020, 8), ('east', 2021, NULL), (NULL, 2021, 16)`,
  );
  await database.run(`INSERT INTO l VALUES
    (1, [1, 2, 3], ['a', 'b'], MAP {'a': 1, 'b': 2}, '{"a": {"b": [10, 20]}, "c": "x"}'),
    (2, [], [], MAP {}, '[1, 2]'),
    (3, NULL, NULL, NULL, NULL),
    (4, [5, NULL, 1], ['c', NULL], MAP {'z': NULL}, '{"c": null}')`);
});

async function rowsOf(sql: string): Promise<readonly (readonly Json[])[]> {
  return (await database.runAndReadAll(sql)).getRowsJson();
}

async function expectSame(sql: string, reference: string): Promise<void> {
  const query = await bindQueryText(sql, catalog);
  const outputs = query.plan.output.map((column) => column.id);
  expect(columnFaults(query.plan.root, outputs)).toEqual({ madeTwice: [], neverMade: [] });
  expect(await rowsOf(printForTest(query.plan)), printForTest(query.plan)).toEqual(await rowsOf(reference));
}

/** A query of ours and, where DuckDB spells it in another way, DuckDB's. */
type Pair = string | readonly [ours: string, duckdb: string];

function compare(title: string, pairs: readonly Pair[]): void {
  describe(title, () => {
    it.each(pairs.map((pair) => (typeof pair === 'string' ? [pair, pair] : pair)))('%s', expectSame);
  });
}

compare('lambdas', [
  [
    'SELECT id, list_transform(xs, x -> x * 2 + id) FROM l ORDER BY id',
    'SELECT id, list_transform(xs, lambda x: x * 2 + id) FROM l ORDER BY id',
  ],
  ['SELECT transform(xs, (x, i) -> x * i) FROM l ORDER BY id', 'SELECT list_transform(xs, lambda x, i: x * i) FROM l ORDER BY id'],
  ['SELECT filter(xs, x -> x > 1) FROM l ORDER BY id', 'SELECT list_filter(xs, lambda x: x > 1) FROM l ORDER BY id'],
  ['SELECT list_filter(xs, (x, i) -> i <> 2) FROM l ORDER BY id', 'SELECT list_filter(xs, lambda x, i: i <> 2) FROM l ORDER BY id'],
  [
    'SELECT list_reduce(xs, (a, x) -> a + x) FROM l WHERE id <> 2 ORDER BY id',
    'SELECT list_reduce(xs, lambda a, x: a + x) FROM l WHERE id <> 2 ORDER BY id',
  ],
  ['SELECT list_reduce(xs, (a, x) -> a + x, 100) FROM l ORDER BY id', 'SELECT list_reduce(xs, lambda a, x: a + x, 100) FROM l ORDER BY id'],
  ['SELECT list_reduce(xs, (a, x) -> a + x) FROM l WHERE id = 2', 'SELECT NULL'],
  ["SELECT reduce(xs, '', (s, x) -> s || x, s -> '<' || s || '>') FROM l WHERE id < 3 ORDER BY id", "VALUES ('<123>'), ('<>')"],
  ['SELECT reduce(xs, 0.5, (s, x) -> s + x, s -> s) FROM l WHERE id < 3 ORDER BY id', 'VALUES (6.5), (0.5)'],
  [
    'SELECT id, any_match(xs, x -> x > 2), all_match(xs, x -> x > 0), none_match(xs, x -> x > 5) FROM l ORDER BY id',
    'VALUES (1, true, true, true), (2, false, true, true), (3, NULL, NULL, NULL), (4, true, NULL, NULL)',
  ],
  ['SELECT zip_with(xs, ys, (x, y) -> y || x) FROM l ORDER BY id', "VALUES (['a1', 'b2', NULL]), ([]), (NULL), (['c5', NULL, NULL])"],
  ['SELECT transform_values(m, (k, v) -> v + 1) FROM l ORDER BY id', "VALUES (MAP {'a': 2, 'b': 3}), (MAP {}), (NULL), (MAP {'z': NULL})"],
  ['SELECT transform_keys(m, (k, v) -> upper(k)) FROM l WHERE id = 1', "SELECT MAP {'A': 1, 'B': 2}"],
  ["SELECT map_filter(m, (k, v) -> v > 1 AND k <> 'a') FROM l WHERE id < 3 ORDER BY id", "VALUES (MAP {'b': 2}), (MAP {})"],
  ['SELECT list_transform([[1], [2, 3]], x -> list_transform(x, y -> y + cardinality(x)))', 'SELECT [[2::BIGINT], [4, 5]]'],
  [
    'SELECT list_transform(list(amount ORDER BY amount), x -> x + 1) FROM s GROUP BY region ORDER BY region',
    'SELECT list_transform(list(amount ORDER BY amount), lambda x: x + 1) FROM s GROUP BY region ORDER BY region',
  ],
  ['SELECT id FROM l WHERE any_match(xs, e -> e = id) ORDER BY id', 'SELECT id FROM l WHERE list_contains(xs, id) ORDER BY id'],
]);

compare('JSON', [
  "SELECT j -> '$.a.b', j ->> '$.c', (j -> 'a') ->> '$.b[1]', j -> 0 FROM l ORDER BY id",
  "SELECT json_extract(j, '$.a'), json_extract_string(j, '$.c'), json_array_length(j), json_type(j) FROM l ORDER BY id",
  [
    "SELECT upper(j -> 'c'), length(j ->> 'c') FROM l ORDER BY id",
    "SELECT upper((j -> 'c')::VARCHAR), length(j ->> 'c') FROM l ORDER BY id",
  ],
  ["SELECT id FROM l WHERE j ->> 'c' = 'x'", "SELECT id FROM l WHERE (j ->> 'c') = 'x'"],
  [
    "SELECT coalesce(j -> 'a' -> 'b' ->> 1 = '20', false) FROM l ORDER BY id",
    "SELECT coalesce((((j -> 'a') -> 'b') ->> 1) = '20', false) FROM l ORDER BY id",
  ],
  ["SELECT json_value(j, '$.c') FROM l ORDER BY id", "SELECT json_extract_string(j, '$.c') FROM l ORDER BY id"],
]);

compare('rows of a query', [
  ['SELECT region, year FROM s ORDER BY year FETCH FIRST 2 ROWS WITH TIES', 'SELECT region, year FROM s WHERE year = 2020 ORDER BY year'],
  ['SELECT year FROM s ORDER BY year DESC OFFSET 1 FETCH NEXT 2 ROWS WITH TIES', 'VALUES (2021), (2021)'],
  ['SELECT year FROM s ORDER BY year FETCH FIRST 3 ROWS WITH TIES', 'VALUES (2020), (2020), (2020)'],
  'SELECT ARRAY(SELECT amount FROM s ORDER BY amount DESC LIMIT 3), ARRAY(SELECT year FROM s WHERE false)',
  'SELECT id, ARRAY(SELECT amount FROM s WHERE amount > id ORDER BY amount) FROM l ORDER BY id',
  'SELECT amount FROM s ORDER BY amount LIMIT 1 + 1 OFFSET 2 - 1',
  'SELECT region FROM s ORDER BY region COLLATE nocase DESC, amount',
]);

compare('conditions', [
  "SELECT region FROM s WHERE region SIMILAR TO '(nor|sou)th' ORDER BY ALL",
  "SELECT region FROM s WHERE region NOT SIMILAR TO '.*th' ORDER BY ALL",
  "SELECT region COLLATE nocase = 'NORTH', region COLLATE nocase IN ('EAST', 'South') FROM s ORDER BY region, amount",
  "SELECT 'e' COLLATE noaccent = 'é', 'E' COLLATE nocase.noaccent = 'é'",
  'SELECT 5 > ALL ([1, 2]), 5 > ALL ([1, NULL]), 5 > ALL ([]), 1 = ANY ([2, NULL]), 1 <> ALL ([2, 3]), 1 <= ANY ([0, 1])',
  [
    'SELECT id, id < ANY (xs) FROM l WHERE xs IS NOT NULL ORDER BY id',
    'SELECT id, id < ANY (SELECT unnest(xs)) FROM l WHERE xs IS NOT NULL ORDER BY id',
  ],
  'SELECT amount > ALL (SELECT amount FROM s WHERE year = 2020), amount = ANY (SELECT id FROM l) FROM s ORDER BY amount',
  'SELECT (1, 2) < (1, 3), (1, 2) >= (1, 3), (2, 1) > (1, 9), (1, 2) BETWEEN (0, 5) AND (1, 2), (1, NULL) < (2, 1)',
  'SELECT (year, amount) IN ((2020, 1), (2021, 2)) FROM s WHERE amount IS NOT NULL ORDER BY amount',
  [
    'SELECT (region, year) = ANY (SELECT region, year FROM s WHERE amount = 4) FROM s WHERE region IS NOT NULL ORDER BY amount',
    "SELECT (region, year) = ('south', 2020) FROM s WHERE region IS NOT NULL ORDER BY amount",
  ],
  ['SELECT (1, NULL) IS NOT DISTINCT FROM (1, NULL), (1, NULL) IS DISTINCT FROM (1, 2), (1, NULL) = (1, NULL)', 'SELECT true, true, NULL'],
]);

compare('aggregates', [
  [
    'SELECT array_agg(amount ORDER BY amount IGNORE NULLS), first(amount ORDER BY amount NULLS FIRST) IGNORE NULLS FROM s',
    'SELECT [1, 2, 4, 8, 16], 1',
  ],
  'SELECT sum(amount) FILTER (WHERE year = 2020), percentile_disc(0.5) WITHIN GROUP (ORDER BY amount) FROM s',
  'SELECT region, sum(amount) FILTER (WHERE amount > 1) OVER (PARTITION BY region) FROM s ORDER BY region, amount',
  [
    'SELECT amount, last_value(amount IGNORE NULLS) OVER (ORDER BY year, region), lag(amount) IGNORE NULLS OVER (ORDER BY year, region, amount) FROM s ORDER BY year, region, amount',
    'SELECT amount, last_value(amount IGNORE NULLS) OVER (ORDER BY year, region), lag(amount IGNORE NULLS) OVER (ORDER BY year, region, amount) FROM s ORDER BY year, region, amount',
  ],
]);

compare('the SELECT list', [
  'SELECT * RENAME (amount AS a, year AS y) FROM s ORDER BY a, y',
  [
    'SELECT * EXCLUDE region REPLACE (amount + 1 AS amount) RENAME (amount AS more) FROM s ORDER BY more',
    'SELECT year, amount + 1 AS more FROM s ORDER BY more',
  ],
  'SELECT max(COLUMNS(*)), min(COLUMNS(*)) FROM s',
  "SELECT COLUMNS(['year', 'amount']) + 1 FROM s ORDER BY ALL",
  'FROM s SELECT year, sum(amount) GROUP BY ALL ORDER BY ALL',
  'FROM s ORDER BY ALL',
  'SELECT id, unnest(xs) AS x FROM l ORDER BY id, x',
  'SELECT id, unnest(xs) + 1 AS x, unnest(ys) AS y FROM l WHERE id = 1 ORDER BY x',
  'SELECT year, unnest(array_agg(amount)) AS a FROM s GROUP BY year ORDER BY year, a',
  'SELECT unnest([3, 1, 2]) AS u ORDER BY u DESC LIMIT 2',
  'SELECT unnest([1, 2]) AS u, count(*) FROM s GROUP BY ALL ORDER BY u',
  'SELECT DISTINCT unnest([1, 1])',
  'SELECT sum(u) FROM (SELECT unnest(xs) AS u FROM l)',
]);

compare('FROM', [
  'SELECT v, o FROM range(3, 6) WITH ORDINALITY AS r (v, o) ORDER BY o',
  'SELECT v, o FROM unnest([7, 8]) WITH ORDINALITY AS r (v, o) ORDER BY o',
  'SELECT count(*) FROM s TABLESAMPLE 100 PERCENT',
  'SELECT count(*) FROM s TABLESAMPLE BERNOULLI (0%)',
  'SELECT count(*) FROM s TABLESAMPLE RESERVOIR (4 ROWS)',
  'SELECT count(*) FROM (SELECT * FROM s) AS x TABLESAMPLE (2 ROWS)',
  [
    'SELECT a.id, b.amount FROM l AS a ASOF LEFT JOIN (SELECT * FROM s WHERE amount IS NOT NULL) AS b ON a.id > b.amount ORDER BY 1',
    'SELECT a.id, b.amount FROM l AS a ASOF LEFT JOIN (SELECT * FROM s WHERE amount IS NOT NULL) AS b ON a.id > b.amount ORDER BY 1',
  ],
]);

compare('PIVOT and UNPIVOT', [
  'SELECT * FROM s PIVOT (sum(amount) FOR year IN (2020, 2021)) ORDER BY region',
  'PIVOT s ON year IN (2020, 2021) USING sum(amount) AS total, max(amount) AS most GROUP BY region ORDER BY region',
  "PIVOT s ON year IN (2020, 2021), region IN ('north', 'south') USING sum(amount)",
  "PIVOT s ON region || '_' || year IN ('north_2020') USING count(*) GROUP BY year ORDER BY year",
  "PIVOT s ON region IN (NULL, 'east') USING count(*) GROUP BY year ORDER BY year",
  'SELECT * FROM (SELECT region, year, amount FROM s) PIVOT (sum(amount) + 1 AS more FOR year IN (2020 AS first, 2021) GROUP BY region) AS p (r, a, b) ORDER BY r',
  'PIVOT (SELECT year, amount FROM s) ON year IN (2020, 2021) USING sum(amount)',
  'SELECT * FROM (SELECT id, cardinality(m) AS c, len(xs) AS n FROM l) UNPIVOT (v FOR k IN (c, n)) ORDER BY id, k',
  "SELECT * FROM (SELECT id, len(xs) AS n, len(ys) AS c FROM l) UNPIVOT INCLUDE NULLS (v FOR k IN (n AS 'numbers', c)) AS u (i, w, x) ORDER BY i, w",
  'SELECT * FROM (SELECT 1 AS id, 2 AS a, 3 AS b, 4 AS c, NULL AS d) UNPIVOT ((x, y) FOR m IN ((a, b) AS p, (c, d)))',
  'UNPIVOT (SELECT id, len(xs) AS n, len(ys) AS c FROM l) ON n, c INTO NAME k VALUE v ORDER BY id, k',
  'UNPIVOT (SELECT 1 AS id, 2 AS jan, 3.5 AS feb) ON jan, feb ORDER BY name',
  'SELECT u.v FROM l AS a JOIN (SELECT 1 AS id, 2 AS p, 3 AS q) UNPIVOT (v FOR n IN (p, q)) AS u ON a.id = u.id ORDER BY 1',
]);

it('names the columns of a PIVOT by their values, and by aggregate where there are several', async () => {
  const names = async (sql: string): Promise<readonly string[]> =>
    (await bindQueryText(sql, catalog)).plan.output.map((column) => column.name);
  expect(await names('PIVOT s ON year IN (2020, 2021 AS later) USING sum(amount)')).toEqual(['region', '2020', 'later']);
  expect(await names("PIVOT s ON region IN ('north') USING sum(amount) AS total, count(*)")).toEqual([
    'year',
    'north_total',
    'north_count(*)',
  ]);
});

it('names the columns that are renamed and written out', async () => {
  const query = await bindQueryText('SELECT * EXCLUDE region RENAME (year AS y), max(COLUMNS(*)) OVER () FROM s', catalog);
  expect(query.plan.output.map((column) => column.name)).toEqual(['y', 'amount', 'region', 'year', 'amount']);
});

it('a sample is not the same from run to run', async () => {
  expect((await bindQueryText('SELECT * FROM s TABLESAMPLE 50%', catalog)).deterministic).toBe(false);
});
