import { expectProblem, readProblem } from '../hostile/attack.ts';
import type { User } from './access-world.ts';
import { POLICY_TRICKS } from './policy-tricks.ts';
import { called, FORBIDDEN, refused, SECRET, silent, type Trick, UNKNOWN, withoutHidden } from './trick.ts';

const JSON_BODY = { 'content-type': 'application/json' };
const post = (body: object): RequestInit => ({ method: 'POST', headers: JSON_BODY, body: JSON.stringify(body) });

const READS: readonly Trick[] = [
  refused('read-table', 'ada', 'SELECT * FROM secret', UNKNOWN),
  refused('read-table-after-comma', 'ada', 'SELECT * FROM open, secret', UNKNOWN),
  refused('read-in-subquery', 'ada', 'SELECT n FROM open WHERE n < (SELECT max(n) FROM secret)', UNKNOWN),
  refused('read-in-exists', 'ada', 'SELECT n FROM open WHERE EXISTS (SELECT 1 FROM secret WHERE n > 900000)', UNKNOWN),
  refused('read-in-cte', 'ada', 'WITH open AS (SELECT * FROM secret) SELECT * FROM open', UNKNOWN),
  refused('read-in-lateral', 'ada', 'SELECT * FROM open, LATERAL (SELECT word FROM secret) AS s', UNKNOWN),
  refused('read-by-table-argument', 'ada', "SELECT * FROM TUMBLE(TABLE secret, DESCRIPTOR(n), INTERVAL '1' DAY)", UNKNOWN),
  refused('read-by-table-query', 'ada', 'TABLE secret', UNKNOWN),
  refused('read-in-union', 'ada', "SELECT 'x' UNION ALL SELECT word FROM secret", UNKNOWN),
  refused('read-other-schema', 'ada', 'SELECT * FROM vault.gold', UNKNOWN),
  refused('read-by-session-schema', 'ada', 'SELECT * FROM gold', UNKNOWN, { session: { schema: 'vault' } }),
  refused('read-by-quoted-name', 'ada', 'SELECT * FROM "SECRET"', UNKNOWN),
  refused('read-own-schema-without-usage', 'eve', 'SELECT * FROM open', UNKNOWN),
  refused('read-column', 'ada', 'SELECT salary FROM people', ['SQL_UNKNOWN_COLUMN', 'AUTH_FORBIDDEN']),
  refused('read-column-in-where', 'ada', 'SELECT id FROM people WHERE salary > 1', ['SQL_UNKNOWN_COLUMN', 'AUTH_FORBIDDEN']),
  refused('read-column-in-order', 'ada', 'SELECT id FROM people ORDER BY salary', ['SQL_UNKNOWN_COLUMN', 'AUTH_FORBIDDEN']),
  refused('read-column-in-join', 'ada', 'SELECT a.id FROM people a JOIN people b USING (salary)', ['SQL_UNKNOWN_COLUMN', 'AUTH_FORBIDDEN']),
  refused('read-column-by-case', 'ada', 'SELECT p."SALARY" FROM people p', ['SQL_UNKNOWN_COLUMN', 'AUTH_FORBIDDEN']),
  silent('star-without-column', 'ada', 'SELECT * FROM people', /salary|90000\d/),
  refused('time-travel', 'ada', "SELECT * FROM secret FOR TIMESTAMP AS OF TIMESTAMP '2100-01-01 00:00:00'", UNKNOWN),
  refused('session-snapshot', 'ada', 'SELECT * FROM open', [...UNKNOWN, 'REQUEST_INVALID', 'CATALOG_UNKNOWN_SNAPSHOT'], {
    session: { snapshot: 'main.secret@1' },
  }),
  refused('view-of-another-after-revoke', 'ada', 'SELECT * FROM bobs_view', FORBIDDEN),
  refused('view-unseen', 'ada', 'SELECT * FROM peek', UNKNOWN),
  refused('view-over-secret', 'bob', 'CREATE VIEW mine AS SELECT word FROM secret', UNKNOWN),
  refused('view-over-view', 'bob', 'CREATE VIEW mine AS SELECT * FROM peek', UNKNOWN),
  refused('table-as', 'bob', 'CREATE TABLE mine AS SELECT * FROM secret', UNKNOWN),
  refused('materialized-view', 'bob', 'CREATE MATERIALIZED VIEW mine AS SELECT n FROM secret', UNKNOWN),
];

