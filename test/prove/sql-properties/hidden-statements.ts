import { MemoryCatalog } from '../../support/memory-catalog.ts';
import { bindText } from '../../support/bind-text.ts';
import { assert } from '../../../spi/index.ts';

const TABLES: readonly string[] = [
  'CREATE TABLE t (a INTEGER, b BIGINT, c VARCHAR, g BOOLEAN, e DATE, ts TIMESTAMP)',
  'CREATE TABLE u (a INTEGER, x DOUBLE)',
  'CREATE TABLE secret (id INTEGER, pin VARCHAR, t INTEGER)',
  'CREATE TABLE hr.secret (id INTEGER, pay DECIMAL(10, 2))',
  'CREATE TABLE n (id INTEGER, l INTEGER[], s STRUCT(p INTEGER, q VARCHAR))',
  'CREATE TABLE "weird name" ("select" INTEGER, "a.b" INTEGER)',
  'CREATE TABLE "data.parquet" (z INTEGER)',
];
const VIEWS: readonly (readonly [string, string, readonly string[] | null])[] = [
  ['v', 'SELECT a, c AS label FROM t WHERE b > 1 ORDER BY e', null],
  ['vv', 'SELECT v.a, pin FROM v JOIN secret ON v.a = secret.id', null],
  ['cv', 'WITH t AS (SELECT id, pin FROM secret) SELECT * FROM t', ['one', 'two']],
  ['tv', 'TABLE u', null],
  ['pv', 'SELECT upper(pin) AS p, id FROM secret', null],
];

/** Returns the tables and views that the statements read. */
export async function hiddenCatalog(): Promise<MemoryCatalog> {
  const catalog = new MemoryCatalog(['main', 'hr']);
  for (const text of TABLES) {
    const bound = await bindText(text, catalog);
    assert(bound.kind === 'create_table', 'a table is made');
    catalog.createTable(bound.spec);
  }
  for (const [name, sql, columnNames] of VIEWS) {
    catalog.createView({ name: { schema: 'main', name }, sql, defaultSchema: 'main', columnNames, comment: null });
  }
  return catalog;
}

/** A statement; what it reads as `name(columns)`, with `view` or `virtual` in front and the view that names it behind `@`; the functions it calls. */
export type HiddenStatement = readonly [sql: string, reads: string, functions: string];

