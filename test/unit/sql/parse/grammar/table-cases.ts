import { type GrammarCases, reject } from './grammar-cases.ts';

/** Cases of the parts "FROM" and "Windows" of the grammar. */
export const TABLE_CASES: readonly GrammarCases[] = [
  {
    production: 'from_clause',
    accepts: ['SELECT * FROM t, u', 'SELECT 1 FROM (SELECT 1) x, LATERAL (SELECT 2) y'],
    rejects: [reject('SELECT * FROM▸', 'a table'), reject('SELECT * FROM t, ▸WHERE a', 'a table')],
  },
  {
    production: 'table_reference',
    accepts: ['SELECT * FROM a JOIN b ON a.x = b.x LEFT JOIN c USING (x)', 'SELECT * FROM (a JOIN b USING (x)) JOIN c USING (x)'],
    rejects: [reject('SELECT * FROM ▸JOIN b', 'a table'), reject("SELECT * FROM ▸'t'", 'a table')],
  },
  {
    production: 'join',
    accepts: [
      'SELECT * FROM a CROSS JOIN b',
      'SELECT * FROM a NATURAL LEFT JOIN b',
      'SELECT * FROM a JOIN b JOIN c ON b.x = c.x ON a.x = b.x',
      'SELECT * FROM a ASOF LEFT JOIN b ON a.x = b.x AND a.t >= b.t',
    ],
    rejects: [
      reject('SELECT * FROM a JOIN b▸', 'ON'),
      reject('SELECT * FROM a CROSS ▸b', 'JOIN'),
      reject('SELECT * FROM a CROSS JOIN b ▸ON a.x = b.x', 'WHERE'),
    ],
  },
  {
    production: 'join_type',
    accepts: [
      'SELECT * FROM a FULL OUTER JOIN b USING (x)',
      'SELECT * FROM a LEFT ANTI JOIN b USING (x)',
      'SELECT * FROM a SEMI JOIN b USING (x)',
    ],
    rejects: [reject('SELECT * FROM a LEFT ▸b USING (x)', 'JOIN'), reject('SELECT * FROM a INNER ▸LEFT JOIN b USING (x)', 'JOIN')],
  },
  {
    production: 'join_condition',
    accepts: ['SELECT * FROM a JOIN b ON a.x < b.x', 'SELECT * FROM a JOIN b USING (x, y)'],
    rejects: [reject('SELECT * FROM a JOIN b ON ▸', 'an expression'), reject('SELECT * FROM a JOIN b USING ▸x', "'('")],
  },
  {
    production: 'table_primary',
    accepts: ['SELECT * FROM ((t))', 'SELECT * FROM (VALUES (1)) v'],
    rejects: [reject('SELECT * FROM (▸)', 'a table'), reject('SELECT * FROM ▸VALUES (1)', 'VALUES in parentheses')],
  },
  {
    production: 'stored_table',
    accepts: ['SELECT * FROM s.t AS x (a, b)', 'SELECT * FROM t FOR VERSION AS OF 12 x TABLESAMPLE 10'],
    rejects: [reject('SELECT * FROM t ▸3', 'WHERE'), reject('SELECT * FROM t AS x ▸y', 'WHERE')],
  },
  {
    production: 'derived_table',
    accepts: ['SELECT * FROM (SELECT 1) AS x (a)', 'SELECT * FROM t, LATERAL (SELECT t.a) x'],
    rejects: [reject('SELECT * FROM (SELECT 1▸', "')'"), reject('SELECT * FROM t, LATERAL u▸', "'('")],
  },
  {
    production: 'table_function',
    accepts: [
      'SELECT * FROM UNNEST([1, 2]) WITH ORDINALITY AS u (v, i)',
      "SELECT * FROM TABLE(tumble(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR))",
      'SELECT * FROM range(3) r',
    ],
    rejects: [reject('SELECT * FROM TABLE(▸)', 'a table function'), reject('SELECT * FROM TABLE(t▸)', "'('")],
  },
  {
    production: 'table_call',
    accepts: ['SELECT * FROM generate_series(1, 10, 2)', 'SELECT * FROM s.f()'],
    rejects: [reject('SELECT * FROM f(1▸', "')'"), reject('SELECT * FROM f(1,▸)', 'an expression')],
  },
  {
    production: 'table_argument',
    accepts: ['SELECT * FROM f(TABLE s.t, data => TABLE (SELECT 1), cols := DESCRIPTOR(a, b))', 'SELECT * FROM f(1 + 2)'],
    rejects: [reject('SELECT * FROM f(TABLE ▸1)', 'a table name'), reject('SELECT * FROM f(DESCRIPTOR(▸))', 'a column name')],
  },
  {
    production: 'table_alias',
    accepts: ['SELECT * FROM t x', 'SELECT * FROM t AS x (a, b)'],
    rejects: [reject('SELECT * FROM t AS ▸WHERE a', 'a table alias'), reject('SELECT * FROM t AS x (▸1)', 'a column name')],
  },
  {
    production: 'table_version',
    accepts: [
      "SELECT * FROM t FOR TIMESTAMP AS OF TIMESTAMP '2026-01-01 00:00:00'",
      'SELECT * FROM t FOR VERSION AS OF 5',
      'SELECT * FROM t FOR SYSTEM_TIME AS OF now() - x',
    ],
    rejects: [reject('SELECT * FROM t FOR ▸DATE AS OF 1', 'SYSTEM_TIME'), reject('SELECT * FROM t FOR VERSION ▸OF 1', 'AS')],
  },
  {
    production: 'table_sample',
    accepts: [
      'SELECT * FROM t TABLESAMPLE BERNOULLI (10 PERCENT) REPEATABLE (42)',
      'SELECT * FROM t TABLESAMPLE reservoir(5 ROWS)',
      'SELECT * FROM t TABLESAMPLE 10%',
    ],
    rejects: [
      reject('SELECT * FROM t TABLESAMPLE (10▸', 'PERCENT'),
      reject('SELECT * FROM t TABLESAMPLE (10 PERCENT) REPEATABLE ▸3', "'('"),
    ],
  },
  {
    production: 'sample_size',
    accepts: ['SELECT * FROM t TABLESAMPLE (? ROWS)', 'SELECT * FROM t TABLESAMPLE (2.5)'],
    rejects: [reject('SELECT * FROM t TABLESAMPLE (▸)', 'an expression'), reject('SELECT * FROM t TABLESAMPLE (10 ▸COLUMNS)', 'PERCENT')],
  },
  {
    production: 'pivot',
    accepts: [
      'SELECT * FROM t PIVOT (sum(a) FOR b IN (1, 2) GROUP BY c) AS p (x, y, z)',
      'SELECT * FROM t AS x PIVOT (sum(a) AS s, count(*) FOR b IN (1) c IN (2))',
    ],
    rejects: [reject('SELECT * FROM t PIVOT (sum(a) b ▸IN (1))', 'FOR'), reject('SELECT * FROM t PIVOT (sum(a) FOR b IN (1)▸', "')'")],
  },
  {
    production: 'pivot_query',
    accepts: ['PIVOT t ON b IN (1, 2) USING sum(a) GROUP BY c ORDER BY c', 'SELECT * FROM (PIVOT (SELECT 1 AS a) ON a)'],
    rejects: [reject('PIVOT t b ▸IN (1)', 'ON'), reject('PIVOT t ON▸', 'an expression')],
  },
  {
    production: 'pivot_aggregate',
    accepts: ['PIVOT t ON b IN (1) USING sum(a) + 1 AS s, count(*) n', 'PIVOT t ON b IN (1) USING max(a)'],
    rejects: [reject('PIVOT t ON b IN (1) USING▸', 'an expression'), reject('PIVOT t ON b IN (1) USING sum(a) AS▸', 'a column alias')],
  },
  {
    production: 'pivot_column',
    accepts: ["PIVOT t ON a || b IN ('x')", 'PIVOT t ON a'],
    rejects: [reject('PIVOT t ON a IN ▸1', "'('"), reject('PIVOT t ON a IN (▸)', 'an expression')],
  },
  {
    production: 'pivot_value',
    accepts: ['PIVOT t ON a IN (1 AS one, 2 two)', 'PIVOT t ON a IN (NULL, -1)'],
    rejects: [reject('PIVOT t ON a IN (1 AS▸)', 'a column alias'), reject('PIVOT t ON a IN (1,▸)', 'an expression')],
  },
  {
    production: 'unpivot',
    accepts: ['SELECT * FROM t UNPIVOT INCLUDE NULLS (v FOR n IN (a, b)) AS u', 'SELECT * FROM t UNPIVOT (v FOR n IN (a))'],
    rejects: [reject('SELECT * FROM t UNPIVOT (v ▸IN (a))', 'FOR'), reject('SELECT * FROM t UNPIVOT (v FOR n ▸(a))', 'IN')],
  },
  {
    production: 'unpivot_query',
    accepts: ['UNPIVOT t ON a, b INTO NAME n VALUE v', 'UNPIVOT INCLUDE NULLS t ON a'],
    rejects: [reject('UNPIVOT t ON a INTO ▸n', 'NAME'), reject('UNPIVOT t ON▸', 'a column name')],
  },
  {
    production: 'unpivot_names',
    accepts: ['SELECT * FROM t UNPIVOT ((x, y) FOR n IN ((a, b), (c, d)))', 'SELECT * FROM t UNPIVOT ("The value" FOR n IN (a))'],
    rejects: [
      reject('SELECT * FROM t UNPIVOT (▸1 FOR n IN (a))', 'a name for the values'),
      reject('SELECT * FROM t UNPIVOT ((x,▸) FOR n IN (a))', 'a column name'),
    ],
  },
  {
    production: 'unpivot_group',
    accepts: ["UNPIVOT t ON a AS 'first', b AS second", 'UNPIVOT t ON (a, b), (c, d) INTO NAME n VALUE v, w'],
    rejects: [reject('UNPIVOT t ON a AS ▸1', 'a column alias'), reject('UNPIVOT t ON ▸1', 'a column name')],
  },
  {
    production: 'window_specification',
    accepts: [
      'SELECT sum(a) OVER (PARTITION BY b, c ORDER BY d DESC ROWS 3 PRECEDING) FROM t',
      'SELECT sum(a) OVER (w ORDER BY b) FROM t WINDOW w AS (PARTITION BY c)',
    ],
    rejects: [
      reject('SELECT sum(a) OVER (PARTITION ▸b) FROM t', 'BY'),
      reject('SELECT sum(a) OVER (ORDER BY b▸', 'NULLS'),
      reject('SELECT sum(a) OVER (PARTITION BY b,▸) FROM t', 'an expression'),
    ],
  },
  {
    production: 'frame',
    accepts: [
      'SELECT sum(a) OVER (ORDER BY b RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE TIES) FROM t',
      'SELECT sum(a) OVER (ORDER BY b GROUPS 1 PRECEDING) FROM t',
    ],
    rejects: [
      reject('SELECT sum(a) OVER (ORDER BY b ROWS BETWEEN 1 PRECEDING▸)', 'AND'),
      reject('SELECT sum(a) OVER (ORDER BY b ROWS▸)', 'an expression'),
    ],
  },
  {
    production: 'frame_bound',
    accepts: [
      "SELECT sum(a) OVER (ORDER BY b RANGE BETWEEN INTERVAL '1' DAY PRECEDING AND UNBOUNDED FOLLOWING) FROM t",
      'SELECT sum(a) OVER (ROWS CURRENT ROW) FROM t',
    ],
    rejects: [reject('SELECT sum(a) OVER (ROWS 1▸)', 'PRECEDING'), reject('SELECT sum(a) OVER (ROWS CURRENT▸)', 'PRECEDING')],
  },
  {
    production: 'frame_exclusion',
    accepts: [
      'SELECT sum(a) OVER (ORDER BY b ROWS 1 PRECEDING EXCLUDE CURRENT ROW) FROM t',
      'SELECT sum(a) OVER (ORDER BY b ROWS 1 PRECEDING EXCLUDE NO OTHERS) FROM t',
    ],
    rejects: [
      reject('SELECT sum(a) OVER (ROWS 1 PRECEDING EXCLUDE ▸ALL)', 'NO'),
      reject('SELECT sum(a) OVER (ROWS 1 PRECEDING EXCLUDE NO▸)', 'OTHERS'),
    ],
  },
];
