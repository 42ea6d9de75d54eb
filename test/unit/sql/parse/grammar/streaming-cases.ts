import { type GrammarCases, reject } from './grammar-cases.ts';

/** Cases of the streaming forms: windows of time, and the elements of tables that streams read. */
export const STREAMING_CASES: readonly GrammarCases[] = [
  {
    production: 'table_argument',
    accepts: [
      "SELECT * FROM TABLE(HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE, INTERVAL '1' HOUR))",
      "SELECT * FROM CUMULATE(DATA => TABLE t, TIMECOL => DESCRIPTOR(ts), STEP => INTERVAL '1' HOUR, SIZE => INTERVAL '1' DAY)",
      "SELECT k, SESSION_START(ts, INTERVAL '5' SECOND) FROM t GROUP BY k, SESSION(ts, INTERVAL '5' SECOND)",
    ],
    rejects: [
      reject('SELECT * FROM TABLE(HOP(TABLE ▸, DESCRIPTOR(ts)))', 'a table name'),
      reject('SELECT * FROM HOP(TABLE t, DESCRIPTOR(▸1))', 'a column name'),
    ],
  },
  {
    production: 'argument_partition',
    accepts: [
      "SELECT * FROM TABLE(SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND))",
      "SELECT * FROM TABLE(SESSION(TABLE (SELECT * FROM t) PARTITION BY (k, l), DESCRIPTOR(ts), INTERVAL '5' SECOND))",
    ],
    rejects: [
      reject("SELECT * FROM TABLE(SESSION(TABLE t PARTITION ▸k, DESCRIPTOR(ts), INTERVAL '5' SECOND))", 'BY'),
      reject('SELECT * FROM TABLE(SESSION(TABLE t PARTITION BY (▸), DESCRIPTOR(ts)))', 'a column name'),
    ],
  },
  {
    production: 'table_version',
    accepts: [
      'SELECT * FROM a JOIN b FOR SYSTEM_TIME AS OF a.ts AS b ON a.k = b.k',
      'SELECT * FROM a LEFT JOIN b FOR SYSTEM_TIME AS OF PROCTIME() ON a.k = b.k',
    ],
    rejects: [
      reject('SELECT * FROM a JOIN b FOR SYSTEM_TIME ▸OF a.ts ON a.k = b.k', 'AS'),
      { ...reject('SELECT * FROM a ▸MATCH_RECOGNIZE (PATTERN (x))', 'MATCH_RECOGNIZE'), code: 'SQL_UNSUPPORTED' },
    ],
  },
  {
    production: 'computed_column',
    accepts: [
      'CREATE TABLE t (a INTEGER, b AS a + 1)',
      "CREATE TABLE t (ts TIMESTAMP, day AS DATE_FORMAT(ts, 'yyyy-MM-dd'), p AS PROCTIME())",
    ],
    rejects: [reject('CREATE TABLE t (a INTEGER, b AS▸)', 'an expression'), reject('CREATE TABLE t (a INTEGER, b AS a ▸INTEGER)', "')'")],
  },
  {
    production: 'watermark',
    accepts: [
      "CREATE TABLE t (ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)",
      'CREATE TABLE t (WATERMARK FOR ts AS ts, ts TIMESTAMP)',
    ],
    rejects: [
      reject('CREATE TABLE t (ts TIMESTAMP, WATERMARK FOR ▸(ts))', 'a column name'),
      reject('CREATE TABLE t (ts TIMESTAMP, WATERMARK FOR ts▸)', 'AS'),
    ],
  },
  {
    production: 'key_constraint',
    accepts: ['CREATE TABLE t (a INTEGER, PRIMARY KEY (a) NOT ENFORCED)', 'CREATE TABLE t (a INTEGER, b INTEGER, UNIQUE (a, b))'],
    rejects: [
      reject('CREATE TABLE t (a INTEGER, PRIMARY KEY ▸a)', "'('"),
      reject('CREATE TABLE t (a INTEGER, PRIMARY KEY (a) ▸ENFORCED)', "')'"),
    ],
  },
];
