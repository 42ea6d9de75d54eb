import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { tableFromIPC } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { assert, PlatformError } from '../../spi/index.ts';
import { RESULT_MEDIA_TYPES } from '../../sql-gateway/result/result-format.ts';
import type { MemoryEngineOptions } from '../support/memory-engine.ts';
import { gatewayPerTest } from '../support/gateway-per-test.ts';
import { type MemoryGateway, TOKEN } from '../support/memory-gateway.ts';
import { startServerProcess } from '../support/server-process.ts';

const startGateway = gatewayPerTest();

const LIMITS = { resultBytesMax: 2 ** 22, spoolBytesMax: 2 ** 23, pageBytes: 4096, keepMs: 60_000 };
const SERIES = 'SELECT n FROM generate_series(1, 20000) AS s(n)';
const ENDLESS = 'SELECT n FROM generate_series(1, 90000000) AS s(n)';
const BOB = { authorization: 'Bearer bobs-token' };

const start = (engine: MemoryEngineOptions = {}, limits: Partial<typeof LIMITS> = {}): Promise<MemoryGateway> =>
  startGateway([engine], {}, { statements: { ...LIMITS, ...limits } });

interface Statement {
  readonly queryId: string;
  readonly state: string;
  readonly rows: number;
  readonly bytes: number;
  readonly format: string;
  readonly error: { readonly code: string } | null;
  readonly expiresAtMs: number | null;
  readonly resultPath: string;
}

const submit = (gateway: MemoryGateway, sql: string, accept = 'application/json', body: object = {}): Promise<Response> =>
  gateway.sql(sql, { accept, headers: { prefer: 'respond-async' }, body });

async function submitted(...request: Parameters<typeof submit>): Promise<Statement> {
  const response = await submit(...request);
  const text = await response.text();
  expect(response.status, text).toBe(202);
  return JSON.parse(text) as Statement;
}

const pathOf = ({ queryId }: Statement): string => `/v1/statements/${queryId}`;

async function look({ call }: MemoryGateway, statement: Statement, waitMs = 0): Promise<Statement> {
  return (await (await call(`${pathOf(statement)}?waitMs=${String(waitMs)}`)).json()) as Statement;
}

async function pagesOf({ call }: MemoryGateway, statement: Statement): Promise<readonly Buffer[]> {
  const pages: Buffer[] = [];
  for (let token: string | null = '0'; token !== null; ) {
    const response: Response = await call(`${statement.resultPath}?page=${token}&waitMs=60000`);
    expect(response.status).toBe(200);
    pages.push(Buffer.from(await response.arrayBuffer()));
    token = response.headers.get('trivium-next-page');
  }
  return pages;
}

const filesOf = ({ root }: MemoryGateway): readonly string[] => readdirSync(join(root, 'spool')).map((name) => join(root, 'spool', name));

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 1000; turn += 1) {
    if (await isTrue()) return;
    await sleep(10);
  }
  assert(false, 'what is waited for came');
}

