import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { appendRows } from '../../../client/append-rows.ts';
import { connect } from '../../../client/index.ts';

let server: Server | null = null;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** Starts a server that answers the n-th request as the n-th listener says, and returns its address. */
async function answering(...answers: readonly RequestListener[]): Promise<{ readonly url: string; readonly seen: string[] }> {
  const seen: string[] = [];
  server = createServer((request, response) => {
    seen.push(String(request.headers['idempotency-key']));
    request.resume().on('end', () => answers[seen.length - 1]?.(request, response));
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, seen };
}

const problem =
  (status: number, code: string, retryable: boolean, headers: Readonly<Record<string, string>> = {}): RequestListener =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/problem+json', ...headers });
    response.end(JSON.stringify({ code, detail: `this is ${code}`, retryable, line: 2, column: 5, hint: 'do it better' }));
  };

const appended: RequestListener = (_, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ rows: 1, snapshotId: '7', repeated: false }));
};

const hungUp: RequestListener = (request) => {
  request.socket.destroy();
};

describe('a client', () => {
  it('sends what the server calls retryable again under the same key', async () => {
    const { url, seen } = await answering(problem(429, 'RESOURCE_BUSY', true, { 'retry-after': '0' }), appended);
    expect(await connect({ url }).append('t', [{ a: 1 }])).toEqual({ rows: 1, snapshotId: '7', repeated: false });
    expect(seen).toHaveLength(2);
    expect(seen[0]).toBe(seen[1]);
    expect(seen[0]).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('sends a request whose answer was lost again under the same key', async () => {
    const { url, seen } = await answering(hungUp, appended);
    expect(await connect({ url }).append('t', [{ a: 1 }], { idempotencyKey: 'mine' })).toMatchObject({ rows: 1 });
    expect(seen).toEqual(['mine', 'mine']);
  });

  it('gives up after as many retries as it was told, with the last error', async () => {
    const busy = problem(503, 'ENGINE_UNAVAILABLE', true, { 'retry-after': '0' });
    const { url, seen } = await answering(busy, busy, busy, busy);
    await expect(connect({ url, retriesMax: 2 }).append('t', [])).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' });
    expect(seen).toHaveLength(3);
  });

  it('does not send again what the server does not call retryable', async () => {
    const { url, seen } = await answering(problem(400, 'SQL_SYNTAX', false), appended);
    await expect(connect({ url }).query('SELEC 1')).rejects.toMatchObject({
      code: 'SQL_SYNTAX',
      message: 'this is SQL_SYNTAX',
      hint: 'do it better',
      location: { line: 2, column: 5 },
    });
    expect(seen).toHaveLength(1);
  });

  it('tells an answer that is no problem of ours by its status', async () => {
    const { url } = await answering((_, response) => {
      response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>');
    });
    await expect(connect({ url }).query('SELECT 1')).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
      message: 'the server answered 502: <h1>Bad gateway</h1>',
    });
  });

  it('ends the pause before a retry when the caller cancels', async () => {
    const aborting = new AbortController();
    const { url, seen } = await answering((request, response) => {
      problem(429, 'RESOURCE_BUSY', true, { 'retry-after': '3600' })(request, response);
      setImmediate(() => {
        aborting.abort();
      });
    });
    const address = { url, token: null, retriesMax: 1 };
    await expect(appendRows(address, 'main.t', [], { signal: aborting.signal })).rejects.toMatchObject({ code: 'ENGINE_CANCELLED' });
    expect(seen).toHaveLength(1);
  });

  it('says what to do when no server answers', async () => {
    await expect(connect({ url: 'http://127.0.0.1:9', retriesMax: 0 }).query('SELECT 1')).rejects.toMatchObject({
      code: 'INTERNAL_UNAVAILABLE',
      message: 'no server answers at http://127.0.0.1:9',
    });
  });
});