const DESCRIPTIONS: readonly Trick[] = [
  refused('explain', 'ada', 'EXPLAIN SELECT * FROM secret', UNKNOWN),
  refused('explain-route', 'ada', 'EXPLAIN ROUTE SELECT * FROM secret', UNKNOWN),
  refused('explain-through-view', 'bob', 'EXPLAIN (FORMAT JSON) SELECT * FROM names', FORBIDDEN),
  refused('explain-analyze-write', 'ada', 'EXPLAIN ANALYZE INSERT INTO open VALUES (3)', FORBIDDEN),
  refused('describe', 'ada', 'DESCRIBE secret', UNKNOWN),
  refused('describe-query', 'ada', 'DESCRIBE SELECT * FROM secret', UNKNOWN),
  refused('show-create', 'ada', 'SHOW CREATE VIEW peek', UNKNOWN),
  refused('show-create-names-columns', 'eve', 'SHOW CREATE TABLE people', UNKNOWN),
  silent('describe-hides-columns', 'ada', 'DESCRIBE people', /salary/),
  silent('show-tables', 'ada', 'SHOW TABLES', /secret|peek|"bobs"/),
  silent('show-schemas', 'ada', 'SHOW SCHEMAS', /vault/),
  silent('information-tables', 'ada', 'SELECT * FROM information_schema.tables', /secret|vault|peek/),
  silent('information-columns', 'ada', 'SELECT * FROM information_schema.columns', /salary|secret|vault/),
  silent('information-views', 'ada', 'SELECT * FROM information_schema.views', /peek/),
  silent('nearest-name', 'ada', 'SHOW GRANTS', /secret|vault/),
  refused('metadata-files', 'ada', 'SELECT * FROM "people$files"', FORBIDDEN),
  refused('metadata-partitions', 'ada', 'SELECT * FROM "people$partitions"', [...FORBIDDEN, ...UNKNOWN]),
  refused('metadata-of-secret', 'ada', 'SELECT * FROM "secret$snapshots"', UNKNOWN),
  refused('system-routing', 'ada', 'SELECT * FROM system.routing', UNKNOWN),
  refused('system-disagreements', 'ada', 'SELECT * FROM system.disagreements', UNKNOWN),
  silent('queries-of-others', 'ada', 'SELECT * FROM system.queries', /vault\.gold AS|CREATE USER/),
  {
    id: 'hint-names-secret',
    expects: 'CATALOG_UNKNOWN_TABLE without a proposal of secret',
    run: async (world) => {
      const { code, hint, detail } = await readProblem(await world.sql('ada', 'SELECT * FROM secrets'));
      return { pass: code === 'CATALOG_UNKNOWN_TABLE' && !/'secret'/.test(hint), saw: `${code} ${detail} ${hint}` };
    },
  },
];

