import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobInfo } from '../../sql-gateway/index.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';

interface JsonAnswer {
  readonly code?: string;
  readonly columns?: readonly { readonly name: string }[];
  readonly data: readonly (readonly unknown[])[];
}

describe('statements that put rows beside those of their table, on the whole platform', { timeout: 240_000 }, () => {
  let root = '';
  let server: ServerProcess;

  const start = async (): Promise<void> => {
    server = await startServerProcess({ dataDirectory: join(root, 'data') });
  };
  const post = async (path: string, body: object, headers: Readonly<Record<string, string>> = {}): Promise<unknown> => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
    return (await server.call(path, init)).json();
  };
  const call = async (sql: string, headers: Readonly<Record<string, string>> = {}): Promise<JsonAnswer> =>
    (await post('/v1/sql', { sql }, headers)) as JsonAnswer;
  const ask = async (sql: string): Promise<readonly (readonly unknown[])[]> => {
    const answer = await call(sql);
    expect(answer.code, `${sql}: ${JSON.stringify(answer)}`).toBeUndefined();
    return answer.data;
  };
  const told = async (sql: string): Promise<Readonly<Record<string, unknown>>> => {
    const { columns = [], data } = await call(sql);
    return Object.fromEntries(columns.map(({ name }, index) => [name, data[0]?.[index]]));
  };

  beforeAll(async () => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'merged-rows-')));
    await start();
    await ask('CREATE TABLE stock (item integer NOT NULL, store varchar, amount bigint) PARTITIONED BY (store)');
    await ask('CREATE TABLE deliveries (item integer, store varchar, amount bigint)');
  }, 120_000);

  afterAll(async () => {
    await server.stop();
    rmSync(root, { recursive: true });
  });

  it.each(['olap', 'batch'])('leave the same rows on the engine %s', async (engine) => {
    const hint = `/*+ ENGINE(${engine}) */`;
    await ask('TRUNCATE TABLE stock');
    await ask("INSERT INTO stock SELECT n, CASE WHEN n % 2 = 0 THEN 'even' ELSE 'odd' END, n FROM range(0, 100) AS s(n)");
    await ask("INSERT OVERWRITE deliveries SELECT n, CASE WHEN n % 2 = 0 THEN 'even' ELSE 'odd' END, 1000 FROM range(90, 110) AS s(n)");
    const merge = await told(
      `MERGE ${hint} INTO stock AS t USING deliveries AS d ON t.item = d.item AND t.store = d.store
       WHEN MATCHED AND t.amount = 95 THEN DELETE
       WHEN MATCHED THEN UPDATE SET amount = t.amount + d.amount
       WHEN NOT MATCHED AND d.item < 105 THEN INSERT *
       WHEN NOT MATCHED BY SOURCE AND t.item < 10 THEN UPDATE SET amount = 0`,
    );
    expect(await ask("SELECT engine FROM system.queries WHERE kind = 'merge' ORDER BY created_at DESC LIMIT 1")).toEqual([[engine]]);
    expect(merge).toMatchObject({ rows: 25, inserted: 5, updated: 19, deleted: 1, repeated: false });
    expect(await ask('SELECT count(*), sum(amount) FROM stock')).toEqual([[104, 4950 - 45 - 95 + 9 * 1000 + 5 * 1000]]);
    const update = `UPDATE ${hint} stock SET amount = d.amount FROM deliveries AS d JOIN stock AS o ON d.item = o.item WHERE stock.item = d.item AND o.amount > 1000`;
    expect(await told(update)).toMatchObject({ rows: 9 });
    expect(await told(`DELETE ${hint} FROM stock USING deliveries AS d WHERE stock.item = d.item + 1`)).toMatchObject({ rows: 13 });
    expect(await told("INSERT OVERWRITE stock PARTITION (store = 'odd') SELECT item, 7 FROM deliveries WHERE item < 93")).toMatchObject({
      rows: 3,
    });
    expect(await ask('SELECT store, count(*), sum(amount) FROM stock GROUP BY store ORDER BY store')).toEqual([
      ['even', 46, 1960 + 1000],
      ['odd', 3, 21],
    ]);
  });

  it('are refused, and change nothing, when a row would be changed twice', async () => {
    await ask("INSERT INTO deliveries VALUES (90, 'even', 1), (90, 'even', 2)");
    const before = await ask('SELECT count(*), sum(amount) FROM stock');
    expect((await call('UPDATE stock SET amount = d.amount FROM deliveries AS d WHERE stock.item = d.item')).code).toBe(
      'SQL_ROW_CHANGED_TWICE',
    );
    expect(await ask('SELECT count(*), sum(amount) FROM stock')).toEqual(before);
  });

  it('insert a key once, however many do so at the same time', async () => {
    await ask('CREATE TABLE keys (k integer, n integer)');
    const upsert =
      'MERGE INTO keys USING range(0, 5) AS s(k) ON keys.k = s.k WHEN MATCHED THEN UPDATE SET n = n + 1 WHEN NOT MATCHED THEN INSERT VALUES (s.k, 1)';
    await Promise.all([1, 2, 3, 4].map(() => ask(upsert)));
    expect(await ask('SELECT count(*), count(DISTINCT k), sum(n) FROM keys')).toEqual([[5, 5, 20]]);
    const key = { 'idempotency-key': 'merge-once' };
    const first = await call(upsert, key);
    expect((await call(upsert, key)).data).toEqual([first.data[0]?.map((value) => (value === false ? true : value))]);
    expect(await ask('SELECT sum(n) FROM keys')).toEqual([[25]]);
  });

  it('take rows of defaults', async () => {
    expect(await told('INSERT INTO keys DEFAULT VALUES')).toMatchObject({ rows: 1 });
    expect(await ask('SELECT count(*), count(k) FROM keys')).toEqual([[6, 5]]);
    expect((await call('INSERT INTO stock DEFAULT VALUES')).code).toBe('SQL_INVALID_VALUE');
  });

  it('are done once in a job, however often the server is killed', async () => {
    await ask('CREATE TABLE totals (k bigint, n bigint)');
    await ask('INSERT INTO totals SELECT k, 0 FROM range(0, 1000) AS s(k)');
    const statements = [
      'MERGE INTO totals AS t USING range(500, 1500) AS s(k) ON t.k = s.k WHEN MATCHED THEN UPDATE SET n = n + 1 WHEN NOT MATCHED THEN INSERT VALUES (s.k, 1)',
      'MERGE INTO totals AS t USING range(500, 1500) AS s(k) ON t.k = s.k WHEN MATCHED THEN UPDATE SET n = n + 1 WHEN NOT MATCHED THEN INSERT VALUES (s.k, 1)',
    ];
    const { jobId } = (await post('/v1/jobs', { statements })) as JobInfo;
    for (const pauseMs of [150, 700]) {
      await sleep(pauseMs);
      process.kill(server.pid, 'SIGKILL');
      await server.stop();
      await start();
    }
    const look = async (): Promise<JobInfo> => (await (await server.call(`/v1/jobs/${jobId}`)).json()) as JobInfo;
    let job = await look();
    for (let turn = 0; turn < 600 && job.state !== 'finished' && job.state !== 'failed'; turn += 1) {
      await sleep(100);
      job = await look();
    }
    expect(job).toMatchObject({ state: 'finished', error: null });
    expect(await ask('SELECT count(*), count(DISTINCT k), sum(n) FROM totals')).toEqual([[1500, 1500, 2000]]);
    expect(job.statements.map(({ rows }) => rows)).toEqual([1000, 1000]);
  });
});
