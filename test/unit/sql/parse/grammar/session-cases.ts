import { type GrammarCases, reject } from './grammar-cases.ts';

/** Cases of statements about the session, descriptions, procedures and privileges. */
export const SESSION_CASES: readonly GrammarCases[] = [
  {
    production: 'explain',
    accepts: ['EXPLAIN ROUTE SELECT 1', 'EXPLAIN (FORMAT JSON) SELECT 1', 'EXPLAIN (SELECT 1)'],
    rejects: [reject('EXPLAIN▸', 'a statement'), reject('EXPLAIN (FORMAT ▸XML) SELECT 1', 'JSON')],
  },
  {
    production: 'show',
    accepts: ["SHOW COLUMNS FROM t LIKE 'a%'", 'SHOW CREATE MATERIALIZED VIEW v', 'SHOW time_zone'],
    rejects: [reject('SHOW▸', 'a setting'), reject('SHOW COLUMNS ▸t', 'FROM'), reject('SHOW CREATE ▸t', 'TABLE')],
  },
  {
    production: 'show_list',
    accepts: ["SHOW TABLES IN s LIKE 'a%'", 'SHOW FUNCTIONS', 'SHOW PROCEDURES', 'SHOW SESSION'],
    rejects: [reject('SHOW TABLES FROM▸', 'a schema name'), reject('SHOW TABLES LIKE ▸a', 'a string')],
  },
  {
    production: 'describe',
    accepts: ['DESC s.t', 'DESCRIBE SELECT 1'],
    rejects: [reject('DESCRIBE▸', 'a table name'), reject('DESCRIBE t ▸u', 'the end of the statement')],
  },
  {
    production: 'set',
    accepts: ['SET SESSION engine = olap', 'SET TIME ZONE LOCAL', "SET TIME ZONE 'UTC'"],
    rejects: [reject('SET engine ▸olap', 'TO'), reject('SET ▸= 1', 'a setting')],
  },
  {
    production: 'reset',
    accepts: ['RESET ALL', 'RESET engine'],
    rejects: [reject('RESET▸', 'a setting'), reject('RESET engine ▸x', 'the end of the statement')],
  },
  {
    production: 'use',
    accepts: ['USE s', 'USE trivium.s'],
    rejects: [reject('USE▸', 'a schema name'), reject("USE ▸'s'", 'a schema name')],
  },
  {
    production: 'prepare',
    accepts: ['PREPARE p AS SELECT ?', 'PREPARE p (INTEGER, DECIMAL(4, 1)) AS SELECT $1 + $2'],
    rejects: [reject('PREPARE p ▸SELECT 1', 'AS'), reject('PREPARE p AS▸', 'a statement'), reject('PREPARE p (▸) AS SELECT 1', 'a type')],
  },
  {
    production: 'execute',
    accepts: ["EXECUTE p (1, 'a', x => NULL)", 'EXECUTE p USING 1, 2', 'EXECUTE p'],
    rejects: [reject('EXECUTE▸', 'the name of a prepared statement'), reject('EXECUTE p USING▸', 'an expression')],
  },
  {
    production: 'deallocate',
    accepts: ['DEALLOCATE PREPARE p', 'DEALLOCATE ALL'],
    rejects: [reject('DEALLOCATE▸', 'the name of a prepared statement'), reject('DEALLOCATE p ▸q', 'the end of the statement')],
  },
  {
    production: 'transaction',
    accepts: ['START TRANSACTION', 'COMMIT WORK', 'ROLLBACK TO SAVEPOINT s', 'SAVEPOINT s', 'RELEASE s'],
    rejects: [
      reject('START▸', 'TRANSACTION'),
      reject('ROLLBACK TO▸', 'the name of a savepoint'),
      reject('SAVEPOINT▸', 'a name for the savepoint'),
    ],
  },
  {
    production: 'transaction_mode',
    accepts: ['BEGIN ISOLATION LEVEL READ COMMITTED, READ ONLY', 'START TRANSACTION READ WRITE'],
    rejects: [reject('BEGIN READ ONLY,▸', 'a mode of transactions'), reject('BEGIN ▸ISOLATION LEVEL CHAOS', 'the end of the statement')],
  },
  {
    production: 'copy',
    accepts: ["COPY (SELECT 1) TO 'x.parquet' (FORMAT parquet)", 'COPY t (a, b) FROM ?', "COPY t TO 'x.csv'"],
    rejects: [reject('COPY t FROM ▸x', 'a location in quotes'), reject("COPY t (a) ▸'x'", 'TO')],
  },
  {
    production: 'copy_option',
    accepts: ["COPY t FROM 'x' WITH (FORMAT = csv, HEADER)", "COPY t FROM 'x' (delimiter ';')"],
    rejects: [reject("COPY t FROM 'x' (▸)", 'an option name'), reject("COPY t FROM 'x' (header,▸)", 'an option name')],
  },
  {
    production: 'call_procedure',
    accepts: ["CALL system.expire_snapshots('t', retain_last => 3)", 'CALL p()'],
    rejects: [reject('CALL p▸', "'('"), reject('CALL p(1 ▸2)', "')'")],
  },
  {
    production: 'create_role',
    accepts: ['CREATE ROLE r', 'CREATE USER IF NOT EXISTS ada'],
    rejects: [reject('CREATE ROLE▸', 'the name of a role'), reject('CREATE OR REPLACE ▸ROLE r', 'FUNCTION')],
  },
  {
    production: 'create_policy',
    accepts: [
      "CREATE ROW FILTER own ON s.t TO ROLE r, ada EXCEPT PUBLIC USING (region = 'eu' AND a IS NOT NULL)",
      'CREATE COLUMN MASK m ON t (salary) USING (NULL)',
    ],
    rejects: [
      reject('CREATE ROW ▸MASK m ON t USING (true)', 'FILTER'),
      reject('CREATE COLUMN MASK m ON t ▸USING (NULL)', "'('"),
      reject('CREATE ROW FILTER f ON t USING ▸true', "'('"),
      reject('CREATE ROW FILTER f ON t EXCEPT▸', 'the name of a user or role'),
    ],
  },
  {
    production: 'drop_policy',
    accepts: ['DROP ROW FILTER f ON t', 'DROP COLUMN MASK IF EXISTS m ON s.t'],
    rejects: [reject('DROP ROW FILTER f▸', 'ON'), reject('DROP COLUMN ▸f ON t', 'MASK')],
  },
  {
    production: 'grant',
    accepts: ['GRANT SELECT (a), INSERT ON t TO ROLE r, PUBLIC WITH GRANT OPTION', 'GRANT r TO ada WITH ADMIN OPTION'],
    rejects: [reject('GRANT SELECT ON t▸', 'TO'), reject('GRANT SELECT ON t TO ada WITH ▸ADMIN OPTION', 'GRANT')],
  },
  {
    production: 'revoke',
    accepts: ['REVOKE GRANT OPTION FOR SELECT ON t FROM ada', 'REVOKE r FROM ROLE q'],
    rejects: [reject('REVOKE SELECT ON t ▸TO ada', 'FROM'), reject('REVOKE▸', 'a privilege or the name of a role')],
  },
  {
    production: 'granted',
    accepts: [
      'GRANT USAGE ON SCHEMA s TO ada',
      'GRANT r, q TO ada',
      'GRANT EXECUTE ON FUNCTION lower TO ada',
      'REVOKE USAGE ON ENGINE olap FROM PUBLIC',
    ],
    rejects: [reject('GRANT SELECT ▸t TO ada', 'ON'), reject('GRANT SELECT, ▸r ON t TO ada', 'a privilege')],
  },
  {
    production: 'privilege',
    accepts: ['GRANT ALL PRIVILEGES ON t TO ada', 'GRANT UPDATE (a, b), DELETE ON t TO ada'],
    rejects: [reject('GRANT SELECT (▸) ON t TO ada', 'a column name'), reject('GRANT ALL ▸(a) ON t TO ada', 'ON')],
  },
  {
    production: 'grantee',
    accepts: ['GRANT SELECT ON t TO USER ada', 'GRANT SELECT ON t TO PUBLIC'],
    rejects: [
      reject("GRANT SELECT ON t TO ▸'ada'", 'the name of a user or role'),
      reject('GRANT SELECT ON t TO ROLE▸', 'the name of a user or role'),
    ],
  },
];