describe('a submitted statement', () => {
  it('is answered with 202 and its place before it has ended, and goes on when the client is gone', async () => {
    const gateway = await start({ holdMs: 200 });
    const socket = connect({ port: gateway.port, host: '127.0.0.1' });
    const body = JSON.stringify({ sql: SERIES });
    socket.write(
      `POST /v1/sql HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\nPrefer: handling=strict, Respond-Async\r\nContent-Length: ${String(body.length)}\r\n\r\n${body}`,
    );
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    const head = chunk.toString();
    expect(head).toMatch(/^HTTP\/1\.1 202 /);
    expect(head).toMatch(/\r\npreference-applied: respond-async\r\n/);
    const path = /\r\nlocation: (\S+)\r\n/.exec(head)?.[1] ?? '';
    expect(await (await gateway.call(path)).json()).toMatchObject({ state: 'running', endedAtMs: null, expiresAtMs: null });
    const ended = (await (await gateway.call(`${path}?waitMs=60000`)).json()) as Statement;
    expect(ended).toMatchObject({ state: 'finished', rows: 20000, format: 'json', error: null, resultPath: `${path}/result` });
    expect(ended.expiresAtMs).toBeGreaterThan(Date.now());
  });

  it.each(Object.values(RESULT_MEDIA_TYPES))(
    'keeps the answer as %s with the headers of a statement that is waited for',
    async (accept) => {
      const gateway = await start();
      const waited = await gateway.sql(SERIES, { accept, body: { session: { resultCache: 'off' } } });
      const statement = await submitted(gateway, SERIES, accept, { session: { resultCache: 'off' } });
      const kept = await gateway.call(`${statement.resultPath}?waitMs=60000`);
      for (const name of ['content-type', 'trivium-engine', 'trivium-cache', 'vary'])
        expect(kept.headers.get(name)).toBe(waited.headers.get(name));
      expect(kept.headers.get('trivium-query-id')).toBe(statement.queryId);
      const known = (text: string): string => text.replace(/"queryId":"[^"]+"/, '').replace(/"elapsedMs":\d+/, '');
      const body = Buffer.from(await kept.arrayBuffer());
      expect(known(body.toString('latin1'))).toBe(known(Buffer.from(await waited.arrayBuffer()).toString('latin1')));
      const pages = await pagesOf(gateway, statement);
      // The test's own Parquet is a few bytes long.
      expect(pages.length).toBeGreaterThan(accept === RESULT_MEDIA_TYPES.arrow ? 10 : accept === RESULT_MEDIA_TYPES.parquet ? 0 : 5);
      expect(Buffer.concat(pages)).toEqual(body);
      expect((await look(gateway, statement)).bytes).toBe(body.byteLength);
    },
  );

  it('has pages that are whole lines, or whole frames after the first', async () => {
    const gateway = await start();
    for (const accept of ['text/csv', 'application/x-ndjson']) {
      const pages = await pagesOf(gateway, await submitted(gateway, SERIES, accept));
      expect(pages.every((page) => page.at(-1) === 10 && page.byteLength > 0)).toBe(true);
    }
    const [first, ...others] = await pagesOf(gateway, await submitted(gateway, SERIES, 'application/vnd.apache.arrow.stream'));
    assert(first !== undefined && others.length > 1, 'there are several pages');
    expect(tableFromIPC(first).numRows).toBeGreaterThan(0);
    // Each frame begins with the mark of continuation.
    expect(others.every((page) => page.readInt32LE(0) === -1)).toBe(true);
  });

  it('gives the same page for the same token however often it is asked, and names no page that is none', async () => {
    const gateway = await start();
    const statement = await submitted(gateway, SERIES, 'text/csv');
    const read = async (): Promise<Response> => gateway.call(`${statement.resultPath}?page=0&waitMs=60000`);
    const token = (await read()).headers.get('trivium-next-page') ?? '';
    const [one, two] = [await (await read()).text(), await (await read()).text()];
    expect(one).toBe(two);
    expect(Number(token)).toBe(one.length);
    for (const wrong of [`${token}1`, '-1', '1', 'x', '0x0']) {
      const response = await gateway.call(`${statement.resultPath}?page=${wrong}`);
      expect(await response.json()).toMatchObject({ code: 'REQUEST_INVALID' });
    }
  });

  it('is read while it runs, page by page, and cancelled by DELETE, which leaves nothing', async () => {
    const gateway = await start({ batchRows: 5000 }, { resultBytesMax: 2 ** 40, spoolBytesMax: 2 ** 40 });
    const statement = await submitted(gateway, ENDLESS, 'text/csv');
    const page = await gateway.call(`${statement.resultPath}?page=0&waitMs=60000`);
    expect((await page.text()).startsWith('n\r\n1\r\n')).toBe(true);
    expect(await (await gateway.call(statement.resultPath)).json()).toMatchObject({
      code: 'REQUEST_NOT_READY',
      status: 409,
      retryable: true,
    });
    expect(filesOf(gateway).length).toBe(1);
    expect(statSync(filesOf(gateway)[0] ?? '').mode & 0o777).toBe(0o600);
    expect(statSync(join(gateway.root, 'spool')).mode & 0o777).toBe(0o700);
    expect((await gateway.call(pathOf(statement), { method: 'DELETE' })).status).toBe(200);
    expect((await gateway.call(pathOf(statement))).status).toBe(404);
    await until(async () => ((await (await gateway.call(`/v1/queries/${statement.queryId}`)).json()) as Statement).state === 'cancelled');
    await until(() => filesOf(gateway).length === 0);
    expect(await (await gateway.call('/metrics')).text()).toMatch(/\ntrivium_spool_bytes 0\n/);
  });

  it('is cancelled under its id in /v1/queries too, and tells it', async () => {
    const gateway = await start({ holdMs: 60_000 });
    const statement = await submitted(gateway, SERIES);
    await gateway.call(`/v1/queries/${statement.queryId}`, { method: 'DELETE' });
    expect(await look(gateway, statement, 60_000)).toMatchObject({ state: 'cancelled', error: { code: 'ENGINE_CANCELLED' } });
  });

  it('belongs to its user: to others it does not exist', async () => {
    const gateway = await start();
    const statement = await submitted(gateway, SERIES);
    await look(gateway, statement, 60_000);
    const own = await gateway.call(pathOf({ ...statement, queryId: '0193aaaa-0000-7000-8000-000000000000' }));
    for (const [path, method] of [
      [pathOf(statement), 'GET'],
      [statement.resultPath, 'GET'],
      [pathOf(statement), 'DELETE'],
    ] as const) {
      const response = await gateway.call(path, { method, headers: BOB });
      expect(response.status).toBe(own.status);
      expect(await response.json()).toMatchObject({ code: 'REQUEST_NOT_FOUND' });
    }
    const list = async (headers: Record<string, string> = {}): Promise<unknown> =>
      ((await (await gateway.call('/v1/statements', { headers })).json()) as { statements: unknown }).statements;
    expect(await list(BOB)).toEqual([]);
    expect(await list()).toMatchObject([{ queryId: statement.queryId, state: 'finished' }]);
  });

  it('is shown to administrators who name its user, and cancelled by them, but its result is not', async () => {
    const auditDirectory = mkdtempSync(join(tmpdir(), 'submitted-kill-'));
    const gateway = await startGateway([{ holdMs: 60_000 }], {}, { auditDirectory });
    const running = [await submitted(gateway, SERIES), await submitted(gateway, SERIES)];
    const ask = (path: string, method: string, headers: Record<string, string>): Promise<Response> =>
      gateway.call(path, { method, headers });
    await gateway.sql('CREATE USER eve');
    const body = JSON.stringify({ user: 'eve', scopes: ['read', 'write', 'admin'] });
    const made = await gateway.call('/v1/tokens', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const eve = { authorization: `Bearer ${((await made.json()) as { token: string }).token}` };
    const [first, second] = running.map(({ queryId }) => [`/v1/statements/${queryId}`, `/v1/queries/${queryId}`] as const);
    assert(first !== undefined && second !== undefined, 'two statements run');
    for (const path of ['/v1/statements', '/v1/queries', first[0], first[1]]) {
      expect(await (await ask(`${path}?user=ada`, 'GET', eve)).json()).toMatchObject({ code: 'AUTH_FORBIDDEN' });
      expect((await ask(`${path}?user=ada`, 'GET', BOB)).status).toBe(200);
    }
    for (const path of [first[0], first[1]]) expect((await ask(`${path}?user=ada`, 'DELETE', eve)).status).toBe(403);
    expect((await ask(`${first[0]}/result?user=ada`, 'GET', BOB)).status).toBe(404);
    expect((await ask(`${first[0]}?user=ada`, 'DELETE', BOB)).status).toBe(200);
    expect((await ask(`${second[1]}?user=ada`, 'DELETE', BOB)).status).toBe(200);
    expect((await gateway.call(second[0], { method: 'DELETE' })).status).toBe(200);
    for (const { queryId } of running) {
      await until(async () => ((await (await gateway.call(`/v1/queries/${queryId}`)).json()) as Statement).state === 'cancelled');
    }
    await gateway.gateway.close();
    const lines = readdirSync(auditDirectory).flatMap((name) => readFileSync(join(auditDirectory, name), 'utf8').trimEnd().split('\n'));
    rmSync(auditDirectory, { recursive: true });
    const kills = lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ kind }) => kind === 'cancel_statement');
    expect(kills.map(({ user, queryId }) => [user, queryId])).toEqual(running.map(({ queryId }) => ['bob', queryId]));
  });

  it('tells what is wrong with its text at once, and keeps nothing of it', async () => {
    const gateway = await start();
    const response = await submit(gateway, 'SELECT nothing FROM t');
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'SQL_UNKNOWN_COLUMN', queryId: response.headers.get('trivium-query-id') });
    expect(await (await gateway.call('/v1/statements')).json()).toEqual({ statements: [] });
    expect(await (await gateway.call('/metrics')).text()).toMatch(/\ntrivium_spool_bytes 0\n/);
  });

  it('answers with its error when it failed, whenever that was, and leaves no part of a result', async () => {
    const lost = new PlatformError('ENGINE_LOST', 'the engine is gone');
    const gateway = await start({ streamError: { afterBatches: 3, error: lost } });
    const statement = await submitted(gateway, SERIES, 'text/csv');
    expect(await look(gateway, statement, 60_000)).toMatchObject({ state: 'failed', error: { code: 'ENGINE_LOST', status: 503 } });
    for (const path of [statement.resultPath, `${statement.resultPath}?page=0`]) {
      const response = await gateway.call(path);
      expect(response.status).toBe(503);
      expect(await response.json()).toMatchObject({ code: 'ENGINE_LOST', queryId: statement.queryId });
    }
    await until(() => filesOf(gateway).length === 0);
  });

  it('ends at its time limit', async () => {
    const gateway = await start({ holdMs: 60_000 });
    const statement = await submitted(gateway, SERIES, 'text/csv', { timeoutMs: 20 });
    expect(await look(gateway, statement, 60_000)).toMatchObject({ state: 'failed', error: { code: 'RESOURCE_DEADLINE' } });
  });

  it('fails when its result is larger than one may be, and removes it', async () => {
    const gateway = await start({}, { resultBytesMax: 50_000 });
    const statement = await submitted(gateway, SERIES, 'text/csv');
    expect(await look(gateway, statement, 60_000)).toMatchObject({ state: 'failed', error: { code: 'RESOURCE_RESULT_BYTES' } });
    await until(() => filesOf(gateway).length === 0);
    expect((await gateway.sql(SERIES, { accept: 'text/csv' })).status).toBe(200);
  });

  it('is refused before it runs when the kept results leave no room, until one of them is removed', async () => {
    const gateway = await start({}, { spoolBytesMax: 200_000 });
    const first = await submitted(gateway, SERIES, 'text/csv');
    await look(gateway, first, 60_000);
    const refused = await submit(gateway, 'SELECT 1 AS n');
    expect(refused.status).toBe(507);
    expect(await refused.json()).toMatchObject({ code: 'RESOURCE_SPOOL', retryable: true });
    await gateway.call(pathOf(first), { method: 'DELETE' });
    await submitted(gateway, 'SELECT 1 AS n');
  });

  it('is refused at once when the server has no place for it', async () => {
    const gateway = await startGateway([{ holdMs: 60_000 }], { concurrentQueries: 1, queuedQueries: 1 });
    for (const state of ['running', 'queued']) expect(await look(gateway, await submitted(gateway, SERIES), 20)).toMatchObject({ state });
    const refused = await submit(gateway, SERIES);
    expect(refused.status).toBe(429);
    expect(await refused.json()).toMatchObject({ code: 'RESOURCE_BUSY' });
  });

  it('gives the rows of a query only to a token that may read, and stands in the audit log as any other', async () => {
    const auditDirectory = mkdtempSync(join(tmpdir(), 'submitted-audit-'));
    const gateway = await startGateway([{}], {}, { auditDirectory });
    const statement = await (async () => {
      expect((await gateway.sql('CREATE USER eve')).status).toBe(200);
      const tokenFor = async (scope: string): Promise<Record<string, string>> => {
        const body = JSON.stringify({ user: 'eve', scopes: [scope] });
        const made = await gateway.call('/v1/tokens', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
        return { authorization: `Bearer ${((await made.json()) as { token: string }).token}` };
      };
      const [reader, writer] = [await tokenFor('read'), await tokenFor('write')];
      const headers = { ...reader, prefer: 'respond-async', 'content-type': 'text/plain' };
      const answer = await gateway.call('/v1/sql', { method: 'POST', headers, body: 'SELECT 4711 AS n' });
      const taken = (await answer.json()) as Statement;
      expect((await gateway.call(`${taken.resultPath}?waitMs=60000`, { headers: reader })).status).toBe(200);
      expect(await (await gateway.call(taken.resultPath, { headers: writer })).json()).toMatchObject({ code: 'AUTH_FORBIDDEN' });
      return taken;
    })();
    await gateway.gateway.close();
    const lines = readdirSync(auditDirectory).flatMap((name) => readFileSync(join(auditDirectory, name), 'utf8').trimEnd().split('\n'));
    rmSync(auditDirectory, { recursive: true });
    const entry = lines.map((line) => JSON.parse(line) as Record<string, unknown>).find(({ queryId }) => queryId === statement.queryId);
    expect(entry).toMatchObject({ user: 'eve', kind: 'query', decision: 'allowed', from: expect.stringContaining('127.0.0.1') as string });
    expect(lines.join('')).not.toContain('4711');
  });

  it('is removed with its result some time after its end', async () => {
    const gateway = await start({}, { keepMs: 50 });
    const statement = await submitted(gateway, SERIES);
    await until(async () => (await gateway.call(pathOf(statement))).status === 404);
    await until(() => filesOf(gateway).length === 0);
    expect((await gateway.call(`/v1/queries/${statement.queryId}`)).status).toBe(200);
  });

  it('tells a setting that is to be sent from now on with its result', async () => {
    const gateway = await start();
    const statement = await submitted(gateway, "SET time_zone = 'Europe/Berlin'");
    const result = await gateway.call(`${statement.resultPath}?waitMs=60000`);
    expect(result.headers.get('trivium-set-session')).toBe('timeZone=Europe%2FBerlin');
  });

  it('waits no longer than it was asked to, and refuses to wait for ever', async () => {
    const gateway = await start({ holdMs: 60_000 });
    const statement = await submitted(gateway, SERIES);
    expect((await look(gateway, statement, 10)).state).toBe('running');
    for (const wrong of ['-1', '60001', 'x', '']) {
      expect(await (await gateway.call(`${pathOf(statement)}?waitMs=${wrong}`)).json()).toMatchObject({ code: 'REQUEST_INVALID' });
    }
  });

  it('is followed by events until it has ended', async () => {
    const gateway = await start({ holdMs: 300 });
    const statement = await submitted(gateway, SERIES);
    const response = await gateway.call(pathOf(statement), { headers: { accept: 'text/event-stream' } });
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const events = (await response.text()).trimEnd().split('\n\n');
    expect(events[0]).toMatch(/^event: progress\ndata: .*"state":"running"/);
    expect(events.at(-1)).toMatch(/^event: end\ndata: .*"state":"finished"/);
  });
});

