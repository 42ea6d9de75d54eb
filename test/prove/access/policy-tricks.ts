import { assert } from '../../../spi/index.ts';
import { expectProblem, type Verdict } from '../hostile/attack.ts';
import type { AccessWorld } from './access-world.ts';
import { FORBIDDEN, refused, SECRET, silent, type Trick, UNKNOWN, withoutHidden } from './trick.ts';

/** The row of the region `us` and each word are hidden from ada and bob: what is asked for must come without them. */
const hidden = (id: string, sql: string, user: 'ada' | 'bob' | 'admin' = 'ada'): Trick => silent(id, user, sql, SECRET);

/** A number that a user finds out, which must be that of what he sees. */
function counted(id: string, sql: string, expected: number): Trick {
  return {
    id,
    expects: `the number ${String(expected)}`,
    run: async (world): Promise<Verdict> => {
      const response = await world.sql('ada', sql);
      const text = await response.text();
      const data = response.ok ? (JSON.parse(text) as { readonly data: readonly Record<string, unknown>[] }).data : [];
      return { pass: response.ok && Number(Object.values(data[0] ?? {})[0]) === expected, saw: text.slice(0, 200) };
    },
  };
}

/** What the administrator does before and after a trick. */
function arranged(
  id: string,
  expects: string,
  before: readonly string[],
  after: readonly string[],
  run: (world: AccessWorld) => Promise<Verdict>,
): Trick {
  const all = async (world: AccessWorld, statements: readonly string[]): Promise<void> => {
    for (const sql of statements) {
      const response = await world.sql('admin', sql);
      const text = await response.text();
      assert(response.ok, `${sql}: ${text}`);
    }
  };
  return {
    id,
    expects,
    run: async (world) => {
      await all(world, before);
      try {
        return await run(world);
      } finally {
        await all(world, after);
      }
    },
  };
}

