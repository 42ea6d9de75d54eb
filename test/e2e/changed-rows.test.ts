import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';

interface JsonAnswer {
  readonly code?: string;
  readonly data: readonly (readonly unknown[])[];
}

describe('DELETE, UPDATE and TRUNCATE on the whole platform', { timeout: 120_000 }, () => {
  let root = '';
  let server: ServerProcess;

  const start = async (): Promise<void> => {
    server = await startServerProcess({ dataDirectory: join(root, 'data') });
  };

  const call = async (sql: string, headers: Readonly<Record<string, string>> = {}, body: object = {}): Promise<JsonAnswer> => {
    const response = await server.call('/v1/sql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ sql, ...body }),
    });
    return (await response.json()) as JsonAnswer;
  };

  const ask = async (sql: string, body: object = {}): Promise<readonly (readonly unknown[])[]> => {
    const answer = await call(sql, {}, body);
    expect(answer.code, `${sql}: ${JSON.stringify(answer)}`).toBeUndefined();
    return answer.data;
  };

  beforeAll(async () => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'changed-rows-')));
    await start();
    await ask('CREATE TABLE points (id bigint NOT NULL, label varchar, x double) PARTITIONED BY (label)');
    await ask(
      "INSERT INTO points SELECT n, CASE WHEN n % 10 = 0 THEN NULL ELSE 'p' || CAST(n % 3 AS varchar) END, n FROM range(0, 300) AS s(n)",
    );
  }, 120_000);

  afterAll(async () => {
    await server.stop();
    rmSync(root, { recursive: true });
  });

  it('deletes the rows meant and keeps those whose condition is NULL', async () => {
    expect((await ask("DELETE FROM points WHERE label <> 'p1' AND x >= 200"))[0]?.[0]).toBe(60);
    expect(await ask('SELECT count(*), count(label) FROM points')).toEqual([[240, 210]]);
  });

  it('moves changed rows between partitions, which later statements find there', async () => {
    expect((await ask("UPDATE points SET label = 'moved', x = -x WHERE label = 'p0' AND id < 100"))[0]?.[0]).toBe(30);
    expect(await ask("SELECT count(*), max(x) FROM points WHERE label = 'moved'")).toEqual([[30, -3]]);
    expect(await ask("SELECT count(*) FROM points WHERE label = 'p0' AND id < 100")).toEqual([[0]]);
  });

  it('leaves old snapshots as they were', async () => {
    const [deleted] = await ask('DELETE FROM points WHERE id = 299');
    const [[before] = []] = await ask(`SELECT count(*) FROM points`);
    await ask('UPDATE points SET x = NULL');
    expect(await ask(`SELECT count(x) FROM points FOR VERSION AS OF ${String(deleted?.[1])}`)).toEqual([[before]]);
    expect(await ask('SELECT count(x) FROM points')).toEqual([[0]]);
  });

  it('refuses NULL for a NOT NULL column, and changes nothing', async () => {
    const sql = 'UPDATE points SET id = CASE WHEN id > 10 THEN NULL ELSE id END';
    expect((await call(sql)).code).toBe('SQL_INVALID_VALUE');
    expect(await ask('SELECT count(*) FROM points WHERE id IS NULL')).toEqual([[0]]);
  });

  it('is done once under a key, takes parameters, and explains itself', async () => {
    const key = { 'idempotency-key': 'delete-once' };
    const parameters = { parameters: [20] };
    const first = await call('DELETE FROM points WHERE id < $1', key, parameters);
    expect(first.data[0]).toMatchObject([20, expect.any(String), false]);
    expect((await call('DELETE FROM points WHERE id < $1', key, parameters)).data[0]).toEqual([20, first.data[0]?.[1], true]);
    const plan = await ask('EXPLAIN DELETE FROM points WHERE id < 5');
    expect(JSON.stringify(plan)).toContain('is_not_true');
    expect((await ask('EXPLAIN ROUTE UPDATE points SET x = 1'))[0]).toContain('olap');
    expect((await call('DELETE /*+ ENGINE(nothing) */ FROM points WHERE id = 50')).code).toBe('ENGINE_UNKNOWN');
  });

  it('loses and doubles nothing when deletes, updates and inserts run at the same time', async () => {
    await ask('CREATE TABLE busy (id bigint, touched integer)');
    await ask('INSERT INTO busy SELECT n, 0 FROM range(0, 100) AS s(n)');
    const statements = [
      ...[0, 1, 2].map((n) => `DELETE FROM busy WHERE id % 10 = ${String(n)} AND id < 100`),
      'UPDATE busy SET touched = touched + 1 WHERE id % 10 = 9 AND id < 100',
      'UPDATE busy SET touched = touched + 1 WHERE id % 10 = 9 AND id < 100',
      ...[1, 2, 3].map((n) => `INSERT INTO busy SELECT n, 0 FROM range(${String(n * 1000)}, ${String(n * 1000 + 10)}) AS s(n)`),
    ];
    const answers = await Promise.all(statements.map((sql) => ask(sql)));
    expect(answers.map(([row]) => row?.[0])).toEqual([10, 10, 10, 10, 10, 10, 10, 10]);
    expect(await ask('SELECT count(*), count(DISTINCT id), sum(touched) FROM busy')).toEqual([[100, 100, 20]]);
  });

  it('cancels a statement without a trace', async () => {
    const heavy =
      'DELETE FROM busy WHERE id IN (SELECT a.id + b.n FROM busy AS a CROSS JOIN generate_series(1, 3000000000) AS b(n) WHERE a.id + b.n < 0)';
    expect((await call(heavy, {}, { timeoutMs: 500 })).code).toBe('RESOURCE_DEADLINE');
    expect(await ask('SELECT count(*) FROM busy')).toEqual([[100]]);
  });

  it('leaves the old rows or the new ones when the server is killed in the middle', async () => {
    await ask('CREATE TABLE killed (id bigint, round integer)');
    await ask('INSERT INTO killed SELECT n, 0 FROM range(0, 1000) AS s(n)');
    for (let round = 1; round <= 3; round += 1) {
      const outcome = ask('UPDATE killed SET round = round + 1').then(
        () => 'done',
        () => 'lost',
      );
      await sleep(round * 40);
      for (const pid of [server.pid, ...server.children()]) kill(pid);
      await outcome;
      await start();
      const rows = await ask('SELECT count(*), count(DISTINCT id), count(DISTINCT round) FROM killed');
      expect(rows).toEqual([[1000, 1000, 1]]);
    }
  });
});

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone already, which is what was asked for.
  }
}