/** Statements made to hide a table, a column or a function, with what they read, told by hand. */
export const HIDDEN_STATEMENTS: readonly HiddenStatement[] = [
  // Behind a comma, a join, and the alias of another table.
  ['SELECT 1 FROM t, secret', 'secret() t()', ''],
  ['SELECT t.a FROM t JOIN u ON t.a = u.a, secret', 'secret() t(a) u(a)', 'eq'],
  ['SELECT secret.a FROM t AS secret', 't(a)', ''],
  ['SELECT t.pin FROM secret AS t', 'secret(pin)', ''],
  ['SELECT t FROM secret', 'secret(t)', ''],
  ['SELECT t.t FROM secret AS t', 'secret(t)', ''],
  ['SELECT pay FROM hr.secret', 'hr.secret(pay)', ''],
  ['SELECT s.id FROM secret AS s, hr.secret', 'hr.secret() secret(id)', ''],
  ['SELECT 1 FROM (t CROSS JOIN secret)', 'secret() t()', ''],
  ['SELECT 1 FROM t LEFT JOIN (u JOIN secret ON u.a = secret.id) ON t.a = u.a', 'secret(id) t(a) u(a)', 'eq'],
  ['SELECT 1 FROM t SEMI JOIN secret ON t.a = secret.id', 'secret(id) t(a)', 'eq'],
  ['SELECT 1 FROM t ANTI JOIN secret ON t.c = secret.pin', 'secret(pin) t(c)', 'eq'],
  ['SELECT x FROM t JOIN u USING (a)', 't(a) u(a x)', 'eq'],
  ['SELECT 1 FROM t NATURAL JOIN u', 't(a) u(a)', 'eq'],
  ['SELECT a FROM t FULL JOIN u USING (a)', 't(a) u(a)', 'coalesce eq'],
  ['SELECT 1 FROM trivium.main.secret', 'secret()', ''],
  ['SELECT "select", "a.b" FROM "weird name"', 'weird name(a.b select)', ''],
  ['SELECT z FROM "data.parquet"', 'data.parquet(z)', ''],
  // Behind a subquery, wherever it may stand.
  ['SELECT (SELECT max(pin) FROM secret)', 'secret(pin)', 'max'],
  ['SELECT 1 FROM t WHERE EXISTS (SELECT 1 FROM secret)', 'secret() t()', ''],
  ['SELECT 1 FROM t WHERE EXISTS (SELECT * FROM secret)', 'secret(id pin t) t()', ''],
  ['SELECT 1 FROM t WHERE a IN (SELECT id FROM secret)', 'secret(id) t(a)', ''],
  ['SELECT 1 FROM t AS o WHERE a NOT IN (SELECT id FROM secret WHERE pin = o.c)', 'secret(id pin) t(a c)', 'eq not'],
  ['SELECT 1 FROM t WHERE a > ALL (SELECT t FROM secret)', 'secret(t) t(a)', ''],
  ['SELECT 1 FROM t WHERE a = ANY (SELECT t FROM secret)', 'secret(t) t(a)', ''],
  ['SELECT CASE WHEN g THEN (SELECT min(id) FROM secret) END FROM t', 'secret(id) t(g)', 'min'],
  ['SELECT a FROM t ORDER BY (SELECT max(x) FROM u)', 't(a) u(x)', 'max'],
  ['SELECT a FROM t ORDER BY b', 't(a b)', ''],
  ['SELECT count(*) FROM t GROUP BY c', 't(c)', 'count_star'],
  ['SELECT count(*) FROM t GROUP BY (SELECT max(x) FROM u)', 't() u(x)', 'count_star max'],
  ['SELECT count(*) FROM t HAVING max(a) > (SELECT min(id) FROM secret)', 'secret(id) t(a)', 'count_star gt max min'],
  ['SELECT count(*) FILTER (WHERE g) FROM t', 't(g)', 'count_star'],
  ["SELECT string_agg(c, ',' ORDER BY b) FROM t", 't(b c)', 'string_agg'],
  ['SELECT a FROM t QUALIFY row_number() OVER (PARTITION BY b ORDER BY c) = 1', 't(a b c)', 'eq row_number'],
  ['SELECT sum(a) OVER w FROM t WINDOW w AS (PARTITION BY c ORDER BY b)', 't(a b c)', 'sum'],
  ['SELECT DISTINCT ON (b) a FROM t ORDER BY b, c', 't(a b c)', ''],
  ['SELECT 1 FROM t AS o, LATERAL (SELECT pin FROM secret WHERE secret.id = o.a) AS s', 'secret(id pin) t(a)', 'eq'],
  ['SELECT 1 FROM t WHERE (a, c) IN (SELECT id, pin FROM secret)', 'secret(id pin) t(a c)', ''],
  ['SELECT 1 FROM t WHERE a BETWEEN 1 AND (SELECT max(id) FROM secret)', 'secret(id) t(a)', 'and ge le max'],
  ['SELECT a FROM t LIMIT 1 + 1', 't(a)', 'add'],
  ['VALUES ((SELECT max(pin) FROM secret))', 'secret(pin)', 'max'],
  ['SELECT 1 FROM t JOIN u ON t.a = (SELECT max(id) FROM secret)', 'secret(id) t(a) u()', 'eq max'],
  // Behind the name of a common table.
  ['WITH secret AS (SELECT a FROM t) SELECT * FROM secret', 't(a)', ''],
  ['WITH secret AS (SELECT a FROM t) SELECT * FROM main.secret', 'secret(id pin t) t(a)', ''],
  ['WITH t AS (SELECT * FROM t) SELECT a FROM t', 't(a b c e g ts)', ''],
  ['WITH t AS (SELECT pin AS a FROM secret) SELECT a FROM t', 'secret(pin)', ''],
  ['WITH a AS (SELECT pin FROM secret), b AS (SELECT * FROM a) SELECT * FROM b', 'secret(pin)', ''],
  ['WITH x AS (SELECT a FROM t) SELECT * FROM (WITH x AS (SELECT id FROM secret) SELECT * FROM x) AS y', 'secret(id) t(a)', ''],
  ['WITH x AS (SELECT a FROM t) SELECT (SELECT max(id) FROM (SELECT id FROM secret) AS x) FROM x', 'secret(id) t(a)', 'max'],
  ['WITH unused AS (SELECT pin FROM secret) SELECT 1', 'secret(pin)', ''],
  ['WITH RECURSIVE r(i) AS (SELECT a FROM t UNION ALL SELECT i + id FROM r, secret) SELECT i FROM r', 'secret(id) t(a)', 'add'],
  ['WITH RECURSIVE secret(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM secret WHERE i < 3) SELECT i FROM secret', '', 'add lt'],
  ['WITH v AS (SELECT a FROM u) SELECT * FROM v', 'u(a)', ''],
  ['WITH s(pin) AS (SELECT id FROM secret) SELECT pin FROM s', 'secret(id)', ''],
  // Behind a view.
  ['SELECT 1 FROM v', 't(a b c e)@main.v view v()', 'gt'],
  ['SELECT label FROM v', 't(a b c e)@main.v view v(label)', 'gt'],
  ['SELECT a FROM vv', 'secret(id pin)@main.vv t(a b c e)@main.v view v(a)@main.vv view vv(a)', 'eq gt'],
  ['SELECT one FROM cv', 'view cv(one) secret(id pin)@main.cv', ''],
  ['WITH t AS (SELECT x FROM u) SELECT t.x FROM t, v', 't(a b c e)@main.v u(x) view v()', 'gt'],
  ['SELECT x FROM tv', 'view tv(x) u(a x)@main.tv', ''],
  ['TABLE tv', 'view tv(a x) u(a x)@main.tv', ''],
  ['SELECT a FROM t WHERE a IN (SELECT a FROM v)', 't(a) t(a b c e)@main.v view v(a)', 'gt'],
  ['SELECT id FROM pv', 'view pv(id) secret(id pin)@main.pv', 'upper'],
  ['SELECT max((SELECT max(label) FROM v)) FROM u GROUP BY x', 't(a b c e)@main.v u(x) view v(label)', 'gt max'],
  // Behind a set operation, a table function, a nested value, a name of the catalog.
  ['SELECT a FROM t UNION SELECT id FROM secret', 'secret(id) t(a)', ''],
  ['TABLE u EXCEPT SELECT id, t FROM secret', 'secret(id t) u(a x)', ''],
  ['(SELECT a FROM t) INTERSECT (SELECT id FROM secret ORDER BY pin LIMIT 1)', 'secret(id pin) t(a)', ''],
  ['SELECT * FROM generate_series(1, 3) AS g(i)', '', 'generate_series'],
  ['SELECT r.i FROM t, range(t.a) AS r(i)', 't(a)', 'range'],
  ['SELECT 1 FROM n, UNNEST(n.l) AS x(i)', 'n(l)', 'unnest'],
  ['SELECT n.s.p FROM n', 'n(s)', ''],
  ['SELECT (SELECT s.q FROM n)', 'n(s)', ''],
  ["SELECT * FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR))", 't(a b c e g ts)', 'tumble_end tumble_start'],
  ["SELECT window_end, a FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR))", 't(a ts)', 'tumble_end tumble_start'],
  ['SELECT table_name FROM information_schema.tables', 'virtual information_schema.tables(table_name)', ''],
  // Behind what the binder folds away, or does not carry out.
  ['SELECT typeof(pin) FROM secret', 'secret(pin)', 'typeof'],
  ['SELECT typeof((SELECT max(id) FROM secret))', 'secret(id)', 'max typeof'],
  ['SELECT current_user', '', 'current_user'],
  ["SELECT DATE '2024-01-01' + INTERVAL 1 DAY", '', 'add'],
  ['SELECT a FROM t WHERE FALSE AND c = (SELECT max(pin) FROM secret)', 'secret(pin) t(a c)', 'and eq max'],
  ['SELECT CASE WHEN TRUE THEN a ELSE b END FROM t', 't(a b)', ''],
  ['SELECT COALESCE(1, a) FROM t', 't(a)', 'coalesce'],
  ['SELECT x FROM (SELECT a AS x, upper(c) AS y FROM t) AS q', 't(a c)', 'upper'],
  ['EXPLAIN SELECT pin FROM secret', 'secret(pin)', ''],
  ['DESCRIBE SELECT pin FROM secret', 'secret(pin)', ''],
  // In a statement that writes.
  ['INSERT INTO u SELECT id, t FROM secret', 'secret(id t)', ''],
  ['INSERT INTO u (a) VALUES ((SELECT max(id) FROM secret))', 'secret(id)', 'max'],
  ['DELETE FROM t WHERE a IN (SELECT id FROM secret)', 'secret(id) t(a)', ''],
  ['WITH s AS (SELECT id FROM secret) DELETE FROM t WHERE a IN (SELECT id FROM s)', 'secret(id) t(a)', ''],
  ['UPDATE t SET c = (SELECT max(pin) FROM secret WHERE id = b) WHERE g', 'secret(id pin) t(b g)', 'eq max'],
  ['MERGE INTO u USING secret ON u.a = secret.id WHEN MATCHED THEN UPDATE SET x = secret.t', 'secret(id t) u(a)', 'eq'],
  ['UPDATE u SET x = s.t FROM secret AS s WHERE u.a = s.id', 'secret(id t) u(a)', 'eq'],
  ['DELETE FROM u USING secret WHERE u.a = secret.id AND secret.pin IS NULL', 'secret(id pin) u(a)', 'and eq is_null'],
  ['CREATE TABLE copy AS SELECT * FROM pv', 'view pv(id p) secret(id pin)@main.pv', 'upper'],
  ['CREATE VIEW other AS SELECT pin FROM secret', 'secret(pin)', ''],
  ["COPY (SELECT pin FROM secret) TO 'x.csv'", 'secret(pin)', ''],
];
