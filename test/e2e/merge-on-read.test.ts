import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../tck/truth/seeded-random.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';

interface JsonAnswer {
  readonly code?: string;
  readonly data: readonly (readonly unknown[])[];
}

const ON_READ = ['delete', 'update', 'merge'].map((kind) => `'write.${kind}.mode' = 'merge-on-read'`).join(', ');
const COLUMNS = '(id bigint, part varchar, x double) PARTITIONED BY (part)';
const ENGINES = ['olap', 'batch', 'stream'] as const;

describe.each([2, 3])('merge-on-read in format version %d on the whole platform', { timeout: 240_000 }, (version) => {
  const MODES = `${ON_READ}, "format-version" = ${String(version)}`;
  let root = '';
  let server: ServerProcess;

  const call = async (sql: string): Promise<JsonAnswer> => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ sql }) };
    return (await (await server.call('/v1/sql', init)).json()) as JsonAnswer;
  };
  const ask = async (sql: string): Promise<readonly (readonly unknown[])[]> => {
    const answer = await call(sql);
    expect(answer.code, `${sql}: ${JSON.stringify(answer)}`).toBeUndefined();
    return answer.data;
  };
  const rowsOf = (table: string, engine: string, at = ''): Promise<readonly (readonly unknown[])[]> =>
    ask(`SELECT /*+ ENGINE(${engine}) */ id, part, x FROM ${table}${at} ORDER BY 1, 2, 3`);

  beforeAll(async () => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'merge-on-read-')));
    server = await startServerProcess({ dataDirectory: join(root, 'data') });
    await ask(`CREATE TABLE plain ${COLUMNS}`);
    await ask(`CREATE TABLE marked ${COLUMNS} WITH (${MODES})`);
    await ask('CREATE TABLE source (id bigint, part varchar, x double)');
    await ask("INSERT INTO source SELECT n * 3, 'p' || CAST(n % 2 AS varchar), -n FROM range(0, 60) AS s(n)");
    await ask('CREATE MATERIALIZED VIEW sums AS SELECT part, count(*) AS c, sum(id) AS ids FROM marked GROUP BY part');
  }, 120_000);

  afterAll(async () => {
    await server.stop();
    rmSync(root, { recursive: true });
  });

  it('leaves the rows that files written anew would have, on every engine, at every snapshot', async () => {
    const random = seededRandom(11);
    const number = (below: number): number => Math.floor(random() * below);
    const versions: { readonly at: unknown; readonly rows: readonly (readonly unknown[])[] }[] = [];
    const statements: ((table: string) => string)[] = [
      ...[0, 80].map(
        (from) => (table: string) =>
          `INSERT INTO ${table} SELECT n, 'p' || CAST(n % 3 AS varchar), n FROM range(${String(from)}, ${String(from + 80)}) AS s(n)`,
      ),
      (table) => `DELETE FROM ${table} WHERE id % 7 = 3`,
      (table) => `UPDATE ${table} SET x = x + 0.5, part = 'p1' WHERE id % 5 = 1`,
      (table) =>
        `MERGE INTO ${table} AS t USING source AS s ON t.id = s.id WHEN MATCHED AND s.x < -40 THEN DELETE WHEN MATCHED THEN UPDATE SET x = s.x WHEN NOT MATCHED THEN INSERT * WHEN NOT MATCHED BY SOURCE AND t.id > 150 THEN DELETE`,
      (table) => `DELETE FROM ${table} AS t USING source AS s WHERE t.id = s.id + 1 AND s.id < 30`,
      (table) => `UPDATE ${table} AS t SET x = s.x FROM source AS s WHERE t.id = s.id + 2`,
      (table) => `DELETE FROM ${table} WHERE part = 'p2'`,
      (table) => `DELETE FROM ${table} WHERE id < 0`,
      (table) => `INSERT OVERWRITE ${table} PARTITION (part = 'p0') SELECT id, x FROM source WHERE id < 9`,
      ...Array.from({ length: 3 }, () => {
        const condition = `id % ${String(2 + number(6))} = ${String(number(3))}`;
        return (table: string) => `DELETE FROM ${table} WHERE ${condition}`;
      }),
    ];
    for (const [index, statement] of statements.entries()) {
      const engine = index % 2 === 0 ? 'olap' : 'batch';
      const hinted = (table: string): string => statement(table).replace(/^(INSERT|DELETE|UPDATE|MERGE)/, `$1 /*+ ENGINE(${engine}) */`);
      const [expected] = await ask(hinted('plain'));
      const [found] = await ask(hinted('marked'));
      expect(found?.[0], statement('marked')).toEqual(expected?.[0]);
      const rows = await rowsOf('plain', 'olap');
      for (const reader of ENGINES) expect(await rowsOf('marked', reader), `${statement('marked')} on ${reader}`).toEqual(rows);
      expect(await ask('SELECT count(*) FROM marked')).toEqual([[rows.length]]);
      versions.push({ at: found?.[1], rows });
    }
    for (const { at, rows } of versions) expect(await rowsOf('marked', 'olap', ` FOR VERSION AS OF ${String(at)}`)).toEqual(rows);
  });

  it('takes exactly the rows deleted back out of a materialized view', async () => {
    const expected = await ask('SELECT part, count(*), sum(id) FROM plain GROUP BY part ORDER BY 1');
    await expect.poll(() => ask('SELECT part, c, ids FROM sums ORDER BY 1'), { timeout: 60_000, interval: 200 }).toEqual(expected);
  });

  it('writes positions, not the files anew, and a rewrite takes them away with the files', async () => {
    await ask(`CREATE TABLE told (id bigint) WITH (${MODES})`);
    await ask('INSERT INTO told SELECT n FROM range(0, 1000) AS s(n)');
    await ask('DELETE FROM told WHERE id % 100 = 7');
    const totals = async (): Promise<unknown> => {
      const [[summary] = []] = await ask('SELECT CAST(summary AS varchar) FROM "told$snapshots" ORDER BY committed_at DESC LIMIT 1');
      return ['delete-files', 'position-deletes', 'data-files'].map(
        (key) => /(\d+)/.exec(String(summary).split(`total-${key}`)[1] ?? '')?.[1],
      );
    };
    expect(await totals()).toEqual(['1', '10', '1']);
    await ask("ALTER TABLE told SET PROPERTIES ('write.delete.mode' = 'copy-on-write')");
    expect((await ask('DELETE FROM told WHERE id % 100 < 9'))[0]?.[0]).toBe(80);
    expect(await totals()).toEqual(['0', '0', '1']);
    expect(await ask('SELECT count(*), sum(id) FROM told')).toEqual([[910, 458640]]);
    expect((await ask('TRUNCATE TABLE told'))[0]?.[0]).toBe(910);
  });

  it('merges positions of before into one deletion vector once the table is of version 3', async () => {
    await ask(`CREATE TABLE grown (id bigint) WITH (${ON_READ})`);
    await ask('INSERT INTO grown SELECT n FROM range(0, 2000) AS s(n)');
    await ask('DELETE FROM grown WHERE id % 100 = 7');
    if (version === 3) await ask('ALTER TABLE grown SET PROPERTIES ("format-version" = 3)');
    for (const reader of ENGINES)
      expect(await ask(`SELECT /*+ ENGINE(${reader}) */ count(*), sum(id) FROM grown`)).toEqual([[1980, 1_979_860]]);
    await ask('DELETE FROM grown WHERE id % 2 = 0');
    await ask('DELETE FROM grown WHERE id % 100 = 9');
    const [[summary] = []] = await ask('SELECT CAST(summary AS varchar) FROM "grown$snapshots" ORDER BY committed_at DESC LIMIT 1');
    const total = (key: string): string | undefined => /(\d+)/.exec(String(summary).split(`total-${key}`)[1] ?? '')?.[1];
    expect([total('delete-files'), total('position-deletes')]).toEqual([version === 3 ? '1' : '3', '1040']);
    expect(String(summary).includes('removed-dvs')).toBe(version === 3);
    for (const reader of ENGINES) expect(await ask(`SELECT /*+ ENGINE(${reader}) */ count(*) FROM grown`)).toEqual([[960]]);
    await ask("CALL system.verify('grown')");
  });

  it('loses and doubles nothing when statements of both manners run at the same time', async () => {
    await ask(`CREATE TABLE busy (id bigint, touched integer) WITH (${MODES})`);
    await ask('INSERT INTO busy SELECT n, 0 FROM range(0, 100) AS s(n)');
    const answers = await Promise.all([
      ...[0, 1, 2].map((index) => call(`DELETE FROM busy WHERE id % 10 = ${String(index)}`)),
      ...[3, 4].map((index) => call(`UPDATE busy SET touched = touched + 1 WHERE id % 10 = ${String(index)} OR id % 10 = 0`)),
      call('INSERT INTO busy SELECT n, 9 FROM range(1005, 1010) AS s(n)'),
    ]);
    expect(answers.map(({ code }) => code)).toEqual(answers.map(() => undefined));
    expect(await ask('SELECT count(*), sum(CASE WHEN touched = 1 THEN 1 ELSE 0 END) FROM busy')).toEqual([[75, 20]]);
  });
});
