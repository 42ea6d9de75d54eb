import { readdirSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { gatewayPerTest } from '../support/gateway-per-test.ts';
import { type MemoryGateway, TOKEN } from '../support/memory-gateway.ts';

const start = gatewayPerTest();

const post = (gateway: MemoryGateway, body: string, headers: Record<string, string> = {}, path = '/v1/tables/main/t/rows') =>
  gateway.call(path, { method: 'POST', body, headers: { 'content-type': 'application/x-ndjson', ...headers } });

describe('POST /v1/tables/{schema}/{table}/rows', () => {
  it('answers when the rows are committed, and leaves no file behind', async () => {
    const gateway = await start();
    const response = await post(gateway, '{"n":1}\n{"n":2}\n');
    expect(await response.json()).toMatchObject({ rows: 2, snapshotId: '1', repeated: false });
    expect(gateway.sink.commits).toHaveLength(1);
    expect(readdirSync(join(gateway.root, 'spool'))).toEqual([]);
  });

  it.each([
    ['text/csv', 'csv'],
    ['application/vnd.apache.arrow.stream', 'arrow'],
    ['application/x-ndjson; charset=utf-8', 'ndjson'],
  ])('takes %s', async (contentType, format) => {
    const gateway = await start();
    expect((await post(gateway, 'n\n1\n', { 'content-type': contentType })).status).toBe(200);
    expect(gateway.sink.files[0]?.path.endsWith(`.${format}`)).toBe(true);
  });

  it('commits a repeated key once and tells so', async () => {
    const gateway = await start();
    const key = { 'idempotency-key': 'k1' };
    expect(await (await post(gateway, '{"n":1}\n', key)).json()).toMatchObject({ rows: 1, repeated: false });
    expect(await (await post(gateway, '{"n":1}\n', key)).json()).toMatchObject({ rows: 1, repeated: true });
    expect(gateway.sink.commits).toHaveLength(1);
  });

  it('refuses a key that was used for other rows', async () => {
    const gateway = await start();
    const key = { 'idempotency-key': 'k1' };
    await post(gateway, '{"n":1}\n', key);
    const response = await post(gateway, '{"n":2}\n', key);
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({ code: 'REQUEST_IDEMPOTENCY' });
  });

  it('takes a key again whose rows were refused', async () => {
    const gateway = await start();
    const key = { 'idempotency-key': 'k1' };
    expect((await post(gateway, 'broken', key)).status).toBe(400);
    expect(await (await post(gateway, '{"n":1}\n', key)).json()).toMatchObject({ rows: 1, repeated: false });
  });

  it('lets statements run while slow senders are received', async () => {
    const gateway = await start([{}], { concurrentQueries: 1, queuedQueries: 1 });
    const sending = request(`${gateway.url}/v1/tables/main/t/rows`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'text/csv', 'transfer-encoding': 'chunked' },
    });
    const status = new Promise((resolve) =>
      sending.on('response', (response) => {
        resolve(response.statusCode);
      }),
    );
    sending.write('n\n');
    for (;;) {
      const { queries } = (await (await gateway.call('/v1/queries')).json()) as { queries: { kind: string }[] };
      if (queries[0]?.kind === 'ingest') break;
    }
    expect((await gateway.sql('SELECT 1')).status).toBe(200);
    sending.end('1\n');
    expect(await status).toBe(200);
  });

  it('commits nothing of a broken body and does not show where it lay', async () => {
    const gateway = await start();
    const problem = (await (await post(gateway, 'broken')).json()) as { code: string; detail: string };
    expect(problem).toMatchObject({ code: 'STORAGE_FILE', detail: 'the request body holds something broken' });
    expect(gateway.sink.commits).toEqual([]);
    expect(readdirSync(join(gateway.root, 'spool'))).toEqual([]);
  });

  it.each([
    ['/v1/tables/main/missing/rows', {}, 404, 'CATALOG_UNKNOWN_TABLE'],
    ['/v1/tables/main/..%2f..%2ft/rows', {}, 404, 'CATALOG_UNKNOWN_TABLE'],
    ['/v1/tables/none/t/rows', {}, 404, 'CATALOG_UNKNOWN_SCHEMA'],
    ['/v1/tables/main/t/rows', { 'content-type': 'image/png' }, 400, 'REQUEST_INVALID'],
    ['/v1/tables/main/t/rows', { 'idempotency-key': 'has space' }, 400, 'REQUEST_INVALID'],
    ['/v1/tables/main/t/rows', { authorization: 'Bearer wrong' }, 401, 'AUTH_REQUIRED'],
  ])('refuses %s with %j', async (path, headers, status, code) => {
    const gateway = await start();
    const response = await post(gateway, '{"n":1}\n', headers, path);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code });
    expect(gateway.sink.commits).toEqual([]);
  });

  it('refuses a body over the limit, announced or not', async () => {
    const gateway = await start([{}], { bodyBytesMax: 1000 });
    const announced = await post(gateway, 'x'.repeat(2000));
    expect(announced.status).toBe(413);
    const chunked = await new Promise<number | undefined>((resolve, reject) => {
      const sending = request(`${gateway.url}/v1/tables/main/t/rows`, {
        method: 'POST',
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'text/csv', 'transfer-encoding': 'chunked' },
      });
      sending.on('response', (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      sending.on('error', reject);
      sending.write('x'.repeat(600));
      sending.end('x'.repeat(600));
    });
    expect(chunked).toBe(413);
    expect(gateway.sink.commits).toEqual([]);
  });

  it('commits nothing when the client goes away in the middle', async () => {
    const gateway = await start();
    const sending = request(`${gateway.url}/v1/tables/main/t/rows`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'text/csv', 'content-length': '1000' },
    });
    sending.on('error', () => undefined);
    sending.write('n\n1\n');
    for (;;) {
      const { queries } = (await (await gateway.call('/v1/queries')).json()) as { queries: { state: string; kind: string }[] };
      if (queries[0]?.kind === 'ingest') sending.destroy();
      if (queries[0]?.state === 'cancelled') break;
    }
    expect(gateway.sink.commits).toEqual([]);
  });
});
