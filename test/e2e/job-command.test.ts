import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobInfo } from '../../sql-gateway/index.ts';
import { compileSources } from '../support/compile-sources.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';

/** The compiled program, as users run it. */
const MAIN = join(compileSources(), 'dist/cli/main.js');

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

describe('trivium job', { timeout: 240_000 }, () => {
  let root = '';
  let server: ServerProcess | null = null;

  const job = (...words: readonly string[]): Promise<Outcome> =>
    new Promise((resolve) => {
      const env = { PATH: process.env['PATH'], HOME: root, TMPDIR: tmpdir() };
      execFile(process.execPath, [MAIN, 'job', ...words, '--data', join(root, 'data')], { cwd: root, env }, (error, stdout, stderr) => {
        const signal = typeof error?.signal !== 'string' ? '' : `ended by ${error.signal}`;
        resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr: stderr + signal });
      });
    });

  /** Interrupts the command once it has written a text. */
  const interruptedAfter = (text: string, words: readonly string[]): Promise<Outcome> =>
    new Promise((resolve) => {
      const env = { PATH: process.env['PATH'], HOME: root, TMPDIR: tmpdir() };
      const child = spawn(process.execPath, [MAIN, 'job', ...words, '--data', join(root, 'data')], { cwd: root, env });
      let [stdout, stderr] = ['', ''];
      child.stdout.on('data', (chunk: Buffer) => {
        stdout += chunk.toString();
        if (!child.killed && stdout.includes(text)) child.kill('SIGINT');
      });
      child.stderr.on('data', (chunk: Buffer) => {
        stderr += chunk.toString();
      });
      child.on('close', (code) => {
        resolve({ code: code ?? -1, stdout, stderr });
      });
    });

  const script = (name: string, sql: string): string => {
    writeFileSync(join(root, name), sql);
    return name;
  };

  const ask = async (sql: string): Promise<unknown> => {
    const response = await server?.sql(sql);
    return ((await response?.json()) as { readonly data: unknown }).data;
  };

  beforeAll(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'job-command-')));
  });
  afterAll(async () => {
    await server?.stop();
    rmSync(root, { recursive: true });
  });

  it('tells what it can do, and ends with 2 for anything else', async () => {
    expect((await job('--help')).stdout).toContain('submit <file|->');
    for (const words of [['submt', 'x'], ['show'], ['list', 'x'], []]) expect((await job(...words)).code).toBe(2);
    expect((await job('list', '--format', 'xml')).code).toBe(2);
    expect((await job('submit', 'missing.sql')).stderr).toContain('STORAGE_FILE');
  });

  it('runs a job in its own process when no server runs, and waits for it', async () => {
    const done = await job(
      'submit',
      script('alone.sql', 'CREATE TABLE alone AS SELECT 1 AS n;\nINSERT INTO alone SELECT 2'),
      '--name',
      'alone',
    );
    expect(done).toMatchObject({ code: 0 });
    expect(done.stdout).toMatch(/^job [0-9a-f-]{36} 'alone' is finished after /);
    expect(done.stderr).toContain('2 of 2');
    const failed = await job('submit', script('bad.sql', "CREATE TABLE bad (n bigint);\nINSERT INTO bad SELECT CAST('x' AS bigint)"));
    expect(failed.code).toBe(1);
    expect(failed.stdout).toContain('SQL_INVALID_VALUE: statement 2 of 2: ');
  });

  it('finds jobs by label and name, and labels them', async () => {
    const file = script('labelled.yaml', 'name: labelled\nlabels: {team: routes, env: test}\nsql: CREATE TABLE labelled (n bigint)\n');
    const done = await job('submit', file, '--label', 'env=prod');
    expect(done.stdout, done.stderr).toContain('labels: env=prod, team=routes');
    const found = async (...words: readonly string[]): Promise<readonly string[]> => {
      const { stdout } = await job('list', '--format', 'json', ...words);
      return (JSON.parse(stdout) as { jobs: JobInfo[] }).jobs.map(({ name }) => String(name));
    };
    expect(await found('--label', 'env=prod', '--label', 'team=routes', '--name', 'LABEL')).toEqual(['labelled']);
    expect(await found('--label', 'env=test')).toEqual([]);
    expect((await job('list', '--label', 'env')).stderr).toContain('CONFIG_INVALID');
    expect((await job('submit', file, '--label', 'a b=c')).stderr).toContain('REQUEST_INVALID');
  });

  it('shows the place of a mistake in the script', async () => {
    const refused = await job('submit', script('wrong.sql', 'DROP TABLE IF EXISTS a;\n\nDROP TABEL b'));
    expect(refused, refused.stderr).toMatchObject({ code: 1 });
    expect(refused.stderr).toContain('  DROP TABEL b\n       ^');
  });

  it('submits to the server that serves the data directory, lists, shows, watches and cancels', async () => {
    server = await startServerProcess({ dataDirectory: join(root, 'data') });
    const slow = script(
      'slow.sql',
      'CREATE TABLE slow AS SELECT a.n % 7 AS k, count(*) AS c FROM generate_series(1, 60000) AS a(n) JOIN generate_series(1, 60000) AS b(n) ON a.n % 3 = b.n % 3 GROUP BY 1',
    );
    const submitted = await job('submit', slow, '--format', 'json', '--key', 'once', '--session', 'engine=olap');
    const { jobId } = JSON.parse(submitted.stdout) as JobInfo;
    expect(
      (JSON.parse((await job('submit', slow, '--format', 'json', '--key', 'once', '--session', 'engine=olap')).stdout) as JobInfo).jobId,
    ).toBe(jobId);
    expect((await job('cancel', jobId)).stdout).toMatch(/^Job [0-9a-f-]{36} is (cancelling|cancelled)\.\n$/);
    const watched = await job('watch', jobId);
    expect(watched.code).toBe(1);
    expect(watched.stdout).toContain('is cancelled after');
    const quick = await job('submit', script('quick.sql', 'CREATE TABLE quick AS SELECT 7 AS n'), '--wait', '--format', 'json');
    expect(JSON.parse(quick.stdout)).toMatchObject({ state: 'finished', rows: 1 });
    const list = await job('list', '--limit', '2');
    expect(list.stdout).toMatch(/finished +1 of 1 done[^]*cancelled/);
    expect((await job('list', '--state', 'running')).stdout).toBe('There are no jobs.\n');
    expect((await job('show', jobId)).stdout).toContain('CREATE TABLE slow');
    expect((await job('show', 'nonsense')).stderr).toContain('REQUEST_NOT_FOUND');
    expect(await job('retry', jobId)).toMatchObject({ code: 0 });
    expect(await job('cancel', jobId)).toMatchObject({ code: 0 });
  });

  it('takes a description of steps, checks it, and runs it with parameters', async () => {
    const pipeline = script(
      'pipeline.yaml',
      `name: pipeline
steps:
  - name: numbers
    sql: CREATE TABLE numbers AS SELECT $first AS n
  - name: letters
    sql: CREATE TABLE letters AS SELECT 'a' AS c
  - name: pairs
    needs: [numbers, letters]
    sql: CREATE TABLE pairs AS SELECT n, c FROM numbers, letters
`,
    );
    const checked = await job('validate', pipeline, '--param', 'first=7');
    expect(checked, checked.stderr).toMatchObject({ code: 0 });
    expect(checked.stdout).toMatch(/3 +pairs +1, 2/);
    expect((await job('validate', pipeline)).stderr).toContain('SQL_PARAMETER');
    const done = await job('submit', pipeline, '--param', 'first=7', '--wait');
    expect(done, done.stderr).toMatchObject({ code: 0 });
    expect(done.stdout).toMatch(/'pipeline' is finished[^]*3 +pairs +finished/);
    expect((await job('submit', script('list.yaml', '- name: a'))).stderr).toContain('CONFIG_INVALID');
    expect((await job('submit', script('broken.json', '{"name": '))).stderr).toContain('CONFIG_INVALID');
  });

  it('runs a job once for each value of a range, and when asked again those that are left or failed', async () => {
    const statements = (...sql: readonly string[]) => job('submit', script('tables.sql', sql.join(';')), '--wait');
    await statements('CREATE TABLE days (day date, n bigint)', 'CREATE TABLE weights AS SELECT 1 AS n');
    const daily = script('daily.yaml', 'name: daily\nsql: INSERT INTO days SELECT CAST($day AS date), 6 / n FROM weights\n');
    const fill = (...words: readonly string[]) => job('backfill', daily, '--from', '2001-06-01', ...words);
    const first = await fill('--to', '2001-06-03', '--concurrent', '2');
    expect(first, first.stderr).toMatchObject({ code: 0 });
    expect(first.stdout).toMatch(/^2001-06-0[12] · finished · 1 row · .* · job [0-9a-f-]{36}$/m);
    expect(first.stdout).toMatch(/^2 in all: 2 finished$/m);
    await statements('CREATE OR REPLACE TABLE weights (m bigint)');
    const refused = await fill('--to', '2001-06-05');
    expect([refused.code, refused.stdout]).toEqual([1, expect.stringContaining('4 in all: 2 finished before, 2 left')]);
    expect(refused.stderr).toContain('SQL_UNKNOWN_COLUMN');
    await statements("CREATE OR REPLACE TABLE weights AS SELECT 'x' AS n");
    const failing = script(
      'daily.yaml',
      "name: daily\nsql: INSERT INTO days SELECT CAST($day AS date), CAST('0' || n AS bigint) FROM weights\n",
    );
    const failed = await job('backfill', failing, '--from', '2001-06-05', '--to', '2001-06-07');
    expect(failed.code).toBe(1);
    expect(failed.stdout).toMatch(/^2001-06-05 · failed [^]*SQL_INVALID_VALUE[^]*2 in all: 2 failed or cancelled$/m);
    await statements("CREATE OR REPLACE TABLE weights AS SELECT '7' AS n");
    const mended = await job('backfill', failing, '--from', '2001-06-05', '--to', '2001-06-08', '--format', 'json');
    expect(mended).toMatchObject({ code: 0 });
    const { partitions } = JSON.parse(mended.stdout) as { partitions: { value: string; before: boolean; state: string }[] };
    expect(partitions.map(({ value, before, state }) => [value, before, state])).toEqual([
      ['2001-06-05', false, 'finished'],
      ['2001-06-06', false, 'finished'],
      ['2001-06-07', false, 'finished'],
    ]);
    const rows = await ask('SELECT CAST(day AS varchar), n FROM days ORDER BY 1');
    expect(rows).toEqual([1, 2, 5, 6, 7].map((day) => [`2001-06-0${String(day)}`, day < 3 ? 6 : 7]));
    expect((await fill()).code).toBe(2);
    expect((await fill('--to', '2001-06-03', '--step', 'year')).code).toBe(2);
    expect((await fill('--to', '2001-06-03', '--as', 'other')).stderr).toContain('SQL_PARAMETER');
  });

  it('lets go of a range that is interrupted, and goes on with it by the same command', async () => {
    await job('submit', script('tables.sql', 'CREATE TABLE hours (at timestamp)'), '--wait');
    const slow = 'SELECT count(*) FROM generate_series(1, 20000) AS a(n) JOIN generate_series(1, 20000) AS b(n) ON a.n % 3 = b.n % 3';
    const hourly = script('hourly.yaml', `sql: INSERT INTO hours SELECT CAST($at AS timestamp) FROM (${slow}) AS s(n)\n`);
    const words = ['backfill', hourly, '--from', '2001-06-01T22', '--to', '2001-06-02T02', '--step', 'hour', '--as', 'at'];
    const interrupted = await interruptedAfter('2001-06-01 22:00:00 · finished', words);
    expect(interrupted.code, interrupted.stderr).toBe(130);
    expect(interrupted.stdout).toMatch(/^4 in all: [12] finished, [23] left$/m);
    const done = await job(...words);
    expect(done, done.stderr).toMatchObject({ code: 0 });
    expect(done.stdout).toMatch(/^4 in all: [123] finished, [123] finished before$/m);
    const rows = await ask('SELECT count(*), count(DISTINCT at) FROM hours');
    expect(rows).toEqual([[4, 4]]);
  });
});
