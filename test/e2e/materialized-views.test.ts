import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';

type Rows = readonly (readonly unknown[])[];

let root: string;
let server: ServerProcess;

const start = async (): Promise<void> => {
  server = await startServerProcess({
    dataDirectory: join(root, 'data'),
    config: join(root, 'trivium.yaml'),
    settings: ['streams.checkpointIntervalMs=100'],
  });
};

type Answer = { readonly code?: string; readonly data: Rows };

/** Queries are computed anew: a view that is fresh could answer them, and would be compared with itself. */
async function answer(sql: string): Promise<Answer> {
  return (await (await server.sql(sql, { body: { session: { freshViews: 'off' } } })).json()) as Answer;
}

async function ask(sql: string): Promise<Rows> {
  const given = await answer(sql);
  expect(given.code, `${sql}: ${JSON.stringify(given)}`).toBeUndefined();
  return given.data;
}

/** Sends rows to the ingest endpoint; a key makes that safe to repeat. */
async function send(table: string, rows: readonly object[], key?: string): Promise<Response> {
  return server.call(`/v1/tables/main/${table}/rows`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson', ...(key === undefined ? {} : { 'idempotency-key': key }) },
    body: rows.map((row) => JSON.stringify(row)).join('\n'),
  });
}

interface StreamFacts {
  readonly state: string;
  readonly lag: number | null;
  readonly lateRows: number;
  readonly checkpoint: number;
  readonly error: string | null;
}

async function streamOf(view: string): Promise<StreamFacts> {
  return (await (await server.call(`/v1/streams/main/${view}`)).json()) as StreamFacts;
}

/** Waits until all snapshots of the view's tables are part of it. */
async function caughtUp(view: string): Promise<void> {
  await vi.waitFor(
    async () => {
      expect(await streamOf(view)).toMatchObject({ state: 'running', lag: 0, error: null });
    },
    { timeout: 60_000, interval: 100 },
  );
}

/** Waits for the view and compares it with the answer that another engine gives to its query now. */
async function expectFresh(view: string, query: string): Promise<Rows> {
  await caughtUp(view);
  const rows = await ask(`SELECT * FROM ${view} ORDER BY ALL`);
  expect(rows).toEqual(await ask(`SELECT /*+ ENGINE(olap) */ * FROM (${query}) AS q ORDER BY ALL`));
  return rows;
}

const instant = (seconds: number): string => new Date(Date.UTC(2024, 0, 1) + seconds * 1000).toISOString().slice(0, 19);

beforeAll(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'views-')));
  writeFileSync(join(root, 'trivium.yaml'), 'engines:\n  - module: olap\n  - module: stream\n');
  await start();
}, 120_000);

afterAll(async () => {
  await server.stop();
  rmSync(root, { recursive: true, force: true });
});

