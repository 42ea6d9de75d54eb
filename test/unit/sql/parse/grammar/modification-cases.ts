import { type GrammarCases, reject } from './grammar-cases.ts';

/** Cases of the part "Changing rows" of the grammar. */
export const MODIFICATION_CASES: readonly GrammarCases[] = [
  {
    production: 'insert',
    accepts: [
      'INSERT INTO t VALUES (1, DEFAULT)',
      'WITH c AS (SELECT 1 AS a) INSERT INTO s.t (a) SELECT a FROM c',
      'INSERT INTO t BY NAME SELECT 1 AS a',
      'INSERT INTO t (a) BY POSITION (SELECT 1)',
      'INSERT INTO t DEFAULT VALUES',
    ],
    rejects: [
      reject('INSERT ▸t VALUES (1)', 'INTO'),
      reject('INSERT INTO t (▸) VALUES (1)', 'a column name'),
      reject('INSERT INTO t (a) ▸DEFAULT VALUES', 'a query'),
      reject('INSERT INTO t▸', 'a query'),
    ],
  },
  {
    production: 'insert_target',
    accepts: ['INSERT OVERWRITE t SELECT 1', 'INSERT OVERWRITE TABLE t (a) VALUES (1)', 'INSERT OVERWRITE INTO t DEFAULT VALUES'],
    rejects: [reject('INSERT OVERWRITE ▸(SELECT 1)', 'a table name'), reject('INSERT INTO ▸TABLE t VALUES (1)', 'a table name')],
  },
  {
    production: 'partition',
    accepts: [
      'INSERT OVERWRITE t PARTITION (day) SELECT 1, 2',
      "INSERT OVERWRITE t PARTITION (day = DATE '2001-02-03', shop) (a, shop) VALUES (1, 2)",
    ],
    rejects: [reject('INSERT OVERWRITE t PARTITION ▸SELECT 1', "'('"), reject('INSERT INTO t ▸PARTITION (day) SELECT 1', 'a query')],
  },
  {
    production: 'partition_value',
    accepts: ['INSERT OVERWRITE t PARTITION ("a b" = 1 + 1) SELECT 1', 'INSERT OVERWRITE t PARTITION (a = NULL) SELECT 1'],
    rejects: [
      reject('INSERT OVERWRITE t PARTITION (▸1) SELECT 1', 'a column name'),
      reject('INSERT OVERWRITE t PARTITION (a = ▸) SELECT 1', 'an expression'),
    ],
  },
  {
    production: 'delete',
    accepts: [
      'DELETE FROM t',
      'DELETE /*+ ENGINE(olap) */ FROM s.t AS o WHERE o.a IS NULL',
      'WITH c AS (SELECT 1 AS a) DELETE FROM t USING c, u JOIN v ON u.a = v.a WHERE t.a = c.a AND c.a = u.a',
    ],
    rejects: [
      reject('DELETE ▸t WHERE a = 1', 'FROM'),
      reject('DELETE FROM t USING ▸WHERE a = 1', 'a table'),
      reject('DELETE FROM t WHERE▸', 'an expression'),
    ],
  },
  {
    production: 'target',
    accepts: ['DELETE FROM s.t AS "the old"', 'UPDATE t x SET a = 1'],
    rejects: [reject('DELETE FROM t AS ▸WHERE a = 1', 'a table alias'), reject('UPDATE SET a ▸= 1', 'SET')],
  },
  {
    production: 'update',
    accepts: [
      'UPDATE t SET a = 1, b = DEFAULT WHERE c > 2',
      'UPDATE /*+ ENGINE(batch) */ t AS o SET a = u.a FROM u LEFT JOIN v ON u.b = v.b, (SELECT 1 AS n) AS w WHERE o.b = u.b',
    ],
    rejects: [
      reject('UPDATE t ▸WHERE a = 1', 'SET'),
      reject('UPDATE t SET a = 1 FROM ▸WHERE a = 1', 'a table'),
      reject('UPDATE t SET a = 1 WHERE b = 1 ▸FROM u', 'the end'),
    ],
  },
  {
    production: 'assignment',
    accepts: ['UPDATE t SET s.t.a = (SELECT max(b) FROM u)', 'UPDATE t SET "a b" = DEFAULT'],
    rejects: [
      reject('UPDATE t SET a▸', "'='"),
      reject('UPDATE t SET ▸1 = a', 'a column name'),
      reject('UPDATE t SET a = 1, ▸WHERE b', 'a column name'),
    ],
  },
  {
    production: 'merge',
    accepts: [
      'MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN DELETE',
      'WITH c AS (SELECT 1 AS a) MERGE /*+ ENGINE(olap) */ INTO s.t AS o USING (SELECT * FROM c) AS n ON o.a = n.a WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *',
    ],
    rejects: [
      reject('MERGE ▸t USING u ON true WHEN MATCHED THEN DELETE', 'INTO'),
      reject('MERGE INTO t ▸ON t.a = 1 WHEN MATCHED THEN DELETE', 'USING'),
      reject('MERGE INTO t USING u ▸WHEN MATCHED THEN DELETE', 'ON'),
      reject('MERGE INTO t USING u ON true▸', 'WHEN'),
    ],
  },
  {
    production: 'when_matched',
    accepts: [
      'MERGE INTO t USING u ON t.a = u.a WHEN MATCHED AND u.b > 1 THEN UPDATE SET b = u.b WHEN MATCHED THEN DO NOTHING',
      'MERGE INTO t USING u ON t.a = u.a WHEN MATCHED AND t.b THEN DELETE WHEN MATCHED THEN UPDATE SET b = DEFAULT',
    ],
    rejects: [
      reject('MERGE INTO t USING u ON true WHEN MATCHED ▸DELETE', 'THEN'),
      reject('MERGE INTO t USING u ON true WHEN MATCHED THEN ▸INSERT *', 'UPDATE'),
    ],
  },
  {
    production: 'when_not_matched',
    accepts: [
      'MERGE INTO t USING u ON t.a = u.a WHEN NOT MATCHED BY TARGET AND u.b > 1 THEN INSERT (a) VALUES (u.a)',
      'MERGE INTO t USING u ON t.a = u.a WHEN NOT MATCHED THEN DO NOTHING WHEN NOT MATCHED THEN INSERT *',
    ],
    rejects: [
      reject('MERGE INTO t USING u ON true WHEN NOT MATCHED THEN ▸DELETE', 'INSERT'),
      reject('MERGE INTO t USING u ON true WHEN NOT ▸THEN INSERT *', 'MATCHED'),
      reject('MERGE INTO t USING u ON true WHEN NOT MATCHED THEN DO ▸INSERT *', 'NOTHING'),
    ],
  },
  {
    production: 'when_not_matched_by_source',
    accepts: [
      'MERGE INTO t USING u ON t.a = u.a WHEN NOT MATCHED BY SOURCE AND t.b > 1 THEN DELETE',
      'MERGE INTO t USING u ON t.a = u.a WHEN NOT MATCHED BY SOURCE THEN UPDATE SET b = NULL',
    ],
    rejects: [
      reject('MERGE INTO t USING u ON true WHEN NOT MATCHED BY ▸THEN DELETE', 'SOURCE'),
      reject('MERGE INTO t USING u ON true WHEN NOT MATCHED BY SOURCE THEN ▸INSERT *', 'UPDATE'),
    ],
  },
  {
    production: 'merge_update',
    accepts: [
      'MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN UPDATE SET t.a = 1, b = u.b',
      'MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN UPDATE SET *',
    ],
    rejects: [
      reject('MERGE INTO t USING u ON true WHEN MATCHED THEN UPDATE ▸a = 1', 'SET'),
      reject('MERGE INTO t USING u ON true WHEN MATCHED THEN UPDATE SET *▸, a = 1', 'WHEN'),
    ],
  },
  {
    production: 'merge_insert',
    accepts: [
      'MERGE INTO t USING u ON t.a = u.a WHEN NOT MATCHED THEN INSERT VALUES (u.a, DEFAULT)',
      'MERGE INTO t USING u ON t.a = u.a WHEN NOT MATCHED THEN INSERT (a, b) VALUES (u.a, 1)',
    ],
    rejects: [
      reject('MERGE INTO t USING u ON true WHEN NOT MATCHED THEN INSERT ▸SELECT 1', 'VALUES'),
      reject('MERGE INTO t USING u ON true WHEN NOT MATCHED THEN INSERT (▸) VALUES (1)', 'a column name'),
    ],
  },
  {
    production: 'truncate',
    accepts: ['TRUNCATE t', 'TRUNCATE TABLE s.t'],
    rejects: [reject('TRUNCATE▸', 'a table name'), reject('TRUNCATE t ▸WHERE a = 1', 'the end')],
  },
];
