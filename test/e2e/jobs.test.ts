import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assert } from '../../spi/index.ts';
import type { JobInfo } from '../../sql-gateway/index.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';

const ENDED = ['finished', 'failed', 'cancelled'];

describe('jobs over HTTP', { timeout: 240_000 }, () => {
  let root = '';
  let server: ServerProcess;

  const start = async (): Promise<void> => {
    server = await startServerProcess({ dataDirectory: join(root, 'data'), settings: [`files.allowedDirectories=${join(root, 'files')}`] });
  };

  const ask = async (sql: string): Promise<readonly (readonly unknown[])[]> => {
    const response = await server.sql(sql);
    const text = await response.text();
    expect(response.status, text).toBe(200);
    return (JSON.parse(text) as { data: readonly (readonly unknown[])[] }).data;
  };

  const submit = (body: object, headers: Record<string, string> = {}): Promise<Response> =>
    server.call('/v1/jobs', { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) });

  const accepted = async (body: object): Promise<JobInfo> => {
    const response = await submit(body);
    const text = await response.text();
    expect(response.status, text).toBe(202);
    return JSON.parse(text) as JobInfo;
  };

  const look = async (jobId: string): Promise<JobInfo> => (await (await server.call(`/v1/jobs/${jobId}`)).json()) as JobInfo;

  const until = async (jobId: string, isWanted: (job: JobInfo) => boolean): Promise<JobInfo> => {
    for (let turn = 0; turn < 1200; turn += 1) {
      const job = await look(jobId);
      if (isWanted(job)) return job;
      await sleep(50);
    }
    assert(false, `the job ${jobId} came into the state`);
  };
  const ended = (jobId: string): Promise<JobInfo> => until(jobId, ({ state }) => ENDED.includes(state));

  beforeAll(async () => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'jobs-')));
    mkdirSync(join(root, 'files'));
    await start();
    await ask(
      `CREATE TABLE flights AS SELECT n AS id, n * 7919 % 300 AS origin, n * 104729 % 300 AS destination,
         CAST(n * 31 % 1440 - 60 AS double) AS delay, TIMESTAMP '2001-01-01 00:00:00' + INTERVAL '1' MINUTE * CAST(n % 200000 AS integer) AS departed
       FROM generate_series(1, 600000) AS s(n)`,
    );
  }, 120_000);

  afterAll(async () => {
    await server.stop();
    rmSync(root, { recursive: true });
  });

  const script = (mark: string): string =>
    `CREATE TABLE routes_${mark} AS
       SELECT origin, destination, count(*) AS flights, sum(delay) AS delay, min(departed) AS first, count(DISTINCT id % 1000) AS kinds
       FROM flights GROUP BY origin, destination;
     INSERT INTO routes_${mark}
       SELECT a.origin, b.destination, count(*), max(b.delay), min(a.departed), 0 FROM flights a JOIN flights b ON a.id = b.id * 3
       GROUP BY a.origin, b.destination`;
  const digest = (mark: string): string =>
    `SELECT count(*), sum(origin * 1000 + destination), sum(flights), round(sum(delay), 3), min(first), sum(kinds) FROM routes_${mark}`;
  const snapshotsOf = async (table: string): Promise<readonly { readonly snapshotId: string }[]> =>
    ((await (await server.call(`/v1/catalog/main/${table}`)).json()) as { snapshots: { snapshotId: string }[] }).snapshots;

  it('survive a kill of the server at any point: each statement is committed once, with the answer of a quiet run', async () => {
    const startedAtMs = Date.now();
    const quiet = await ended((await accepted({ sql: script('quiet') })).jobId);
    const tookMs = Date.now() - startedAtMs;
    expect(quiet).toMatchObject({ state: 'finished', error: null });
    const expected = await ask(digest('quiet'));
    for (const [round, part] of [0.05, 0.4, 0.7].entries()) {
      const mark = `killed${String(round)}`;
      const { jobId } = await accepted({ sql: script(mark), name: mark });
      await sleep(tookMs * (part + Math.random() * 0.15));
      process.kill(server.pid, 'SIGKILL');
      await server.stop();
      await start();
      const job = await ended(jobId);
      expect(job).toMatchObject({ state: 'finished', name: mark, error: null });
      expect(await ask(digest(mark))).toEqual(expected);
      const snapshots = await snapshotsOf(`routes_${mark}`);
      expect(snapshots.map(({ snapshotId }) => snapshotId)).toEqual(job.statements.map(({ snapshotId }) => snapshotId));
    }
  });

  it('run steps side by side, each committed once over a kill of the server', async () => {
    const steps = ['a', 'b'].map((mark) => ({ name: mark, sql: script(`step_${mark}`) }));
    const gather = 'CREATE TABLE steps_done AS SELECT (SELECT count(*) FROM routes_step_a) AS a, (SELECT count(*) FROM routes_step_b) AS b';
    const { jobId } = await accepted({ steps: [...steps, { name: 'gather', sql: gather, needs: ['a', 'b'] }] });
    const isSideBySide = ({ statements }: JobInfo): boolean =>
      new Set(statements.flatMap(({ state, step }) => (state === 'running' ? [step] : []))).size === 2;
    await until(jobId, isSideBySide);
    process.kill(server.pid, 'SIGKILL');
    await server.stop();
    await start();
    const job = await ended(jobId);
    expect(job).toMatchObject({ state: 'finished', error: null });
    expect(job.statements.map(({ step, needs }) => [step, needs])).toEqual([
      ['a', []],
      ['a', [1]],
      ['b', []],
      ['b', [3]],
      ['gather', [2, 4]],
    ]);
    for (const mark of ['step_a', 'step_b']) {
      expect(await ask(digest(mark))).toEqual(await ask(digest('quiet')));
      expect(await snapshotsOf(`routes_${mark}`)).toHaveLength(2);
    }
  });

  it('are checked, tried again and refused over HTTP', async () => {
    const post = (path: string, body: object): Promise<Response> =>
      server.call(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    const steps = [
      { name: 'make', sql: 'CREATE TABLE checked (n bigint)' },
      { name: 'fill', sql: 'INSERT INTO checked SELECT $n; INSERT INTO absent SELECT n FROM checked', needs: ['make'] },
    ];
    const checked = await post('/v1/jobs/validate', { steps, parameters: { n: 5 } });
    expect([checked.status, await checked.json()]).toEqual([
      200,
      {
        statements: [
          [1, 'make', []],
          [2, 'fill', [1]],
          [3, 'fill', [2]],
        ].map(([statement, step, needs]) => ({ statement, step, needs })),
      },
    ]);
    for (const body of [
      { steps, sql: 'DROP TABLE x' },
      { steps: [{ name: 'a', sql: 'DROP TABLE x', need: ['b'] }] },
      { steps: [{ name: 'a', sql: 'DROP TABLE x', needs: ['b'] }] },
      { steps, parameters: [5] },
      { sql: 'DROP TABLE x', retry: { attempts: 0 } },
    ]) {
      expect(await (await submit(body)).json()).toMatchObject({ code: 'REQUEST_INVALID' });
    }
    const { jobId } = await accepted({ steps, parameters: { n: 5 }, retry: { attempts: 1, pauseMs: 0 } });
    expect((await ended(jobId)).error).toMatchObject({ statement: 3, code: 'CATALOG_UNKNOWN_TABLE' });
    await ask('CREATE TABLE absent (n bigint)');
    expect((await server.call(`/v1/jobs/${jobId}/retry`, { method: 'POST' })).status).toBe(200);
    expect(await ended(jobId)).toMatchObject({ state: 'finished', rows: 2 });
    const again = await server.call(`/v1/jobs/${jobId}/retry`, { method: 'POST' });
    expect([again.status, await again.json()]).toMatchObject([409, { code: 'JOB_FINISHED' }]);
  });

  it('stop at data that is not as a step expects', async () => {
    await ask("CREATE TABLE airlines AS SELECT * FROM (VALUES ('UA', 'US'), ('LH', 'DE'), (NULL, 'DE')) AS t(code, country)");
    await ask(
      "CREATE TABLE trips AS SELECT * FROM (VALUES (1, 'UA', now()), (2, 'LH', now()), (2, 'XX', now()), (NULL, NULL, NULL)) AS t(id, airline, at)",
    );
    await ask('CREATE TABLE no_trips (id integer, at timestamp)');
    const holding = [
      { table: 'main.trips', rows: { min: 4, max: 4 } },
      { table: 'airlines', values: { country: ['US', 'DE'] }, unique: ['code'], rows: { min: 1 } },
      { table: 'trips', fresh: { at: '1 hour' }, unique: ['id', 'airline'] },
      { sql: 'SELECT 1 FROM trips WHERE id > 5' },
    ];
    const fine = await ended((await accepted({ steps: [{ name: 'look', expect: holding }] })).jobId);
    expect(fine, JSON.stringify(fine.error)).toMatchObject({ state: 'finished', statementCount: 7 });
    expect(fine.statements[0]?.expects).toBe('main.trips: 4 to 4 rows');
    for (const [expectation, rows] of [
      [{ table: 'trips', notNull: ['id', 'airline'] }, 1],
      [{ table: 'trips', unique: ['id'] }, 1],
      [{ table: 'trips', values: { airline: ['UA', "L'H"] } }, 2],
      [{ table: 'trips', rows: { max: 3 } }, 1],
      [{ table: 'no_trips', rows: { min: 1 } }, 1],
      [{ table: 'no_trips', fresh: { at: '2 days' } }, 1],
      [{ table: 'trips', references: { airline: 'airlines.code' } }, 1],
      [{ sql: 'SELECT * FROM trips WHERE id = 2' }, 2],
    ] as const) {
      const steps = [
        { name: 'look', sql: 'CREATE SCHEMA IF NOT EXISTS main', expect: [expectation] },
        { name: 'publish', sql: 'CREATE TABLE published (n bigint)', needs: ['look'] },
      ];
      const { error } = await ended((await accepted({ steps })).jobId);
      expect(error, JSON.stringify(expectation)).toMatchObject({ code: 'JOB_EXPECTATION', statement: 2 });
      expect(error?.message).toContain(`has ${String(rows)} row`);
    }
    expect((await server.call('/v1/catalog/main/published')).status).toBe(404);
    const refused = await submit({ steps: [{ name: 'look', expect: [{ sql: 'DROP TABLE trips' }] }] });
    expect(await refused.json()).toMatchObject({ code: 'JOB_STATEMENT' });
  });

  it('publish a table once, over a kill of the server before and after its rows were looked at, and readers see all rows or none', async () => {
    await ask('CREATE TABLE board AS SELECT id FROM flights WHERE id <= 10');
    const none = 'SELECT a.id FROM flights AS a JOIN flights AS b ON a.origin = b.origin AND a.id = b.id WHERE a.id < 0';
    const steps = [
      {
        name: 'fill',
        publish: 'board',
        sql: 'INSERT INTO board SELECT id FROM flights WHERE id > 10; DELETE FROM board WHERE id <= 5; UPDATE board SET id = id + 1000000',
        expect: [{ table: 'board', rows: { min: 599995, max: 599995 } }, { sql: none }, { table: 'board', unique: ['id'] }],
      },
      { name: 'after', needs: ['fill'], sql: 'CREATE TABLE board_seen AS SELECT count(*) AS n FROM board' },
    ];
    const { jobId } = await accepted({ steps });
    for (const statement of [2, 4, 6]) {
      await until(jobId, (job) => job.statement === null || job.statement >= statement);
      process.kill(server.pid, 'SIGKILL');
      await server.stop();
      await start();
      const [[rows = 0] = []] = await ask('SELECT count(*) FROM board');
      const { statements } = await look(jobId);
      if (statements[6]?.state === 'waiting') expect(rows).toBe(10);
      expect([10, 599995]).toContain(rows);
    }
    const job = await ended(jobId);
    expect(job, JSON.stringify(job.error)).toMatchObject({ state: 'finished' });
    expect(await ask('SELECT count(*), min(id), count(DISTINCT id) FROM board')).toEqual([[599995, 1000006, 599995]]);
    expect(await ask('SELECT n FROM board_seen')).toEqual([[599995]]);
    expect(await ask('SELECT name FROM "board$refs"')).toEqual([['main']]);
    expect(await snapshotsOf('board')).toHaveLength(4);
  });

  it('publish nothing that is not as expected, and show it on a branch', async () => {
    await ask('CREATE TABLE shelf AS SELECT 1 AS id');
    const steps = [
      { name: 'fill', publish: 'main.shelf', sql: 'INSERT INTO shelf VALUES (1), (2)', expect: [{ table: 'shelf', unique: ['id'] }] },
    ];
    const { jobId, error } = await ended((await accepted({ steps })).jobId);
    expect(error).toMatchObject({ code: 'JOB_EXPECTATION', statement: 3 });
    expect(error?.hint).toContain(`main.shelf FOR VERSION AS OF 'job-${jobId}'`);
    expect(await ask('SELECT id FROM shelf')).toEqual([[1]]);
    expect(await ask(`SELECT id FROM shelf FOR VERSION AS OF 'job-${jobId}' ORDER BY id`)).toEqual([[1], [1], [2]]);
    expect(await (await submit({ steps: [{ name: 'a', publish: 'shelf; DROP', sql: 'DROP TABLE x' }] })).json()).toMatchObject({
      code: 'REQUEST_INVALID',
    });
  });

  it('stop with the server and go on when it starts again', async () => {
    const { jobId } = await accepted({ sql: script('drained') });
    await until(jobId, ({ state }) => state === 'running');
    await server.stop();
    await start();
    expect((await ended(jobId)).state).toBe('finished');
    expect(await ask(digest('drained'))).toEqual(await ask(digest('quiet')));
    expect(await snapshotsOf('routes_drained')).toHaveLength(2);
  });

  it('are shown while they run, in the list, in system.jobs and in system.queries', async () => {
    const { jobId } = await accepted({ sql: script('shown'), name: 'shown' });
    const running = await until(jobId, ({ engine }) => engine !== null);
    expect(running).toMatchObject({ state: 'running', statement: 1, statementCount: 2, engine: 'batch' });
    expect(await ask(`SELECT job_id FROM system.queries WHERE query_id = '${String(running.statements[0]?.queryId)}'`)).toEqual([[jobId]]);
    expect(await ask(`SELECT name, state, statement, statements FROM system.jobs WHERE job_id = '${jobId}'`)).toEqual([
      ['shown', 'running', 1, 2],
    ]);
    const listed = (await (await server.call('/v1/jobs?state=running&limit=1')).json()) as { jobs: JobInfo[] };
    expect(listed.jobs.map((job) => job.jobId)).toEqual([jobId]);
    expect((await server.call('/v1/jobs?state=runing')).status).toBe(400);
    expect((await server.call('/v1/jobs?limit=0')).status).toBe(400);
    await ended(jobId);
  });

  it('are paused and resumed, and stay paused over a kill of the server', async () => {
    const { jobId } = await accepted({ sql: script('paused'), priority: 'high' });
    await until(jobId, ({ engine }) => engine !== null);
    const tell = async (wish: string): Promise<JobInfo> =>
      (await (await server.call(`/v1/jobs/${jobId}/${wish}`, { method: 'POST' })).json()) as JobInfo;
    expect(await tell('pause')).toMatchObject({ state: 'pausing', priority: 'high' });
    process.kill(server.pid, 'SIGKILL');
    await server.stop();
    await start();
    expect(await ask(`SELECT state, priority FROM system.jobs WHERE job_id = '${jobId}'`)).toEqual([['paused', 'high']]);
    expect(['queued', 'running']).toContain((await tell('resume')).state);
    expect(await ended(jobId)).toMatchObject({ state: 'finished', error: null });
    expect(await ask(digest('paused'))).toEqual(await ask(digest('quiet')));
    expect(await snapshotsOf('routes_paused')).toHaveLength(2);
    expect((await server.call('/v1/jobs/01a2021b-9059-74fe-99f2-649f6e7418e8/pause', { method: 'POST' })).status).toBe(404);
    expect(await (await submit({ sql: 'DROP TABLE x', priority: 'urgent' })).json()).toMatchObject({ code: 'REQUEST_INVALID' });
  });

  it('are found by labels, state and a part of their name', async () => {
    const made = (mark: string, name: string, labels: object | null) =>
      accepted({ sql: `CREATE TABLE found_${mark} (n bigint)`, name, labels });
    const jobs = [
      await made('a', 'Nightly load', { team: 'routes', env: 'test' }),
      await made('b', 'hourly load', { team: 'routes' }),
      await made('c', 'clean', { team: 'routes:old' }),
      await made('d', 'no labels', null),
    ];
    for (const { jobId } of jobs) await ended(jobId);
    expect(jobs.map(({ labels }) => labels)).toEqual([{ team: 'routes', env: 'test' }, { team: 'routes' }, { team: 'routes:old' }, {}]);
    const found = async (query: string): Promise<readonly (string | null)[]> => {
      const { jobs: listed } = (await (await server.call(`/v1/jobs?${query}`)).json()) as { jobs: JobInfo[] };
      return listed.map(({ name }) => name);
    };
    expect(await found('label=team:routes')).toEqual(['hourly load', 'Nightly load']);
    expect(await found('label=team:routes&label=env:test')).toEqual(['Nightly load']);
    expect(await found('label=team:routes:old')).toEqual(['clean']);
    expect(await found('label=team:routes&name=NIGHT&state=finished')).toEqual(['Nightly load']);
    expect(await found('label=team:routes&state=failed')).toEqual([]);
    expect(await found('label=constructor:x')).toEqual([]);
    expect(await ask("SELECT name FROM system.jobs WHERE json_extract_string(labels, '$.env') = 'test'")).toEqual([['Nightly load']]);
    expect((await server.call('/v1/jobs?label=team')).status).toBe(400);
  });

  it('tell their progress as events until they have ended', async () => {
    const { jobId } = await accepted({ sql: script('events') });
    const response = await server.call(`/v1/jobs/${jobId}`, { headers: { accept: 'text/event-stream' } });
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const events = (await response.text())
      .split('\n\n')
      .filter((event) => event.startsWith('event: '))
      .map((event) => ({ name: /^event: (\w+)/.exec(event)?.[1], job: JSON.parse(/^data: (.*)$/m.exec(event)?.[1] ?? '') as JobInfo }));
    expect(events.at(-1)).toMatchObject({ name: 'end', job: { state: 'finished', fraction: 1 } });
    expect(events.slice(0, -1).every(({ name }) => name === 'progress')).toBe(true);
    expect(new Set(events.map(({ job }) => job.statement))).toEqual(new Set([1, 2, null]));
    const fractions = events.map(({ job }) => job.fraction);
    expect(fractions).toEqual([...fractions].sort((left, right) => left - right));
  });

  it('are cancelled: what runs is undone, what is committed stays', async () => {
    const { jobId } = await accepted({ sql: `CREATE TABLE kept (n bigint); ${script('cancelled')}` });
    await until(jobId, ({ statement, engine }) => statement === 2 && engine !== null);
    expect((await server.call(`/v1/jobs/${jobId}`, { method: 'DELETE' })).status).toBe(200);
    const job = await ended(jobId);
    expect(job.state).toBe('cancelled');
    expect(job.statements.map(({ state }) => state)).toEqual(['finished', 'cancelled', 'cancelled']);
    expect((await server.call('/v1/catalog/main/routes_cancelled')).status).toBe(404);
    expect((await server.call('/v1/catalog/main/kept')).status).toBe(200);
    expect((await (await server.call(`/v1/jobs/${jobId}`, { method: 'DELETE' })).json()) as JobInfo).toMatchObject({ state: 'cancelled' });
  });

  it('keep the first result when the second statement fails, and say which one did', async () => {
    const { jobId } = await accepted({
      statements: ['CREATE TABLE half AS SELECT 1 AS n', "INSERT INTO half SELECT CAST('x' || CAST(n AS varchar) AS bigint) FROM half"],
    });
    const job = await ended(jobId);
    expect(job).toMatchObject({ state: 'failed', statement: 2, rows: 1, error: { statement: 2, code: 'SQL_INVALID_VALUE' } });
    expect(await ask('SELECT n FROM half')).toEqual([[1]]);
  });

  it('change and remove rows, and write files', async () => {
    const path = join(root, 'files', 'left.csv');
    const { jobId } = await accepted({
      sql: `CREATE TABLE part AS SELECT id, origin FROM flights WHERE id <= 1000;
            DELETE FROM part WHERE id > 10;
            UPDATE part SET origin = 0 WHERE id = 1;
            COPY (SELECT count(*) AS n, min(origin) AS low FROM part) TO '${path}' (FORMAT csv)`,
    });
    expect(await ended(jobId)).toMatchObject({ state: 'finished', error: null });
    expect(await ask('SELECT count(*), min(origin) FROM part')).toEqual([[10, 0]]);
  });

  it('are refused with a coded problem', async () => {
    const refused = async (body: object): Promise<unknown> => {
      const response = await submit(body);
      return { status: response.status, ...((await response.json()) as object) };
    };
    expect(await refused({ sql: 'DROP TABLE half;\n  INSERT INTO' })).toMatchObject({ status: 400, code: 'SQL_SYNTAX', line: 2 });
    expect(await refused({ sql: 'SELECT 1' })).toMatchObject({ status: 400, code: 'JOB_STATEMENT' });
    expect(await refused({ sql: 'DROP TABLE a', statements: ['DROP TABLE a'] })).toMatchObject({ status: 400, code: 'REQUEST_INVALID' });
    expect(await refused({ sql: 'DROP TABLE a', nmae: 'x' })).toMatchObject({ code: 'REQUEST_INVALID' });
    expect(await refused({ sql: 'DROP TABLE a', timeoutMs: 0 })).toMatchObject({ code: 'REQUEST_INVALID' });
    expect((await server.call('/v1/jobs/01a2021b-9059-74fe-99f2-649f6e7418e8')).status).toBe(404);
    expect((await server.call('/v1/jobs/..%2f..%2ftoken')).status).toBe(404);
  });

  it('are made once for an idempotency key, also over a restart', async () => {
    const headers = { 'idempotency-key': 'nightly-1' };
    const first = (await (await submit({ sql: 'CREATE TABLE once (n bigint)' }, headers)).json()) as JobInfo;
    await ended(first.jobId);
    await server.stop();
    await start();
    expect((await (await submit({ sql: 'CREATE TABLE once (n bigint)' }, headers)).json()) as JobInfo).toMatchObject({
      jobId: first.jobId,
    });
    expect((await submit({ sql: 'CREATE TABLE twice (n bigint)' }, headers)).status).toBe(409);
  });
});