describe('a materialized view on the whole platform', { timeout: 120_000 }, () => {
  const query = 'SELECT k, count(*) AS c, sum(n) AS s, min(n) AS low, max(n) AS high FROM ev GROUP BY k';

  it('follows rows that are ingested, inserted, deleted and updated', async () => {
    await ask('CREATE TABLE ev (k VARCHAR, n BIGINT)');
    await ask("INSERT INTO ev VALUES ('a', 1), ('b', 2), (NULL, 3)");
    expect(await ask(`CREATE MATERIALIZED VIEW per_k AS ${query}`)).toEqual([['created materialized view main.per_k']]);
    expect(await expectFresh('per_k', query)).toHaveLength(3);
    expect((await send('ev', [{ k: 'a', n: 5 }, { k: 'c', n: -1 }, { n: null }])).status).toBe(200);
    expect(await expectFresh('per_k', query)).toHaveLength(4);
    await ask("UPDATE ev SET n = n * 10 WHERE k = 'a'");
    expect(await expectFresh('per_k', query)).toContainEqual(['a', 2, 60, 10, 50]);
    await ask("DELETE FROM ev WHERE k = 'b' OR n = 50");
    expect(await expectFresh('per_k', query)).toHaveLength(3);
    await ask("INSERT OVERWRITE TABLE ev VALUES ('z', 1)");
    expect(await expectFresh('per_k', query)).toEqual([['z', 1, 1, 1, 1]]);
  });

  it('may be read by a view of its own', async () => {
    const cascaded = 'SELECT count(*) AS keys, sum(c) AS all_rows FROM per_k';
    await ask(`CREATE MATERIALIZED VIEW totals AS ${cascaded}`);
    await send('ev', [
      { k: 'y', n: 1 },
      { k: 'z', n: 1 },
    ]);
    await caughtUp('per_k');
    expect(await expectFresh('totals', cascaded)).toEqual([[2, 3]]);
    await ask('DROP MATERIALIZED VIEW totals');
  });

  it('is paused and resumed', async () => {
    await ask('ALTER MATERIALIZED VIEW per_k PAUSE');
    await send('ev', [{ k: 'paused', n: 1 }]);
    expect(await ask("SELECT state, lag FROM system.streams WHERE name = 'main.per_k'")).toEqual([['paused', 1]]);
    await ask('ALTER MATERIALIZED VIEW per_k RESUME');
    expect(await expectFresh('per_k', query)).toContainEqual(['paused', 1, 1, 1, 1]);
  });

  it('is shown by SHOW STREAMS, /metrics and the list of relations', async () => {
    const [row] = await ask("SHOW STREAMS LIKE '%per_k'");
    expect(row?.slice(0, 2)).toEqual(['main.per_k', 'running']);
    expect(await (await server.call('/metrics')).text()).toContain('trivium_stream_lag_snapshots{view="main.per_k"} 0');
    expect(await ask('SHOW TABLES')).toContainEqual(['main', 'per_k', 'materialized_view']);
    const [[created] = []] = await ask('SHOW CREATE MATERIALIZED VIEW per_k');
    expect(created).toContain('FROM ev GROUP BY k');
    expect((await ask(`EXPLAIN CREATE MATERIALIZED VIEW x AS ${query}`)).join('\n')).toContain('aggregate');
    expect(await (await server.call('/v1/streams')).json()).toMatchObject({ streams: [{ name: 'main.per_k', lag: 0 }] });
    expect((await server.call('/v1/streams/main/nothing')).status).toBe(404);
  });

  it.each([
    "INSERT INTO per_k VALUES ('a', 1, 1, 1, 1)",
    'DELETE FROM per_k',
    'DROP TABLE per_k',
    'CREATE OR REPLACE TABLE per_k (a INTEGER)',
  ])('is not changed by a statement: %s', async (sql) => {
    expect((await answer(sql)).code).toBe('CATALOG_NOT_A_TABLE');
  });

  it('takes no rows over HTTP, and no query that the engine cannot keep', async () => {
    const refused = await send('per_k', [{ k: 'a' }]);
    expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([400, 'CATALOG_NOT_A_TABLE']);
    expect((await answer('CREATE MATERIALIZED VIEW x AS SELECT row_number() OVER (ORDER BY n) AS r FROM ev')).code).toBe('ENGINE_REFUSED');
    expect((await answer('CREATE MATERIALIZED VIEW per_k AS SELECT k FROM ev')).code).toBe('CATALOG_EXISTS');
  });

  it('shows before it is created which engine would keep it, and why no other', async () => {
    await ask('CREATE TABLE visits (k VARCHAR)');
    const routes = async (query: string): Promise<Rows> =>
      (await ask(`EXPLAIN ROUTE CREATE MATERIALIZED VIEW planned AS ${query}`)).map((row) => [row[0], row[1], row[13]]);
    const answerOfStream = async (query: string): Promise<unknown> => (await routes(query)).find(([name]) => name === 'stream');
    expect(await routes('SELECT k, count(*) AS n FROM visits GROUP BY k')).toContainEqual(['olap', false, 'ENGINE_UNSUPPORTED']);
    expect(await answerOfStream('SELECT k, count(*) AS n FROM visits GROUP BY k')).toEqual(['stream', true, null]);
    expect(await answerOfStream('SELECT k, rank() OVER (ORDER BY k) AS n FROM visits')).toEqual(['stream', false, 'ENGINE_UNSUPPORTED']);
    expect(await answerOfStream('SELECT /*+ ENGINE(olap) */ k FROM visits')).toEqual(['stream', false, 'ENGINE_EXCLUDED']);
  });

  it('goes on after its process was killed', async () => {
    const killed = server.children('trivium-view');
    expect(killed.length).toBeGreaterThan(0);
    for (const pid of killed) process.kill(pid, 'SIGKILL');
    await send('ev', [{ k: 'after', n: 1 }]);
    expect(await expectFresh('per_k', query)).toContainEqual(['after', 1, 1, 1, 1]);
  });

  it('says what to do when its table was made anew, and is replaced', async () => {
    await ask('CREATE OR REPLACE TABLE ev (k VARCHAR, n BIGINT)');
    await vi.waitFor(
      async () => {
        expect(await streamOf('per_k')).toMatchObject({
          state: 'failed',
          error: expect.stringContaining('STREAM_SOURCE_CHANGED') as string,
        });
      },
      { timeout: 30_000, interval: 100 },
    );
    await ask("INSERT INTO ev VALUES ('new', 1)");
    await ask(`CREATE OR REPLACE MATERIALIZED VIEW per_k AS ${query}`);
    expect(await expectFresh('per_k', query)).toEqual([['new', 1, 1, 1, 1]]);
  });

  it('leaves nothing behind when it is dropped', async () => {
    expect(readdirSync(join(root, 'data', 'streams'))).toHaveLength(1);
    await ask('DROP MATERIALIZED VIEW per_k');
    expect(readdirSync(join(root, 'data', 'streams'))).toEqual([]);
    expect((await answer('SELECT * FROM per_k')).code).toBe('CATALOG_UNKNOWN_TABLE');
    expect(await ask('SHOW STREAMS')).toEqual([]);
    expect((await answer('DROP MATERIALIZED VIEW per_k')).code).toBe('CATALOG_UNKNOWN_TABLE');
    await ask('DROP MATERIALIZED VIEW IF EXISTS per_k');
    await vi.waitFor(() => {
      expect(server.children('trivium-view').filter((pid) => existsSync(`/proc/${String(pid)}/environ`)).length).toBeLessThanOrEqual(1);
    });
  });
});

