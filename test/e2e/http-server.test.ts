import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { gatewayPerTest } from '../support/gateway-per-test.ts';
import { type MemoryGateway, TOKEN } from '../support/memory-gateway.ts';

const start = gatewayPerTest();

/** Sends raw bytes and returns all that comes back until the connection ends. */
async function raw(port: number, bytes: string | Buffer): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString('latin1');
  });
  socket.on('error', () => undefined);
  socket.write(bytes);
  await once(socket, 'close');
  return answer;
}

async function waitUntil(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(5);
}

const stateOf = async (gateway: MemoryGateway): Promise<string | undefined> => {
  const { queries } = (await (await gateway.call('/v1/queries')).json()) as { queries: { state: string }[] };
  return queries[0]?.state;
};

describe('the server', () => {
  it('asks for a token everywhere but on the health endpoints', async () => {
    const { url } = await start();
    for (const path of ['/v1/queries', '/v1/engines', '/v1/catalog', '/metrics', '/openapi.json']) {
      const response = await fetch(url + path);
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toContain('Bearer');
      expect(await response.json()).toMatchObject({ code: 'AUTH_REQUIRED' });
    }
    for (const path of ['/healthz', '/readyz']) expect((await fetch(url + path)).status).toBe(200);
  });

  it('describes every route it serves in /openapi.json, and no other', async () => {
    const { call } = await start();
    const document = (await (await call('/openapi.json')).json()) as {
      openapi: string;
      paths: Record<string, Record<string, { operationId: string }>>;
    };
    expect(document.openapi).toBe('3.1.0');
    const described = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described.sort()).toEqual([
      'DELETE /v1/engines/{name}',
      'DELETE /v1/jobs/{id}',
      'DELETE /v1/queries/{id}',
      'DELETE /v1/statements/{id}',
      'DELETE /v1/tokens/{id}',
      'GET /healthz',
      'GET /metrics',
      'GET /openapi.json',
      'GET /readyz',
      'GET /v1/catalog',
      'GET /v1/catalog/{schema}',
      'GET /v1/catalog/{schema}/{table}',
      'GET /v1/engines',
      'GET /v1/engines/{name}/trace',
      'GET /v1/jobs',
      'GET /v1/jobs/{id}',
      'GET /v1/queries',
      'GET /v1/queries/{id}',
      'GET /v1/statements',
      'GET /v1/statements/{id}',
      'GET /v1/statements/{id}/result',
      'GET /v1/streams',
      'GET /v1/streams/{schema}/{name}',
      'GET /v1/tokens',
      'POST /v1/engines',
      'POST /v1/engines/{name}/canary',
      'POST /v1/engines/{name}/drain',
      'POST /v1/engines/{name}/promote',
      'POST /v1/jobs',
      'POST /v1/jobs/validate',
      'POST /v1/jobs/{id}/pause',
      'POST /v1/jobs/{id}/resume',
      'POST /v1/jobs/{id}/retry',
      'POST /v1/sql',
      'POST /v1/tables/{schema}/{table}/rows',
      'POST /v1/tokens',
    ]);
    for (const entry of described) {
      const [method = '', path = ''] = entry.split(' ');
      const response = await call(path.replaceAll(/\{\w+\}/g, 'x'), { method });
      expect((await response.text()).includes('There is no endpoint')).toBe(false);
    }
  });

  it('answers an unknown endpoint with a problem', async () => {
    const { call } = await start();
    expect(await (await call('/v2/sql')).json()).toMatchObject({ code: 'REQUEST_NOT_FOUND', status: 404 });
    expect((await call('/v1/sql', { method: 'PUT' })).status).toBe(404);
  });

  it('shows catalog, engines and metrics', async () => {
    const { call, sql } = await start();
    await sql('SELECT 1');
    expect(await (await call('/v1/catalog')).json()).toEqual({ schemas: ['main'] });
    expect(await (await call('/v1/catalog/main')).json()).toMatchObject({ relations: [{ name: 't', kind: 'table' }] });
    expect(await (await call('/v1/catalog/main/t')).json()).toMatchObject({
      columns: [{ name: 'n', type: 'bigint', nullable: true }],
      partitioning: [{ column: 'n', transform: 'bucket[4]' }],
    });
    expect((await call('/v1/catalog/main/tt')).status).toBe(404);
    expect((await call('/v1/catalog/..%2f..%2fetc/passwd')).status).toBe(404);
    expect(await (await call('/v1/engines')).json()).toMatchObject({ engines: [{ name: 'memory', health: { ready: true } }] });
    const metrics = await (await call('/metrics')).text();
    expect(metrics).toMatch(/trivium_statements_total\{state="finished",engine="memory",kind="query",code=""\} 1\n/);
    expect(metrics).toMatch(/trivium_statement_seconds_bucket\{le="\+Inf"\} 1\n/);
    expect(metrics).toMatch(/trivium_engine_state\{engine="memory",version="[^"]+",state="serving"\} 1\n/);
    expect(metrics).toMatch(/trivium_engine_ready\{engine="memory",version="[^"]+"\} 1\n/);
    expect(metrics).toMatch(/trivium_engine_statements\{engine="memory",version="[^"]+"\} 0\n/);
  });

  it('cancels a running statement on request', async () => {
    const gateway = await start([{ holdMs: 60_000 }]);
    const answer = gateway.sql('SELECT 1');
    await waitUntil(async () => (await stateOf(gateway)) === 'running');
    const { queries } = (await (await gateway.call('/v1/queries')).json()) as { queries: { queryId: string }[] };
    const path = `/v1/queries/${queries[0]?.queryId ?? ''}`;
    expect((await gateway.call(path, { method: 'DELETE', headers: { authorization: 'Bearer bobs-token' } })).status).toBe(404);
    expect((await gateway.call(path, { method: 'DELETE' })).status).toBe(200);
    expect(await (await answer).json()).toMatchObject({ code: 'ENGINE_CANCELLED' });
    expect(await (await gateway.call(path)).json()).toMatchObject({ state: 'cancelled' });
  });

  it('cancels the statement of a client that goes away', async () => {
    const gateway = await start([{ holdMs: 60_000 }]);
    const abort = new AbortController();
    const answer = fetch(`${gateway.url}/v1/sql`, {
      method: 'POST',
      signal: abort.signal,
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'text/plain' },
      body: 'SELECT 1',
    });
    await waitUntil(async () => (await stateOf(gateway)) === 'running');
    abort.abort();
    await expect(answer).rejects.toThrow();
    await waitUntil(async () => (await stateOf(gateway)) === 'cancelled');
  });

  it('ends a statement at its deadline', async () => {
    const { sql } = await start([{ holdMs: 60_000 }]);
    const response = await sql('SELECT 1', { body: { timeoutMs: 20 } });
    expect(response.status).toBe(504);
    expect(await response.json()).toMatchObject({ code: 'RESOURCE_DEADLINE' });
  });

  it('refuses statements beyond its queue and says when to come again', async () => {
    const gateway = await start([{ holdMs: 60_000 }], { concurrentQueries: 1, queuedQueries: 1 });
    const abort = new AbortController();
    const busy = [1, 2].map(() =>
      gateway
        .call('/v1/sql', { method: 'POST', signal: abort.signal, headers: { 'content-type': 'text/plain' }, body: 'SELECT 1' })
        .catch(() => null),
    );
    await waitUntil(async () => ((await (await gateway.call('/v1/queries')).json()) as { queries: unknown[] }).queries.length === 2);
    const response = await gateway.sql('SELECT 1');
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('1');
    abort.abort();
    await Promise.all(busy);
  });

  it('drains: running statements end, new ones are refused, readiness is gone', async () => {
    const gateway = await start([{ holdMs: 300 }]);
    const answer = gateway.sql('SELECT 1');
    await waitUntil(async () => (await stateOf(gateway)) === 'running');
    const drained = gateway.gateway.drain(60_000);
    expect((await fetch(`${gateway.url}/readyz`)).status).toBe(503);
    expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
    expect(await (await gateway.sql('SELECT 1')).json()).toMatchObject({ code: 'INTERNAL_UNAVAILABLE' });
    expect((await answer).status).toBe(200);
    await drained;
  });

  it('holds the engine back while the client reads nothing, and drops it after a while', async () => {
    const gateway = await start([{ batchRows: 20_000 }], { readerStallMs: 1000 });
    const socket = connect({ port: gateway.port, host: '127.0.0.1' });
    socket.on('error', () => undefined);
    const body = '{"sql":"SELECT n FROM generate_series(1, 90000000) AS s(n)"}';
    socket.write(
      `POST /v1/sql HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\nAccept: application/vnd.apache.arrow.stream\r\nContent-Length: ${String(body.length)}\r\n\r\n${body}`,
    );
    socket.pause();
    await waitUntil(async () => (await stateOf(gateway)) === 'cancelled');
    const { queries } = (await (await gateway.call('/v1/queries')).json()) as { queries: { bytes: number }[] };
    expect(queries[0]?.bytes).toBeLessThan(64 * 2 ** 20);
    socket.destroy();
  });

  it('answers what is not HTTP, and smuggled lengths, with a problem and an end', async () => {
    const { port } = await start();
    expect(await raw(port, 'HELLO\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 .*"code":"REQUEST_INVALID"/s);
    const smuggled =
      'POST /v1/sql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n';
    const answer = await raw(port, smuggled);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer.match(/HTTP\/1\.1 \d/g)).toHaveLength(1);
    expect(await raw(port, 'GET /healthz HTTP/1.1\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
    expect(await raw(port, `GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
  });

  it('ends connections whose headers do not come', { timeout: 20_000 }, async () => {
    const { port } = await start();
    expect(await raw(port, 'POST /v1/sql HTTP/1.1\r\nHost: localhost\r\n')).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('ends bodies that come slower than the limit', async () => {
    const { port } = await start([{}], { bodyBytesPerSecondMin: 1000, bodyGraceMs: 200 });
    const head = `POST /v1/sql HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Length: 1000\r\n\r\n{`;
    expect(await raw(port, head)).toMatch(/^HTTP\/1\.1 408 .*RESOURCE_BODY_TOO_SLOW/s);
  });

  it('logs statements without their text, and never tokens', async () => {
    const { sql, log } = await start();
    await (await sql('SELECT 4711 AS n')).text();
    const lines = log.lines.filter((line) => line.level !== 'debug');
    expect(lines.some((line) => line.message === 'statement ended' && line.fields['user'] === 'ada')).toBe(true);
    expect(JSON.stringify(lines)).not.toContain('4711');
    expect(JSON.stringify(log.lines)).not.toContain(TOKEN);
  });

  it('refuses pages of other origins and lets allowed ones read the answer', async () => {
    const { call, url } = await start();
    const evil = await call('/v1/sql', { method: 'POST', headers: { origin: 'https://evil.example.com' }, body: '{"sql":"SELECT 1"}' });
    expect(await evil.json()).toMatchObject({ code: 'AUTH_ORIGIN' });
    const good = await call('/v1/sql', { method: 'POST', headers: { origin: 'https://app.example.com' }, body: 'SELECT 1' });
    expect(good.status).toBe(200);
    expect(good.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
    const preflight = await fetch(`${url}/v1/sql`, {
      method: 'OPTIONS',
      headers: { origin: 'https://app.example.com', 'access-control-request-method': 'POST' },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-methods')).toContain('POST');
  });
});
