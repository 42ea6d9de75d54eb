import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';

interface Answer {
  readonly code?: string;
  readonly data: readonly (readonly unknown[])[];
  readonly snapshots: readonly string[];
  readonly headers: Headers;
}

let root: string;
let server: ServerProcess;

beforeAll(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'one-snapshot-')));
  server = await startServerProcess({ dataDirectory: join(root, 'data'), settings: ['streams.checkpointIntervalMs=100'] });
  await run('CREATE TABLE flights (id BIGINT)');
  await run('CREATE TABLE airports (id BIGINT)');
  await run('CREATE MATERIALIZED VIEW total AS SELECT count(*) AS c FROM flights');
}, 120_000);

afterAll(async () => {
  await server.stop();
  rmSync(root, { recursive: true, force: true });
});

async function run(sql: string, session: object = {}, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await server.call('/v1/sql', {
    method: 'POST',
    headers: { accept: 'application/json', 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ sql, session, timeoutMs: 60_000 }),
  });
  return { ...((await response.json()) as Omit<Answer, 'headers'>), headers: response.headers };
}

const count = async (table: string, session: object = {}, headers: Record<string, string> = {}): Promise<unknown> => {
  const answer = await run(
    `SELECT * FROM (SELECT count(*) FROM ${table}) AS q`,
    { resultCache: 'off', freshViews: 'off', ...session },
    headers,
  );
  return answer.code ?? Number(answer.data[0]?.[0]);
};

const totalOf = async (session: object = {}, view = 'total'): Promise<unknown> => {
  const answer = await run(`SELECT c FROM ${view}`, session);
  return answer.code ?? Number(answer.data[0]?.[0]);
};

describe('a session', { timeout: 120_000 }, () => {
  it('reads the snapshots that an earlier answer told, by header, by JSON and by SET', async () => {
    await run('INSERT INTO flights VALUES (1), (2)');
    await run('INSERT INTO airports VALUES (1)');
    const { headers } = await run('SELECT count(*) FROM flights, airports');
    const snapshot = headers.get('trivium-snapshot') ?? '';
    const { headers: instant } = await run('SELECT now()');
    const then = new Date(Date.now()).toISOString();
    expect(instant.get('trivium-query-id')).not.toBeNull();
    await run('INSERT INTO flights VALUES (3)');
    expect(await count('flights')).toBe(3);
    expect(await count('flights', {}, { 'trivium-snapshot': snapshot })).toBe(2);
    expect(await count('flights', { snapshot: decodeURIComponent(snapshot) })).toBe(2);
    expect(await count('flights', { snapshot: then })).toBe(2);
    expect(await count('flights', { snapshot: then }, { 'trivium-snapshot': `main.flights@empty` })).toBe(0);
    const set = await run(`SET snapshot = '${decodeURIComponent(snapshot)}'`);
    expect(set.headers.get('trivium-set-session')).toBe(`snapshot=${encodeURIComponent(decodeURIComponent(snapshot))}`);
    expect((await run('RESET snapshot', { snapshot: 'main.gone@1' })).headers.get('trivium-set-session')).toBe('snapshot');
    expect(await count('flights', { snapshot: 'nonsense' })).toBe('REQUEST_INVALID');
    expect(await count('flights', {}, { 'trivium-snapshot': '%E0%A4%A' })).toBe('REQUEST_INVALID');
    const current = await run('SELECT count(*) FROM flights');
    expect(current).toMatchObject({ data: [[3]] });
    const newest = current.snapshots[0]?.split('@')[1] ?? '';
    expect(await count(`flights FOR VERSION AS OF ${newest}`, { snapshot: decodeURIComponent(snapshot) })).toBe(3);
  });

  it('writes what it reads of the past to the table as it is now', async () => {
    const before = await run('SELECT count(*) FROM flights');
    expect(before).toMatchObject({ data: [[3]] });
    const rows = Number(await count('flights'));
    await run('INSERT INTO flights VALUES (10)');
    await run('INSERT INTO flights SELECT id FROM flights', {}, { 'trivium-snapshot': before.headers.get('trivium-snapshot') ?? '' });
    expect(await count('flights')).toBe(2 * rows + 1);
  });

  it('reads a materialized view as it was made of the pinned tables', async () => {
    const rows = Number(await count('flights'));
    await vi.waitFor(
      async () => {
        expect(await totalOf()).toBe(rows);
      },
      { timeout: 60_000, interval: 100 },
    );
    const snapshot = (await run('SELECT count(*) FROM flights', { freshViews: 'off' })).snapshots.join(', ');
    await run('INSERT INTO flights VALUES (11)');
    await vi.waitFor(
      async () => {
        expect(await totalOf()).toBe(rows + 1);
      },
      { timeout: 60_000, interval: 100 },
    );
    expect(await totalOf({ snapshot })).toBe(rows);
  });

  it('refuses to read a materialized view as of a snapshot that is older than the view', async () => {
    await run('INSERT INTO airports VALUES (2)');
    await run('CREATE MATERIALIZED VIEW all_airports AS SELECT count(*) AS c FROM airports');
    const rows = await count('airports');
    await vi.waitFor(
      async () => {
        expect(await totalOf({}, 'all_airports')).toBe(rows);
      },
      { timeout: 60_000, interval: 100 },
    );
    expect(await totalOf({ snapshot: 'main.airports@empty' }, 'all_airports')).toBe('CATALOG_UNKNOWN_SNAPSHOT');
  });

  it('reads its own writes through a materialized view, or is told that the view is behind', async () => {
    let session: Record<string, string> = { readYourWrites: 'on' };
    let rows = Number(await count('flights'));
    for (let write = 0; write < 5; write += 1) {
      const { headers } = await run('INSERT INTO flights VALUES (12)', session);
      const [name = '', value = ''] = (headers.get('trivium-set-session') ?? '').split('=');
      expect(name).toBe('readAfter');
      session = { ...session, readAfter: decodeURIComponent(value) };
      rows += 1;
      expect(await totalOf(session)).toBe(rows);
    }
    await run('ALTER MATERIALIZED VIEW total PAUSE');
    const { headers } = await run('INSERT INTO flights VALUES (13)', session);
    const readAfter = decodeURIComponent((headers.get('trivium-set-session') ?? '').split('=')[1] ?? '');
    expect(await totalOf({ ...session, readAfter })).toBe('STREAM_BEHIND');
    expect(await totalOf()).toBe(rows);
    await run('ALTER MATERIALIZED VIEW total RESUME');
    expect(await totalOf({ ...session, readAfter })).toBe(rows + 1);
  });
});
