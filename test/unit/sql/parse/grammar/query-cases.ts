import { type GrammarCases, reject } from './grammar-cases.ts';

/** Cases of the part "Queries" of the grammar. */
export const QUERY_CASES: readonly GrammarCases[] = [
  {
    production: 'query',
    accepts: [
      'SELECT a FROM t ORDER BY a LIMIT 3 OFFSET 4',
      'WITH c AS (SELECT 1) SELECT * FROM c OFFSET 2 ROWS FETCH NEXT ROW ONLY',
      '(SELECT 1)',
    ],
    rejects: [
      reject('SELECT a FROM t LIMIT 1 ▸LIMIT 2', 'OFFSET'),
      reject('SELECT a FROM t LIMIT 1 ▸ORDER BY a', 'OFFSET'),
      reject('SELECT a FROM t LIMT ▸3', 'WHERE', 'LIMIT'),
    ],
  },
  {
    production: 'with_clause',
    accepts: ['WITH a AS (SELECT 1), b AS (SELECT 2) SELECT * FROM a, b', 'WITH RECURSIVE r AS (SELECT 1 UNION ALL SELECT 2) TABLE r'],
    rejects: [
      reject('WITH ▸SELECT 1', 'a name for the common table'),
      reject('WITH a AS (SELECT 1), ▸SELECT * FROM a', 'a name for the common table'),
    ],
  },
  {
    production: 'common_table',
    accepts: ['WITH c (x, y) AS (VALUES (1, 2)) SELECT x FROM c', 'WITH c AS NOT MATERIALIZED (SELECT 1) SELECT * FROM c'],
    rejects: [
      reject('WITH c (▸SELECT 1) SELECT * FROM c', 'a column name'),
      reject('WITH c AS ▸SELECT 1', "'('"),
      reject('WITH c AS (▸1) SELECT 2', 'a query'),
    ],
  },
  {
    production: 'column_names',
    accepts: ['WITH c (a, "b c") AS (VALUES (1, 2)) TABLE c', 'SELECT * FROM t JOIN u USING (a, b)'],
    rejects: [reject('SELECT * FROM t JOIN u USING (▸)', 'a column name'), reject('SELECT * FROM t JOIN u USING (a,▸)', 'a column name')],
  },
  {
    production: 'query_body',
    accepts: ['SELECT 1 UNION ALL SELECT 2', 'SELECT 1 AS a UNION BY NAME SELECT 2 AS b EXCEPT DISTINCT SELECT 3'],
    rejects: [
      reject('SELECT 1 UNION▸', 'a query'),
      reject('SELECT 1 UNION ALL ▸WHERE t', 'a query'),
      reject('SELECT 1 UNOIN ▸SELECT 2', 'WHERE', 'UNION'),
    ],
  },
  {
    production: 'query_term',
    accepts: ['SELECT 1 INTERSECT SELECT 2', 'SELECT 1 UNION SELECT 2 INTERSECT ALL SELECT 2'],
    rejects: [reject('SELECT 1 INTERSECT ▸1', 'a query'), reject('SELECT 1 INTERSECT ALL▸', 'a query')],
  },
  {
    production: 'query_primary',
    accepts: ['((SELECT 1) UNION (SELECT 2))', '(VALUES (1)) ORDER BY 1', 'TABLE t'],
    rejects: [reject('(SELECT 1▸', "')'"), reject('(▸)', 'a query'), reject('▸SELEC 1', 'a statement', 'SELECT')],
  },
  {
    production: 'values',
    accepts: ['VALUES (1, 2), (3, 4)', 'SELECT * FROM (VALUES (1)) v (a)'],
    rejects: [reject('VALUES ▸1', "'('"), reject('VALUES (1), ▸', "'('")],
  },
  {
    production: 'row_of_values',
    accepts: ["VALUES (1, 'a', NULL)", 'INSERT INTO t VALUES (1, DEFAULT)'],
    rejects: [reject('VALUES (▸)', 'an expression'), reject('VALUES (1 ▸2)', "')'")],
  },
  {
    production: 'value_or_default',
    accepts: ['INSERT INTO t VALUES (DEFAULT)', 'VALUES (1 + 1)'],
    rejects: [reject('INSERT INTO t VALUES (DEFAULT ▸1)', "')'"), reject('VALUES (▸,)', 'an expression')],
  },
  {
    production: 'table_query',
    accepts: ['TABLE t', 'TABLE s.t ORDER BY a LIMIT 1'],
    rejects: [reject('TABLE▸', 'a table name'), reject("TABLE ▸'t'", 'a table name')],
  },
  {
    production: 'qualified_name',
    accepts: ['SELECT * FROM trivium.main.t', 'SELECT * FROM "My Schema".select'],
    rejects: [reject('SELECT * FROM s.▸', 'a name'), reject('SELECT * FROM s.▸.t', 'a name')],
  },
  {
    production: 'order_by',
    accepts: ['SELECT a FROM t ORDER BY ALL DESC NULLS LAST', 'SELECT a FROM t ORDER BY 1, a + 1'],
    rejects: [
      reject('SELECT a FROM t ORDER ▸a', 'BY'),
      reject('SELECT a FROM t ORDER BY▸', 'an expression'),
      reject('SELECT a FROM t ODRER ▸BY a', 'WHERE', 'ORDER'),
    ],
  },
  {
    production: 'sort_item',
    accepts: ['SELECT a FROM t ORDER BY lower(a) DESC', 'SELECT a FROM t ORDER BY a, b ASC NULLS FIRST'],
    rejects: [reject('SELECT a FROM t ORDER BY a, ▸', 'an expression'), reject('SELECT a FROM t ORDER BY a DESC ▸ASC', 'NULLS')],
  },
  {
    production: 'direction',
    accepts: ['SELECT a FROM t ORDER BY a DESC NULLS LAST', 'SELECT a FROM t ORDER BY a NULLS FIRST'],
    rejects: [reject('SELECT a FROM t ORDER BY a ▸NULLS SECOND', 'DESC'), reject('SELECT a FROM t ORDER BY a ▸DESCENDING', 'DESC')],
  },
  {
    production: 'limit_clause',
    accepts: [
      'SELECT a FROM t LIMIT 2 * 5',
      'SELECT a FROM t LIMIT ALL OFFSET 1',
      'SELECT a FROM t LIMIT 10%',
      'SELECT a FROM t LIMIT 5 % 3',
    ],
    rejects: [reject('SELECT a FROM t LIMIT▸', 'an expression'), reject('SELECT a FROM t LIMIT 1▸, 2', 'OFFSET')],
  },
  {
    production: 'offset_clause',
    accepts: ['SELECT a FROM t OFFSET 5 ROWS', 'SELECT a FROM t OFFSET ? LIMIT 3'],
    rejects: [reject('SELECT a FROM t OFFSET▸', 'an expression'), reject('SELECT a FROM t OFFSET 1 ▸OFFSET 2', 'LIMIT')],
  },
  {
    production: 'fetch_clause',
    accepts: [
      'SELECT a FROM t FETCH FIRST 5 ROWS ONLY',
      'SELECT a FROM t ORDER BY a FETCH NEXT (1 + 1) ROWS WITH TIES',
      'SELECT a FROM t FETCH FIRST ROW ONLY',
    ],
    rejects: [reject('SELECT a FROM t FETCH FIRST 5 ROWS▸', 'ONLY'), reject('SELECT a FROM t FETCH ▸5 ROWS ONLY', 'NEXT')],
  },
  {
    production: 'select',
    accepts: [
      'SELECT 1',
      'SELECT a, sum(b) OVER w AS s FROM t WHERE c GROUP BY ALL HAVING count(*) > 1 WINDOW w AS (ORDER BY a) QUALIFY s > 1',
      'SELECT /*+ ENGINE(olap) */ a FROM t',
    ],
    rejects: [
      reject('SELECT ▸FROM t', 'an expression'),
      reject('SELECT a FORM ▸t', "after 'FORM'", 'FROM'),
      reject('SELECT a\nFROM t\nWEHRE ▸b = 1', "after 'WEHRE'", 'WHERE'),
      reject('SELECT a FROM t HAVING b ▸WHERE a', 'WINDOW'),
    ],
  },
  {
    production: 'select_list',
    accepts: ['FROM t SELECT DISTINCT a, b WHERE c', 'FROM t', 'SELECT * FROM (FROM t)'],
    rejects: [reject('FROM t SELECT ▸WHERE c', 'an expression'), reject('FROM t SELECT▸', 'an expression')],
  },
  {
    production: 'star_rename',
    accepts: ['SELECT * RENAME (a AS b, c AS d) FROM t', 'SELECT t.* EXCLUDE a RENAME b AS c FROM t'],
    rejects: [reject('SELECT * RENAME ▸FROM t', 'a column name'), reject('SELECT * RENAME (a AS b ▸FROM t', "')'")],
  },
  {
    production: 'renaming',
    accepts: ['SELECT * RENAME a AS "A b" FROM t', 'SELECT * RENAME (a AS select) FROM t'],
    rejects: [reject('SELECT * RENAME (a ▸b) FROM t', 'AS'), reject('SELECT * RENAME (a AS ▸1) FROM t', 'a column name')],
  },
  {
    production: 'quantifier',
    accepts: ['SELECT DISTINCT ON (a, b) a, c FROM t', 'SELECT DISTINCT a FROM t', 'SELECT ALL a FROM t'],
    rejects: [reject('SELECT DISTINCT ON ▸a FROM t', "'('"), reject('SELECT DISTINCT ON (▸) a FROM t', 'an expression')],
  },
  {
    production: 'select_item',
    accepts: ['SELECT a + 1 AS select, b c, t.* FROM t', 'SELECT a "with space" FROM t'],
    rejects: [
      reject('SELECT a, ▸FROM t', 'an expression'),
      reject('SELECT a AS▸', 'a column alias'),
      reject('SELECT a b ▸c FROM t', 'FROM'),
    ],
  },
  {
    production: 'star',
    accepts: ['SELECT * FROM t', 'SELECT t.*, s.u.* EXCLUDE a REPLACE (b + 1 AS b) FROM t, s.u'],
    rejects: [reject('SELECT t.*▸.a FROM t', 'FROM'), reject('SELECT * ▸+ 1', 'FROM')],
  },
  {
    production: 'star_exclude',
    accepts: ['SELECT * EXCLUDE (a, b) FROM t', 'SELECT t.* EXCLUDE a FROM t'],
    rejects: [reject('SELECT * EXCLUDE ▸FROM t', 'a column name'), reject('SELECT * EXCLUDE (▸) FROM t', 'a column name')],
  },
  {
    production: 'star_replace',
    accepts: ['SELECT * REPLACE (a + 1 AS a, b AS c) FROM t', 'SELECT * REPLACE a + 1 AS a FROM t'],
    rejects: [reject('SELECT * REPLACE ▸FROM t', 'an expression'), reject('SELECT * REPLACE (a + 1 AS a ▸FROM t', "')'")],
  },
  {
    production: 'replacement',
    accepts: ['SELECT * REPLACE (upper(a) AS a) FROM t', 'SELECT * REPLACE (1 AS "b c") FROM t'],
    rejects: [reject('SELECT * REPLACE (a + 1▸) FROM t', 'AS'), reject('SELECT * REPLACE (a AS ▸1) FROM t', 'a column name')],
  },
  {
    production: 'group_by',
    accepts: ['SELECT a, sum(b) FROM t GROUP BY ALL', 'SELECT a FROM t GROUP BY a, 1'],
    rejects: [
      reject('SELECT a FROM t GROUP ▸a', 'BY'),
      reject('SELECT a FROM t GROUP BY ▸', 'an expression'),
      reject('SELECT a FROM t GRUOP ▸BY a', 'WHERE', 'GROUP'),
    ],
  },
  {
    production: 'grouping_element',
    accepts: [
      'SELECT a FROM t GROUP BY ROLLUP (a, (b, c)), CUBE (d)',
      'SELECT a FROM t GROUP BY GROUPING SETS ((a, b), a, (), ROLLUP (c))',
    ],
    rejects: [reject('SELECT a FROM t GROUP BY GROUPING SETS ▸a', "'('"), reject('SELECT a FROM t GROUP BY a, ▸', 'an expression')],
  },
  {
    production: 'grouping_list',
    accepts: ['SELECT a FROM t GROUP BY ROLLUP (a, (b, c))', 'SELECT a FROM t GROUP BY CUBE ((), a)'],
    rejects: [reject('SELECT a FROM t GROUP BY ROLLUP (a▸', "')'"), reject('SELECT a FROM t GROUP BY CUBE (a,▸)', 'an expression')],
  },
  {
    production: 'grouping_set',
    accepts: ['SELECT 1 FROM t GROUP BY ()', 'SELECT a FROM t GROUP BY (a, b), c + 1'],
    rejects: [reject('SELECT a FROM t GROUP BY (a,▸)', 'an expression'), reject('SELECT a FROM t GROUP BY (a ▸b)', "')'")],
  },
  {
    production: 'window_clause',
    accepts: ['SELECT sum(a) OVER w FROM t WINDOW w AS (ORDER BY b)', 'SELECT 1 FROM t WINDOW v AS (), w AS (v ORDER BY a)'],
    rejects: [reject('SELECT 1 FROM t WINDOW ▸', 'a window name'), reject('SELECT 1 FROM t WINDOW w AS (), ▸QUALIFY a', 'a window name')],
  },
  {
    production: 'named_window',
    accepts: ['SELECT 1 FROM t WINDOW w AS (PARTITION BY a)', 'SELECT 1 FROM t WINDOW "my window" AS ()'],
    rejects: [reject('SELECT 1 FROM t WINDOW w ▸(ORDER BY a)', 'AS'), reject('SELECT 1 FROM t WINDOW w AS ▸v', "'('")],
  },
];