describe('windows with a watermark', { timeout: 120_000 }, () => {
  const windows = "TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(ts), INTERVAL '10' SECOND))";
  const query = `SELECT window_start, count(*) AS c, sum(n) AS s FROM ${windows} GROUP BY window_start`;

  it('close, and what comes later is counted and kept beside the view', async () => {
    await ask("CREATE TABLE clicks (n BIGINT, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)");
    await ask(`CREATE MATERIALIZED VIEW per_window AS ${query}`);
    await send(
      'clicks',
      [1, 4, 12].map((at) => ({ n: at, ts: instant(at) })),
    );
    expect(await expectFresh('per_window', query)).toHaveLength(2);
    await send(
      'clicks',
      [3, 40].map((at) => ({ n: at, ts: instant(at) })),
    );
    const before = await expectFresh('per_window', query);
    expect(before).toHaveLength(3);
    await send(
      'clicks',
      [2, 41].map((at) => ({ n: at, ts: instant(at) })),
    );
    await caughtUp('per_window');
    expect(await streamOf('per_window')).toMatchObject({ lateRows: 1 });
    expect(await ask('SELECT * FROM per_window_late')).toEqual([[2, instant(2), 1]]);
    expect((await ask('SELECT window_start, c FROM per_window ORDER BY 1')).map(([, count]) => count)).toEqual([3, 1, 2]);
    const kept = 'SELECT n, ts FROM clicks WHERE ts NOT IN (SELECT ts FROM per_window_late)';
    expect(await ask('SELECT sum(c), sum(s) FROM per_window')).toEqual(await ask(`SELECT count(*), sum(n) FROM (${kept}) AS k`));
  });

  it('drop their late rows with the view', async () => {
    await ask('DROP MATERIALIZED VIEW per_window');
    expect((await answer('SELECT * FROM per_window_late')).code).toBe('CATALOG_UNKNOWN_TABLE');
  });
});

describe('a server that is killed again and again', { timeout: 240_000 }, () => {
  const query = 'SELECT k, count(*) AS c, sum(n) AS s FROM feed GROUP BY k';

  it('has every row once in its views', async () => {
    await ask('CREATE TABLE feed (k VARCHAR, n BIGINT)');
    await ask(`CREATE MATERIALIZED VIEW per_key AS ${query}`);
    await ask('CREATE MATERIALIZED VIEW copied AS SELECT k, n FROM feed WHERE n >= 0');
    let sent = 0;
    for (let round = 0; round < 3; round += 1) {
      const killAfter = 1 + round;
      for (let batch = 0; batch < 5; batch += 1) {
        const rows = Array.from({ length: 10 }, (_, index) => ({ k: `k${String((sent + index) % 7)}`, n: sent + index }));
        const key = `batch-${String(sent)}`;
        const request = send('feed', rows, key).catch(() => null);
        if (batch === killAfter) {
          await new Promise((resolve) => setTimeout(resolve, 40 * round));
          process.kill(server.pid, 'SIGKILL');
          await request;
          await server.stop();
          await start();
          await send('feed', rows, key);
        } else {
          await request;
        }
        sent += 10;
      }
    }
    const rows = await expectFresh('per_key', query);
    expect(rows.reduce((sum, [, count]) => sum + Number(count), 0)).toBe(sent);
    await expectFresh('copied', 'SELECT k, n FROM feed');
  });

  it('goes on from its last checkpoint after an orderly stop', async () => {
    await send('feed', [{ k: 'last', n: 1 }]);
    const { checkpoint } = await streamOf('per_key');
    await server.stop();
    await start();
    await send('feed', [{ k: 'last', n: 2 }]);
    expect(await expectFresh('per_key', query)).toContainEqual(['last', 2, 3]);
    expect((await streamOf('per_key')).checkpoint).toBeGreaterThan(checkpoint);
  });
});
