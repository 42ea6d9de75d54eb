import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';

interface JsonAnswer {
  readonly code?: string;
  readonly hint?: string;
  readonly data: readonly (readonly unknown[])[];
}

const ENGINES = ['olap', 'batch', 'stream'] as const;

describe('tables that change', { timeout: 240_000 }, () => {
  let root = '';
  let server: ServerProcess;

  const call = async (sql: string): Promise<JsonAnswer> => {
    const response = await server.call('/v1/sql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ sql }),
    });
    return (await response.json()) as JsonAnswer;
  };

  const ask = async (sql: string): Promise<readonly (readonly unknown[])[]> => {
    const answer = await call(sql);
    expect(answer.code, `${sql}: ${JSON.stringify(answer)}`).toBeUndefined();
    return answer.data;
  };

  const refuse = async (sql: string, code: string): Promise<void> => {
    expect((await call(sql)).code, sql).toBe(code);
  };

  /** Asks every engine that takes the query; two of them at least must. */
  const askAll = async (rest: string, expected: readonly (readonly unknown[])[]): Promise<void> => {
    let answered = 0;
    for (const engine of ENGINES) {
      const answer = await call(`SELECT /*+ ENGINE(${engine}) */ ${rest}`);
      if (answer.code === 'ENGINE_REFUSED' || answer.code === 'ENGINE_EXCLUDED') continue;
      expect(answer.code, `${engine}: ${JSON.stringify(answer)}`).toBeUndefined();
      expect(answer.data, `${engine}: ${rest}`).toEqual(expected);
      answered += 1;
    }
    expect(answered).toBeGreaterThan(1);
  };

  const snapshotOf = async (table: string): Promise<string> =>
    String((await ask(`SELECT CAST(max_by(snapshot_id, committed_at) AS varchar) FROM "${table}$snapshots"`))[0]?.[0]);

  beforeAll(async () => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'altered-tables-')));
    server = await startServerProcess({ dataDirectory: join(root, 'data') });
  }, 120_000);

  afterAll(async () => {
    await server.stop();
    rmSync(root, { recursive: true });
  });

  it('reads files of every schema by field id, on every engine', async () => {
    await ask('CREATE TABLE c (id integer NOT NULL, a varchar, x real)');
    await ask("INSERT INTO c VALUES (1, 'one', 0.5)");
    const first = await snapshotOf('c');
    await ask('ALTER TABLE c RENAME COLUMN a TO old_a');
    await ask('ALTER TABLE c ADD COLUMN a bigint FIRST');
    await ask('ALTER TABLE c ALTER COLUMN id TYPE bigint');
    await ask('ALTER TABLE c ALTER COLUMN x SET DATA TYPE double');
    await askAll('a, id, old_a, x FROM c ORDER BY id', [[null, 1, 'one', 0.5]]);
    await ask("INSERT INTO c (id, a, old_a) VALUES (5000000000, 7, 'two')");
    await askAll('a, id, old_a, x FROM c ORDER BY id', [
      [null, 1, 'one', 0.5],
      [7, 5000000000, 'two', null],
    ]);
    await askAll('id FROM c WHERE id > 4000000000', [[5000000000]]);
    await askAll('id FROM c WHERE a IS NULL', [[1]]);
    await askAll(`* FROM c FOR VERSION AS OF ${first}`, [[1, 'one', 0.5]]);
    await ask('ALTER TABLE c DROP COLUMN old_a');
    await ask('ALTER TABLE c ADD COLUMN old_a varchar');
    await askAll('id, old_a FROM c ORDER BY id', [
      [1, null],
      [5000000000, null],
    ]);
    await ask("UPDATE c SET old_a = 'new' WHERE id = 1");
    await askAll('id, old_a, x FROM c ORDER BY id', [
      [1, 'new', 0.5],
      [5000000000, null, null],
    ]);
    await ask('ALTER TABLE c ALTER COLUMN id AFTER x');
    expect(await ask('SELECT * FROM c WHERE id = 1')).toEqual([[null, 0.5, 1, 'new']]);
  });

  it('finds the parts of nested columns by field id', async () => {
    await ask(
      'CREATE TABLE n (id integer, s struct(p integer, q varchar), l struct(m integer, o integer)[], k map(varchar, struct(v integer)))',
    );
    await ask("INSERT INTO n VALUES (1, {'p': 10, 'q': 'x'}, [{'m': 1, 'o': 2}], MAP {'a': {'v': 5}})");
    await ask('INSERT INTO n VALUES (2, NULL, NULL, NULL)');
    await ask('ALTER TABLE n RENAME COLUMN s.p TO was_p');
    await ask('ALTER TABLE n ADD COLUMN s.p varchar FIRST');
    await ask('ALTER TABLE n ALTER COLUMN s.was_p TYPE bigint');
    await ask('ALTER TABLE n DROP COLUMN l.element.o');
    await ask('ALTER TABLE n ADD COLUMN l.element.o varchar');
    await ask('ALTER TABLE n RENAME COLUMN k.value.v TO w');
    await ask("INSERT INTO n VALUES (3, {'p': 'new', 'was_p': 5000000000, 'q': 'y'}, [{'m': 3, 'o': 'oo'}], MAP {'b': {'w': 6}})");
    await askAll('id, s.p, s.was_p, s.q, s IS NULL FROM n ORDER BY id', [
      [1, null, 10, 'x', false],
      [2, null, null, null, true],
      [3, 'new', 5000000000, 'y', false],
    ]);
    expect(await ask("SELECT id, l[1].m, l[1].o, k['a'].w, k['b'].w FROM n ORDER BY id")).toEqual([
      [1, 1, null, 5, null],
      [2, null, null, null, null],
      [3, 3, 'oo', null, 6],
    ]);
    await ask('ALTER TABLE n DROP COLUMN s.was_p');
    await ask('ALTER TABLE n DROP COLUMN s.q');
    await askAll('id, s.p, s IS NULL FROM n ORDER BY id', [
      [1, null, false],
      [2, null, true],
      [3, 'new', false],
    ]);
  });

  it('refuses what would not fit the rows, with a code', async () => {
    await ask('CREATE TABLE r (a integer, b varchar, ts timestamp) PARTITIONED BY (day(ts))');
    await ask("INSERT INTO r VALUES (1, 'x', TIMESTAMP '2024-01-01 00:00:00'), (NULL, 'y', NULL)");
    await refuse('ALTER TABLE r ALTER COLUMN a TYPE varchar', 'CATALOG_INCOMPATIBLE_CHANGE');
    await refuse('ALTER TABLE r ALTER COLUMN a SET NOT NULL', 'CATALOG_INCOMPATIBLE_CHANGE');
    await refuse('ALTER TABLE r ADD COLUMN c integer NOT NULL', 'CATALOG_INCOMPATIBLE_CHANGE');
    await refuse('ALTER TABLE r ADD COLUMN c integer DEFAULT 3', 'STORAGE_UNSUPPORTED');
    await refuse('ALTER TABLE r ALTER COLUMN a SET DEFAULT 3', 'STORAGE_UNSUPPORTED');
    await refuse('ALTER TABLE r DROP COLUMN ts', 'CATALOG_COLUMN_IN_USE');
    await refuse('ALTER TABLE r ADD COLUMN ts_day integer', 'SQL_DUPLICATE_NAME');
    await ask('ALTER TABLE r ALTER COLUMN b SET NOT NULL');
    await refuse('INSERT INTO r (a) VALUES (3)', 'SQL_INVALID_VALUE');
    await ask('ALTER TABLE r ALTER COLUMN b DROP NOT NULL');
    await ask('INSERT INTO r (a) VALUES (3)');
  });

  it('keeps files under the partition spec that they were written with, and writes with the new one', async () => {
    await ask('CREATE TABLE p (id integer, k varchar, ts timestamp) PARTITIONED BY (k)');
    await ask("INSERT INTO p VALUES (1, 'a', TIMESTAMP '2024-01-01 00:00:00'), (2, 'b', TIMESTAMP '2024-02-01 00:00:00')");
    await ask('ALTER TABLE p ADD PARTITION FIELD month(ts)');
    await ask("INSERT INTO p VALUES (3, 'a', TIMESTAMP '2024-03-01 00:00:00'), (4, 'b', TIMESTAMP '2024-03-05 00:00:00')");
    await ask('ALTER TABLE p REPLACE PARTITION FIELD k WITH bucket(4, id)');
    await ask("INSERT INTO p VALUES (5, 'a', TIMESTAMP '2024-03-01 00:00:00')");
    await askAll("id FROM p WHERE k = 'a' ORDER BY id", [[1], [3], [5]]);
    await askAll("id FROM p WHERE ts >= TIMESTAMP '2024-03-01 00:00:00' ORDER BY id", [[3], [4], [5]]);
    await ask("DELETE FROM p WHERE k = 'a' AND id < 4");
    await ask("UPDATE p SET ts = TIMESTAMP '2025-01-01 00:00:00' WHERE id = 2");
    await askAll('id, k, year(ts) FROM p ORDER BY id', [
      [2, 'b', 2025],
      [4, 'b', 2024],
      [5, 'a', 2024],
    ]);
    await ask('ALTER TABLE p DROP PARTITION FIELD bucket(4, id)');
    await ask('ALTER TABLE p DROP PARTITION FIELD month(ts)');
    await ask('ALTER TABLE p DROP COLUMN k');
    await askAll('id FROM p ORDER BY id', [[2], [4], [5]]);
    await ask('INSERT INTO p VALUES (6, NULL)');
    await ask('ALTER TABLE p ADD PARTITION FIELD id');
    await ask('INSERT OVERWRITE TABLE p PARTITION (id = 5) SELECT NULL');
    await askAll('id FROM p ORDER BY id', [[2], [4], [5], [6]]);
  });

  it('writes files in the order that is set', async () => {
    await ask('CREATE TABLE o (id integer, v varchar)');
    await ask('ALTER TABLE o WRITE ORDERED BY v DESC, id');
    await ask("INSERT INTO o SELECT i, 'v' || CAST(i % 7 AS varchar) FROM range(0, 5000) AS s(i)");
    expect(await ask('SELECT count(*), min(id), max(v) FROM o')).toEqual([[5000, 0, 'v6']]);
    await refuse('ALTER TABLE o DROP COLUMN v', 'CATALOG_COLUMN_IN_USE');
    expect(await ask('SELECT DISTINCT sort_order_id FROM "o$files"')).toEqual([[1]]);
    await ask('ALTER TABLE o WRITE UNORDERED');
    await ask('ALTER TABLE o DROP COLUMN v');
  });

  it('keeps, reads and drops branches and tags', async () => {
    await ask('CREATE TABLE b (id integer)');
    await refuse('ALTER TABLE b CREATE TAG t1', 'CATALOG_INCOMPATIBLE_CHANGE');
    await ask('INSERT INTO b VALUES (1)');
    await ask('ALTER TABLE b CREATE TAG t1 RETAIN 30 DAYS');
    await ask('ALTER TABLE b CREATE BRANCH br');
    await ask('INSERT INTO b VALUES (2)');
    await ask('ALTER TABLE b ADD COLUMN x integer');
    await askAll("* FROM b FOR VERSION AS OF 't1'", [[1]]);
    await askAll("* FROM b FOR VERSION AS OF 'br'", [[1, null]]);
    await refuse('ALTER TABLE b CREATE TAG t1', 'CATALOG_EXISTS');
    await ask('ALTER TABLE b CREATE TAG IF NOT EXISTS t1');
    await ask('ALTER TABLE b REPLACE TAG t1');
    await askAll("count(*) FROM b FOR VERSION AS OF 't1'", [[2]]);
    await refuse('ALTER TABLE b DROP BRANCH t1', 'CATALOG_INCOMPATIBLE_CHANGE');
    await ask('ALTER TABLE b DROP TAG t1');
    await refuse("SELECT * FROM b FOR VERSION AS OF 't1'", 'CATALOG_UNKNOWN_SNAPSHOT');
    await refuse('ALTER TABLE b DROP TAG t1', 'CATALOG_UNKNOWN_SNAPSHOT');
    await ask('ALTER TABLE b DROP TAG IF EXISTS t1');
  });

  it('renames tables, views and schemas', async () => {
    await ask('CREATE SCHEMA s1');
    await ask('CREATE TABLE s1.t (id integer)');
    await ask('INSERT INTO s1.t VALUES (1)');
    await ask('ALTER TABLE s1.t RENAME TO main.moved');
    expect(await ask('SELECT id FROM moved')).toEqual([[1]]);
    await refuse('SELECT * FROM s1.t', 'CATALOG_UNKNOWN_TABLE');
    await ask('CREATE TABLE s1.u (id integer)');
    await ask('CREATE VIEW s1.w AS SELECT 1 AS one');
    await ask('ALTER VIEW s1.w RENAME TO s1.w2');
    await ask('ALTER SCHEMA s1 RENAME TO s2');
    expect(await ask('SELECT one FROM s2.w2')).toEqual([[1]]);
    expect(await ask('SELECT count(*) FROM s2.u')).toEqual([[0]]);
    await refuse('SELECT * FROM s1.u', 'CATALOG_UNKNOWN_SCHEMA');
    await refuse('ALTER TABLE moved RENAME TO s2.u', 'CATALOG_EXISTS');
    await ask("COMMENT ON TABLE moved IS 'about it'");
    await ask("COMMENT ON COLUMN moved.id IS 'a number'");
    expect(String((await ask('SHOW CREATE TABLE moved'))[0]?.[0])).toContain('about it');
  });

  it('lets materialized views go on over changes that they do not see, and stops them for others', async () => {
    await ask('CREATE TABLE src (id integer, v integer)');
    await ask('INSERT INTO src VALUES (1, 10)');
    await ask('CREATE MATERIALIZED VIEW mv AS SELECT id, sum(v) AS total FROM src GROUP BY id');
    const total = async (count: number): Promise<void> => {
      for (let tries = 0; tries < 200; tries += 1) {
        if ((await ask('SELECT count(*) FROM mv'))[0]?.[0] === count) return;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      expect(await ask('SELECT * FROM mv')).toHaveLength(count);
    };
    await total(1);
    await ask('ALTER TABLE src ADD COLUMN extra varchar FIRST');
    await ask("INSERT INTO src VALUES ('e', 2, 20)");
    await total(2);
    await ask('ALTER TABLE src RENAME COLUMN v TO w');
    await ask("INSERT INTO src VALUES ('e', 3, 30)");
    for (let tries = 0; tries < 200; tries += 1) {
      const [row] = await ask('SHOW STREAMS');
      if (JSON.stringify(row).includes('STREAM_SOURCE_CHANGED')) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(JSON.stringify(await ask('SHOW STREAMS'))).toContain('STREAM_SOURCE_CHANGED');
  });
});