const WRITES: readonly Trick[] = [
  refused('insert-read-only', 'ada', 'INSERT INTO open VALUES (3)', FORBIDDEN),
  refused('insert-select-secret', 'ada', 'INSERT INTO inbox SELECT n FROM secret', UNKNOWN),
  refused('insert-overwrite', 'ada', 'INSERT OVERWRITE inbox SELECT 1', FORBIDDEN),
  refused('update', 'ada', 'UPDATE people SET name = name WHERE id = 1', FORBIDDEN),
  refused('update-to-find-out', 'ada', "UPDATE people SET name = 'x' WHERE salary = 900001", [...FORBIDDEN, 'SQL_UNKNOWN_COLUMN']),
  refused('delete', 'ada', 'DELETE FROM people', FORBIDDEN),
  refused('delete-what-is-only-written', 'ada', 'DELETE FROM inbox WHERE n = 1', FORBIDDEN),
  refused('merge', 'ada', 'MERGE INTO inbox USING open ON inbox.n = open.n WHEN NOT MATCHED THEN INSERT VALUES (open.n)', FORBIDDEN),
  refused('truncate', 'ada', 'TRUNCATE open', FORBIDDEN),
  refused('drop-table', 'ada', 'DROP TABLE open', FORBIDDEN),
  refused('drop-unseen-if-exists', 'ada', 'DROP TABLE IF EXISTS secret', UNKNOWN),
  refused('drop-view', 'ada', 'DROP VIEW names', FORBIDDEN),
  refused('drop-schema', 'bob', 'DROP SCHEMA main CASCADE', FORBIDDEN),
  refused('replace-table', 'bob', 'CREATE OR REPLACE TABLE open AS SELECT 1 AS n', FORBIDDEN),
  refused('replace-view', 'bob', 'CREATE OR REPLACE VIEW names AS SELECT 1 AS id', FORBIDDEN),
  refused('rename-table', 'ada', 'ALTER TABLE open RENAME TO mine', FORBIDDEN),
  refused('add-column', 'ada', 'ALTER TABLE open ADD COLUMN x integer', FORBIDDEN),
  refused('take-ownership', 'bob', "ALTER TABLE bobs SET PROPERTIES ('trivium.owner' = 'x')", ['SQL_UNSUPPORTED']),
  refused('create-without-right', 'ada', 'CREATE TABLE mine (n integer)', FORBIDDEN),
  refused('create-schema', 'bob', 'CREATE SCHEMA mine', FORBIDDEN),
  refused('procedure', 'ada', "CALL system.expire_snapshots('open')", FORBIDDEN),
  refused('copy-to', 'ada', "COPY open TO '/tmp/x.csv'", FORBIDDEN),
  refused('copy-from', 'ada', "COPY inbox FROM '/etc/passwd' (FORMAT csv)", FORBIDDEN),
  refused('alter-route', 'ada', 'ALTER ROUTE r SET POLICY any', FORBIDDEN),
  called(
    'upload',
    'ada',
    '/v1/tables/main/open/rows',
    { method: 'POST', headers: { 'content-type': 'application/x-ndjson' }, body: '{"n": 3}\n' },
    FORBIDDEN,
  ),
  called(
    'upload-unseen',
    'eve',
    '/v1/tables/main/inbox/rows',
    { method: 'POST', headers: { 'content-type': 'application/x-ndjson' }, body: '{"n": 3}\n' },
    UNKNOWN,
  ),
  called('job', 'ada', '/v1/jobs', post({ sql: 'INSERT INTO open VALUES (3)' }), FORBIDDEN),
  called('job-reads-secret', 'ada', '/v1/jobs', post({ sql: 'INSERT INTO inbox SELECT n FROM secret' }), UNKNOWN),
];

const PRIVILEGES: readonly Trick[] = [
  refused('grant-to-self', 'ada', 'GRANT SELECT ON people TO ada', FORBIDDEN),
  refused('grant-without-option', 'ada', 'GRANT SELECT (id) ON people TO eve', FORBIDDEN),
  refused('grant-unseen', 'ada', 'GRANT SELECT ON secret TO ada', UNKNOWN),
  refused('grant-role-without-admin', 'ada', 'GRANT analyst TO eve', FORBIDDEN),
  refused('become-administrator', 'ada', 'GRANT administrator TO ada', FORBIDDEN),
  refused('create-user', 'ada', 'CREATE USER mallory', FORBIDDEN),
  refused('take-reserved-name', 'admin', 'CREATE USER admin', ['AUTH_EXISTS']),
  refused('circle-of-roles', 'admin', 'GRANT analyst TO analyst', ['SQL_INVALID_VALUE']),
  called('make-token', 'ada', '/v1/tokens', post({ user: 'bob', scopes: ['admin'] }), FORBIDDEN),
  called('list-tokens', 'ada', '/v1/tokens', {}, FORBIDDEN),
  refused('scope-write', 'reader', 'INSERT INTO bobs VALUES (1)', FORBIDDEN),
  refused('scope-grant', 'reader', 'GRANT SELECT ON bobs TO reader', FORBIDDEN),
  called(
    'scope-upload',
    'reader',
    '/v1/tables/main/bobs/rows',
    { method: 'POST', headers: { 'content-type': 'application/x-ndjson' }, body: '{"n": 3}\n' },
    FORBIDDEN,
  ),
  called('scope-job', 'reader', '/v1/jobs', post({ sql: 'INSERT INTO bobs VALUES (1)' }), FORBIDDEN),
  called('catalog-route', 'ada', '/v1/catalog/main/secret', {}, UNKNOWN),
  called('catalog-schema', 'ada', '/v1/catalog/vault', {}, UNKNOWN),
  {
    id: 'catalog-columns',
    expects: 'people without salary',
    run: async (world) => withoutHidden(await world.call('ada', '/v1/catalog/main/people'), /salary/),
  },
];