/** What users try who are given fewer rows and other values than there are. */
export const POLICY_TRICKS: readonly Trick[] = [
  hidden('filtered-star', 'SELECT * FROM staff'),
  hidden('filtered-table-query', 'TABLE staff'),
  hidden('filtered-by-alias', 'SELECT s.* FROM staff AS s(a, b, c, d, e)'),
  hidden('filtered-in-cte', 'WITH staff AS (SELECT * FROM staff) SELECT * FROM staff'),
  hidden('filtered-in-lateral', 'SELECT * FROM open, LATERAL (SELECT name, word FROM staff WHERE id >= open.n) AS s'),
  hidden('filtered-in-union', "SELECT name FROM staff WHERE region = 'us' UNION ALL SELECT word FROM staff"),
  hidden('filtered-in-scalar-subquery', 'SELECT (SELECT max(pay) FROM staff) AS m, (SELECT max(name) FROM staff) AS n'),
  hidden('filtered-in-outer-join', 'SELECT o.n, s.name, s.word FROM open AS o FULL JOIN staff AS s ON s.id = o.n + 1'),
  hidden('filtered-in-window', 'SELECT id, max(pay) OVER (), lead(word) OVER (ORDER BY id) FROM staff'),
  hidden('filtered-in-list', 'SELECT list_sort(array_agg(name)), min(word) FROM staff'),
  hidden('filtered-at-snapshot', "SELECT * FROM staff FOR TIMESTAMP AS OF TIMESTAMP '2100-01-01 00:00:00'"),
  hidden('filtered-on-batch', 'SELECT /*+ ENGINE(batch), NO_CACHE */ * FROM staff'),
  hidden('filtered-on-stream', 'SELECT /*+ ENGINE(stream), NO_CACHE */ * FROM staff'),
  hidden('filtered-in-own-view', 'SELECT * FROM bobs_staff', 'bob'),
  hidden('filtered-in-view-of-filtered-owner', 'SELECT * FROM bobs_staff', 'admin'),
  hidden('filtered-pivot', 'SELECT * FROM (SELECT id, word, pay FROM staff) PIVOT (max(pay) FOR id IN (1, 2, 3))'),
  hidden('mask-by-group', 'SELECT word, count(*) FROM staff GROUP BY word ORDER BY word'),
  hidden('mask-by-concatenation', "SELECT word || 'x', length(word) FROM staff"),
  hidden('mask-with-column-of-another', 'SELECT a.word FROM staff AS a JOIN staff AS b ON a.word = b.word'),
  counted('filtered-count', 'SELECT count(*) FROM staff', 2),
  counted('filtered-count-of-hidden', "SELECT count(*) FROM staff WHERE region = 'us'", 0),
  counted('filtered-exists', "SELECT count(*) FROM open WHERE EXISTS (SELECT 1 FROM staff WHERE region <> 'eu')", 0),
  counted('filtered-in-quantified', 'SELECT count(*) FROM open WHERE n < ANY (SELECT pay FROM staff WHERE pay > 100)', 0),
  counted('mask-in-where', "SELECT count(*) FROM staff WHERE word = 'classified'", 0),
  counted('mask-in-having', "SELECT count(*) FROM (SELECT word FROM staff GROUP BY word HAVING word LIKE 'class%')", 0),
  counted('mask-in-join', "SELECT count(*) FROM staff AS s JOIN (VALUES ('classified')) AS v(w) ON s.word = v.w", 0),
  counted('error-of-hidden-row', 'SELECT count(*) FROM staff WHERE CAST(name AS integer) > 0', 2),
  counted(
    'error-of-hidden-row-before-filter',
    'SELECT count(*) FROM staff WHERE 10 / (CASE WHEN CAST(name AS integer) > 0 THEN 1 ELSE 2 END) > 0 AND id > 0',
    2,
  ),
  counted('error-of-hidden-row-in-join', 'SELECT count(*) FROM staff AS s JOIN open AS o ON CAST(s.name AS integer) = o.n * 10', 1),
  refused('filtered-files', 'ada', 'SELECT * FROM "staff$files"', FORBIDDEN),
  refused('filtered-snapshots', 'ada', 'SELECT * FROM "staff$snapshots"', FORBIDDEN),
  refused('filtered-update', 'ada', "UPDATE staff SET name = 'x' WHERE pay > 900000", FORBIDDEN),
  refused('filtered-delete', 'ada', "DELETE FROM staff WHERE region = 'us'", FORBIDDEN),
  refused('filtered-merge', 'ada', 'MERGE INTO staff USING open ON staff.id = open.n WHEN MATCHED THEN DELETE', FORBIDDEN),
  refused('filtered-alter', 'ada', 'ALTER TABLE staff RENAME COLUMN region TO r', FORBIDDEN),
  refused('filtered-materialized-view', 'bob', 'CREATE MATERIALIZED VIEW mine AS SELECT id, word FROM staff', FORBIDDEN),
  refused('filter-column-not-granted', 'bob', 'SELECT id FROM staff WHERE region IS NOT NULL', [...FORBIDDEN, 'SQL_UNKNOWN_COLUMN']),
  refused('drop-filter', 'ada', 'DROP ROW FILTER own_region ON staff', FORBIDDEN),
  refused('drop-mask-of-unseen', 'eve', 'DROP COLUMN MASK no_word ON staff', UNKNOWN),
  refused('open-filter', 'ada', 'CREATE ROW FILTER mine ON staff USING (true)', FORBIDDEN),
  refused('mask-with-subquery', 'admin', 'CREATE COLUMN MASK m ON staff (name) USING ((SELECT max(word) FROM secret))', [
    'SQL_UNSUPPORTED',
  ]),
  refused('second-mask', 'admin', 'CREATE COLUMN MASK other ON staff (word) USING (word)', ['AUTH_EXISTS']),
  refused('filter-of-other-type', 'admin', 'CREATE ROW FILTER f ON staff USING (pay)', ['SQL_TYPE_MISMATCH']),
  silent('policies-of-others', 'ada', 'SHOW POLICIES', /own_region|region|no_word/),
  {
    id: 'filtered-stored-result',
    expects: 'an answer without what the stored one of the owner has',
    run: async (world) => {
      const sql = 'SELECT name, word, pay FROM staff';
      for (let time = 0; time < 2; time += 1) await (await world.sql('admin', sql)).text();
      return withoutHidden(await world.sql('ada', sql), SECRET);
    },
  },
  {
    id: 'filtered-prepared',
    expects: 'an answer without what is hidden',
    run: async (world) =>
      withoutHidden(await world.sql('ada', 'EXECUTE p', { session: { prepared: JSON.stringify({ p: 'SELECT * FROM staff' }) } }), SECRET),
  },
  arranged(
    'filter-that-does-not-fit',
    'AUTH_FORBIDDEN while the column of the filter has another name',
    ['ALTER TABLE staff RENAME COLUMN region TO area'],
    ['ALTER TABLE staff RENAME COLUMN area TO region'],
    async (world) => expectProblem(await world.sql('ada', 'SELECT id FROM staff'), FORBIDDEN),
  ),
  arranged(
    'mask-follows-column',
    'the masked column stays masked under another name',
    ['ALTER TABLE staff RENAME COLUMN word TO term', 'CREATE OR REPLACE VIEW terms AS SELECT 1 AS n'],
    ['ALTER TABLE staff RENAME COLUMN term TO word', 'DROP VIEW terms'],
    async (world) => expectProblem(await world.sql('ada', 'SELECT term FROM staff'), FORBIDDEN),
  ),
  arranged(
    'filter-of-replaced-table',
    'rows of the table that took the place are filtered as well',
    [
      "CREATE TABLE passing AS SELECT 'eu' AS region, 1 AS n",
      "CREATE ROW FILTER own ON passing USING (region = 'eu')",
      'GRANT SELECT ON passing TO ada',
      "CREATE OR REPLACE TABLE passing AS SELECT 'us' AS region, 900003 AS n",
    ],
    ['DROP TABLE passing'],
    async (world) => withoutHidden(await world.sql('ada', 'SELECT * FROM passing'), SECRET),
  ),
  arranged(
    'exception-of-dropped-user',
    'a new user of an old name is no exception',
    [
      'CREATE USER max',
      'CREATE TABLE passing AS SELECT 900003 AS n',
      'CREATE ROW FILTER none ON passing EXCEPT max USING (false)',
      'DROP USER max',
      'CREATE USER max',
      'GRANT USAGE ON SCHEMA main TO max',
      'GRANT SELECT ON passing TO max',
    ],
    ['DROP TABLE passing', 'DROP USER max'],
    async (world) => {
      const { makeToken } = await import('./access-world.ts');
      const token = await makeToken(world.server, 'max', ['read']);
      const init = {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ sql: 'SELECT * FROM passing' }),
      };
      return withoutHidden(await world.server.call('/v1/sql', init), SECRET);
    },
  ),
];