describe('a submitted statement of a server process', { timeout: 120_000 }, () => {
  it('outlives its client and not its server', async () => {
    const dataDirectory = mkdtempSync(join(tmpdir(), 'submitted-'));
    let server = await startServerProcess({ dataDirectory });
    try {
      const headers = { prefer: 'respond-async', accept: 'text/csv', 'content-type': 'text/plain' };
      const answer = await server.call('/v1/sql', {
        method: 'POST',
        headers,
        body: 'SELECT n, n * n AS square FROM generate_series(1, 500000) AS s(n)',
      });
      expect(answer.status).toBe(202);
      const { queryId, resultPath } = (await answer.json()) as Statement;
      const result = await server.call(`${resultPath}?waitMs=60000`);
      expect((await result.text()).trimEnd().split('\r\n').at(-1)).toBe('500000,250000000000');
      process.kill(server.pid, 'SIGKILL');
      server = await startServerProcess({ dataDirectory });
      const after = await server.call(`/v1/statements/${queryId}`);
      expect(await after.json()).toMatchObject({
        code: 'REQUEST_NOT_FOUND',
        hint: expect.stringContaining('when the server stops') as string,
      });
      expect(readdirSync(join(dataDirectory, 'spool'))).toEqual([String(server.pid)]);
    } finally {
      await server.stop();
      rmSync(dataDirectory, { recursive: true });
    }
  });
});
