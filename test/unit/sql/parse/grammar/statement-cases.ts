import { type GrammarCases, reject } from './grammar-cases.ts';

/** Cases of statements that define things, beside those that change rows. */
export const STATEMENT_CASES: readonly GrammarCases[] = [
  {
    production: 'statement',
    accepts: ['TABLE t', 'SHOW TABLES;', 'BEGIN'],
    rejects: [
      reject('▸', 'a statement'),
      reject('▸SELEC 1', 'a statement', 'SELECT'),
      { ...reject('SELECT 1; ▸SELECT 2', 'second statement'), code: 'SQL_MULTIPLE_STATEMENTS' },
    ],
  },
  {
    production: 'create_table',
    accepts: ['CREATE OR REPLACE TABLE s.t (a INTEGER)', 'CREATE TABLE IF NOT EXISTS t (a, b) AS SELECT 1, 2 WITH NO DATA'],
    rejects: [
      reject('CREATE TABLE t▸', '('),
      reject('CREATE TABLE IF ▸EXISTS t (a INTEGER)', 'NOT'),
      reject('CREATE ▸TABEL t (a INTEGER)', 'TABLE', 'TABLE'),
    ],
  },
  {
    production: 'table_elements',
    accepts: ['CREATE TABLE t (a INTEGER, b VARCHAR)', 'CREATE TABLE t (a INTEGER, UNIQUE (a))'],
    rejects: [reject('CREATE TABLE t (a INTEGER,▸)', 'a column name'), reject('CREATE TABLE t (a INTEGER▸', "')'")],
  },
  {
    production: 'table_element',
    accepts: ['CREATE TABLE t (a INTEGER NOT NULL)', 'CREATE TABLE t (a INTEGER, b AS a)'],
    rejects: [reject('CREATE TABLE t (▸1)', 'a column name'), reject('CREATE TABLE t (a ▸=)', 'a type')],
  },
  {
    production: 'column_definition',
    accepts: [
      "CREATE TABLE t (a DECIMAL(10, 2) NOT NULL DEFAULT 1 + 1 COMMENT 'x', b ROW<c INTEGER>)",
      'CREATE TABLE t (a INTEGER PRIMARY KEY)',
    ],
    rejects: [reject('CREATE TABLE t (a INTEGER DEFAULT▸)', 'an expression'), reject('CREATE TABLE t (a INTEGER COMMENT ▸x)', 'a string')],
  },
  {
    production: 'table_option',
    accepts: [
      "CREATE TABLE t (a DATE) COMMENT 'x' PARTITIONED BY (day(a)) WITH ('connector' = 'blackhole')",
      'CREATE TABLE t (a DATE) WITH (x = 1)',
    ],
    rejects: [reject('CREATE TABLE t (a DATE) PARTITIONED ▸(a)', 'BY'), reject('CREATE TABLE t (a DATE) WITH ▸x', "'('")],
  },
  {
    production: 'partition_field',
    accepts: [
      'CREATE TABLE t (a DATE) PARTITIONED BY (a, bucket(4, a))',
      'CREATE TABLE t (a DATE) PARTITIONED BY (truncate(a, 3), day(a))',
    ],
    rejects: [
      reject('CREATE TABLE t (a DATE) PARTITIONED BY (bucket(▸))', 'a column name'),
      reject('CREATE TABLE t (a DATE) PARTITIONED BY (bucket(4 ▸a))', "','"),
    ],
  },
  {
    production: 'properties',
    accepts: ["CREATE SCHEMA s WITH (a = 1, b.c = 'x')", "ALTER TABLE t SET PROPERTIES ('a.b' = TRUE)"],
    rejects: [reject('ALTER TABLE t SET PROPERTIES (▸)', 'a property name'), reject('ALTER TABLE t SET PROPERTIES (a = 1▸', "')'")],
  },
  {
    production: 'property',
    accepts: ['CREATE SCHEMA s WITH (a = b)', 'CREATE SCHEMA s WITH (a = -1)'],
    rejects: [reject('CREATE SCHEMA s WITH (a ▸1)', "'='"), reject('CREATE SCHEMA s WITH (a =▸)', 'an expression')],
  },
  {
    production: 'property_key',
    accepts: ["CREATE SCHEMA s WITH ('x y' = 1)", 'CREATE SCHEMA s WITH (write.format.default = parquet)'],
    rejects: [reject('CREATE SCHEMA s WITH (▸1 = 1)', 'a property name'), reject('CREATE SCHEMA s WITH (a. ▸= 1)', 'a property name')],
  },
  {
    production: 'property_value',
    accepts: ['SET engine = olap', "SET time_zone TO 'Europe/Berlin'", 'SET engine = DEFAULT'],
    rejects: [reject('SET engine =▸', 'an expression'), reject('SET engine = olap ▸x', 'the end of the statement')],
  },
  {
    production: 'create_view',
    accepts: ["CREATE OR REPLACE VIEW v (a) COMMENT 'x' AS SELECT 1", 'CREATE VIEW IF NOT EXISTS v AS VALUES (1)'],
    rejects: [reject('CREATE VIEW v ▸SELECT 1', 'AS'), reject('CREATE VIEW v AS ▸1', 'a query')],
  },
  {
    production: 'create_materialized_view',
    accepts: [
      'CREATE MATERIALIZED VIEW v AS SELECT a FROM t',
      'CREATE OR REPLACE MATERIALIZED VIEW v (a) PARTITIONED BY (a) WITH (x = 1) AS SELECT a FROM t',
    ],
    rejects: [reject('CREATE MATERIALIZED ▸TABLE v AS SELECT 1', 'VIEW'), reject('CREATE MATERIALIZED VIEW v▸', 'AS')],
  },
  {
    production: 'create_schema',
    accepts: ['CREATE SCHEMA IF NOT EXISTS s', 'CREATE OR REPLACE SCHEMA s WITH (a = 1)'],
    rejects: [reject('CREATE SCHEMA▸', 'a schema name'), reject('CREATE SCHEMA s ▸x', 'the end of the statement')],
  },
  {
    production: 'create_function',
    accepts: ["CREATE FUNCTION f AS 'a.B'", "CREATE OR REPLACE TEMPORARY FUNCTION IF NOT EXISTS f AS 'a.B' LANGUAGE java"],
    rejects: [reject('CREATE FUNCTION f AS ▸a', 'a string'), reject("CREATE FUNCTION ▸'f' AS 'a'", 'a function name')],
  },
  {
    production: 'drop',
    accepts: ['DROP TABLE IF EXISTS s.t CASCADE', 'DROP MATERIALIZED VIEW v RESTRICT', 'DROP ROLE r'],
    rejects: [reject('DROP ▸t', 'TABLE'), reject('DROP TABLE IF ▸t', 'EXISTS')],
  },
  {
    production: 'comment',
    accepts: ["COMMENT ON COLUMN t.a IS 'x'", 'COMMENT ON VIEW v IS NULL'],
    rejects: [reject("COMMENT ON ▸t IS 'x'", 'TABLE'), reject('COMMENT ON TABLE t IS ▸x', 'a string')],
  },
  {
    production: 'alter_table',
    accepts: ['ALTER TABLE IF EXISTS s.t DROP a', 'ALTER TABLE t RENAME TO s.u'],
    rejects: [reject('ALTER TABLE t▸', 'ADD'), reject('ALTER TABLE t ▸AD a INTEGER', 'ADD')],
  },
  {
    production: 'alter_columns',
    accepts: [
      'ALTER TABLE t ADD COLUMN IF NOT EXISTS a INTEGER',
      'ALTER TABLE t RENAME a TO b',
      'ALTER TABLE t DROP COLUMN IF EXISTS a',
      'ALTER TABLE t ADD s.f INTEGER',
      'ALTER TABLE t RENAME l.element.a TO b',
    ],
    rejects: [reject('ALTER TABLE t RENAME COLUMN a ▸b', 'TO'), reject('ALTER TABLE t ADD a▸', 'a type')],
  },
  {
    production: 'column_position',
    accepts: ['ALTER TABLE t ADD a INTEGER FIRST', 'ALTER TABLE t ALTER COLUMN a AFTER b'],
    rejects: [reject('ALTER TABLE t ADD a INTEGER AFTER▸', 'a column name'), reject('ALTER TABLE t ADD a INTEGER ▸LAST', 'FIRST')],
  },
  {
    production: 'column_change',
    accepts: [
      'ALTER TABLE t ALTER a SET DATA TYPE BIGINT',
      'ALTER TABLE t ALTER a DROP DEFAULT',
      "ALTER TABLE t ALTER a COMMENT 'x'",
      'ALTER TABLE t ALTER a SET DEFAULT 1',
    ],
    rejects: [reject('ALTER TABLE t ALTER a SET ▸TYPE BIGINT', 'DATA'), reject('ALTER TABLE t ALTER a DROP ▸NULL', 'NOT')],
  },
  {
    production: 'alter_layout',
    accepts: [
      "ALTER TABLE t UNSET PROPERTIES IF EXISTS ('a', b.c)",
      'ALTER TABLE t ADD PARTITION FIELD bucket(4, a)',
      'ALTER TABLE t REPLACE PARTITION FIELD a WITH day(a)',
      'ALTER TABLE t WRITE ORDERED BY a DESC NULLS FIRST, b',
      'ALTER TABLE t WRITE UNORDERED',
    ],
    rejects: [
      reject('ALTER TABLE t REPLACE PARTITION FIELD a ▸day(a)', 'WITH'),
      reject('ALTER TABLE t WRITE ▸BY a', 'ORDERED'),
      reject('ALTER TABLE t UNSET ▸(a)', 'PROPERTIES'),
    ],
  },
  {
    production: 'alter_reference',
    accepts: [
      'ALTER TABLE t CREATE BRANCH IF NOT EXISTS b AS OF VERSION 12 RETAIN 3 DAYS',
      'ALTER TABLE t REPLACE TAG b',
      'ALTER TABLE t DROP BRANCH IF EXISTS b',
      'ALTER TABLE t FAST FORWARD TO BRANCH b',
    ],
    rejects: [
      reject('ALTER TABLE t CREATE ▸b AS OF VERSION 12', 'BRANCH'),
      reject('ALTER TABLE t CREATE TAG b AS OF ▸12', 'VERSION'),
      reject('ALTER TABLE t FAST FORWARD TO ▸TAG b', 'BRANCH'),
    ],
  },
  {
    production: 'alter_materialized_view',
    accepts: ['ALTER MATERIALIZED VIEW v PAUSE', 'ALTER MATERIALIZED VIEW s.v RESUME'],
    rejects: [reject('ALTER MATERIALIZED VIEW v▸', 'PAUSE'), reject('ALTER MATERIALIZED VIEW v ▸STOP', 'RESUME')],
  },
  {
    production: 'alter_object',
    accepts: ['ALTER VIEW v RENAME TO w', 'ALTER SCHEMA s RENAME TO r'],
    rejects: [reject('ALTER VIEW v RENAME ▸w', 'TO'), reject('ALTER SCHEMA s ▸SET', 'RENAME')],
  },
  {
    production: 'alter_route',
    accepts: [
      "ALTER ROUTE r WHEN rows > 10 AND statement = 'query' SET POLICY PREFER ENGINES (batch, olap) VIEWS OFF",
      'ALTER ROUTE r DROP',
      'ALTER ROUTE CLEAR ENGINE olap',
    ],
    rejects: [reject('ALTER ROUTE r SET POLICY ▸SOME', 'STRICT'), reject('ALTER ROUTE r SET POLICY ANY ENGINES ▸batch', "'('")],
  },
  {
    production: 'route_rule',
    accepts: ['ALTER ROUTE r SET POLICY STRICT ENGINES (olap)', 'ALTER ROUTE r SET POLICY ANY VIEWS ON'],
    rejects: [reject('ALTER ROUTE r ▸POLICY ANY', 'SET'), reject('ALTER ROUTE r SET POLICY ANY ▸VIEWS MAYBE', 'ENGINES')],
  },
  {
    production: 'route_condition',
    accepts: ['ALTER ROUTE r WHEN rows <= 10 SET POLICY ANY', "ALTER ROUTE r WHEN user = 'ada' SET POLICY ANY"],
    rejects: [
      reject('ALTER ROUTE r WHEN rows ▸10 SET POLICY ANY', 'a comparison'),
      reject('ALTER ROUTE r WHEN rows > ▸x SET POLICY ANY', 'a string or a number'),
    ],
  },
];