/** What one user knows must not help another: stored results, prepared statements, transactions, queries. */
const SHARED: readonly Trick[] = [
  {
    id: 'stored-result',
    expects: 'CATALOG_UNKNOWN_TABLE although the result is stored',
    run: async (world) => {
      const sql = 'SELECT word FROM secret';
      for (let time = 0; time < 2; time += 1) await (await world.sql('admin', sql)).text();
      return expectProblem(await world.sql('ada', sql), UNKNOWN);
    },
  },
  {
    id: 'prepared-statement',
    expects: 'CATALOG_UNKNOWN_TABLE at EXECUTE',
    run: async (world) =>
      expectProblem(await world.sql('ada', 'EXECUTE p', { session: { prepared: JSON.stringify({ p: 'SELECT * FROM secret' }) } }), UNKNOWN),
  },
  {
    id: 'transaction-of-another',
    expects: 'TRANSACTION_UNKNOWN',
    run: async (world) => {
      const begun = await world.sql('bob', 'BEGIN');
      await begun.text();
      const id = decodeURIComponent(/transaction=(.*)/.exec(begun.headers.get('trivium-set-session') ?? '')?.[1] ?? '');
      const verdict = await expectProblem(await world.sql('ada', 'SELECT 1', { session: { transaction: id } }), ['TRANSACTION_UNKNOWN']);
      await (await world.sql('bob', 'ROLLBACK', { session: { transaction: id } })).text();
      return verdict;
    },
  },
  {
    id: 'query-of-another',
    expects: 'REQUEST_NOT_FOUND',
    run: async (world) => {
      const asked = await world.sql('admin', 'SELECT 1');
      await asked.text();
      return expectProblem(await world.call('ada', `/v1/queries/${asked.headers.get('trivium-query-id') ?? ''}`), ['REQUEST_NOT_FOUND']);
    },
  },
  {
    id: 'rename-keeps-column-secret',
    expects: 'the value of a column that took a permitted name stays secret',
    run: async (world) => {
      for (const sql of ['ALTER TABLE people RENAME COLUMN name TO alias', 'ALTER TABLE people RENAME COLUMN salary TO name'])
        await (await world.sql('admin', sql)).text();
      const text = await (await world.sql('ada', 'SELECT * FROM people')).text();
      const named = await expectProblem(await world.sql('ada', 'SELECT name FROM people'), ['SQL_UNKNOWN_COLUMN', 'AUTH_FORBIDDEN']);
      for (const sql of ['ALTER TABLE people RENAME COLUMN name TO salary', 'ALTER TABLE people RENAME COLUMN alias TO name'])
        await (await world.sql('admin', sql)).text();
      return { pass: named.pass && !SECRET.test(text) && text.includes('amy'), saw: `${text.slice(0, 120)} ${named.saw}` };
    },
  },
  {
    id: 'table-made-anew',
    expects: 'privileges of a dropped table are not those of a new one of its name',
    run: async (world) => {
      const run = async (sql: string): Promise<void> => {
        await (await world.sql('admin', sql)).text();
      };
      await run('CREATE TABLE passing AS SELECT 1 AS n');
      await run('GRANT SELECT ON passing TO ada');
      await run('DROP TABLE passing');
      await run('CREATE TABLE passing AS SELECT 900007 AS n');
      const verdict = await expectProblem(await world.sql('ada', 'SELECT * FROM passing'), UNKNOWN);
      await run('DROP TABLE passing');
      return verdict;
    },
  },
  {
    id: 'user-made-anew',
    expects: 'a new user of an old name does not own what the old one owned',
    run: async (world) => {
      const { makeToken } = await import('./access-world.ts');
      const run = async (sql: string): Promise<void> => {
        await (await world.sql('admin', sql)).text();
      };
      const as = (token: string, sql: string): Promise<Response> =>
        world.server.call('/v1/sql', { ...post({ sql }), headers: { ...JSON_BODY, authorization: `Bearer ${token}` } });
      for (const sql of ['CREATE USER zoe', 'GRANT USAGE, CREATE ON SCHEMA main TO zoe']) await run(sql);
      await (await as(await makeToken(world.server, 'zoe', ['read', 'write']), 'CREATE TABLE zoes AS SELECT 900008 AS n')).text();
      for (const sql of ['DROP USER zoe', 'CREATE USER zoe', 'GRANT USAGE ON SCHEMA main TO zoe']) await run(sql);
      const verdict = await expectProblem(await as(await makeToken(world.server, 'zoe', ['read']), 'SELECT * FROM zoes'), UNKNOWN);
      for (const sql of ['DROP TABLE zoes', 'DROP USER zoe']) await run(sql);
      return verdict;
    },
  },
  {
    id: 'token-after-drop-of-user',
    expects: 'AUTH_REQUIRED',
    run: async (world) => {
      const { makeToken } = await import('./access-world.ts');
      await (await world.sql('admin', 'CREATE USER yan')).text();
      const token = await makeToken(world.server, 'yan', ['read']);
      await (await world.sql('admin', 'DROP USER yan')).text();
      return expectProblem(await world.server.call('/v1/catalog', { headers: { authorization: `Bearer ${token}` } }), ['AUTH_REQUIRED']);
    },
  },
  {
    id: 'engine-without-usage',
    expects: 'ENGINE_REFUSED naming the missing right',
    run: async (world) => {
      await (await world.sql('admin', 'REVOKE USAGE ON ENGINE olap FROM PUBLIC')).text();
      const verdict = await expectProblem(
        await world.sql('ada', 'SELECT /*+ ENGINE(olap), NO_CACHE */ n FROM open'),
        ['ENGINE_REFUSED'],
        ({ detail }) => detail.includes('USAGE'),
      );
      await (await world.sql('admin', 'GRANT USAGE ON ENGINE olap TO PUBLIC')).text();
      return verdict;
    },
  },
  {
    id: 'function-without-execute',
    expects: 'AUTH_FORBIDDEN',
    run: async (world) => {
      await (await world.sql('admin', 'REVOKE EXECUTE ON FUNCTION upper FROM PUBLIC')).text();
      const verdict = await expectProblem(await world.sql('ada', 'SELECT upper(name) FROM people'), FORBIDDEN);
      await (await world.sql('admin', 'GRANT EXECUTE ON FUNCTION upper TO PUBLIC')).text();
      return verdict;
    },
  },
];

/** All tricks. */
export const TRICKS: readonly Trick[] = [...READS, ...DESCRIPTIONS, ...WRITES, ...PRIVILEGES, ...SHARED, ...POLICY_TRICKS];

/** What users may do has to go on working, or refusing everything would pass. */
export const ALLOWED: readonly (readonly [id: string, user: User, sql: string, rows: number])[] = [
  ['reads-by-role', 'ada', 'SELECT * FROM open', 2],
  ['reads-columns', 'ada', 'SELECT id, name FROM people', 3],
  ['reads-view-of-administrator', 'bob', 'SELECT * FROM names', 3],
  ['reads-filtered-rows', 'ada', 'SELECT * FROM staff', 2],
  ['reads-all-rows-as-owner', 'admin', 'SELECT * FROM staff', 3],
  ['reads-under-filter-over-hidden-column', 'bob', 'SELECT id, name, word FROM staff', 2],
  ['reads-own-table', 'bob', 'SELECT * FROM bobs', 1],
  ['explains-own', 'ada', 'EXPLAIN SELECT id FROM people WHERE id = 1', 3],
  ['shows-own-grants', 'ada', "SELECT * FROM system.grants WHERE grantee = 'ada'", 10],
];
