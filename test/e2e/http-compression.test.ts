import { request } from 'node:http';
import { gunzipSync, gzipSync } from 'node:zlib';
import { tableFromIPC } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { connect } from '../../client/index.ts';
import { PlatformError } from '../../spi/index.ts';
import { gatewayPerTest } from '../support/gateway-per-test.ts';
import { type MemoryGateway, TOKEN } from '../support/memory-gateway.ts';

const start = gatewayPerTest();

interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** As it was sent; null when the connection broke. */
  readonly body: Buffer | null;
}

/** Sends a statement without a client that decodes on its own. */
function ask({ port }: MemoryGateway, sql: string, accept: string, coding: string): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'text/plain', accept, 'accept-encoding': coding };
    const sent = request({ port, path: '/v1/sql', method: 'POST', headers }, (answer) => {
      const chunks: Buffer[] = [];
      const tell = (isWhole: boolean): void => {
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: isWhole ? Buffer.concat(chunks) : null });
      };
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.once('error', () => {
        tell(false);
      });
      answer.once('end', () => {
        tell(true);
      });
    });
    sent.once('error', reject);
    sent.end(sql);
  });
}

const SERIES = 'SELECT n FROM generate_series(1, 20000) AS s(n)';
const FORMATS = ['application/json', 'application/x-ndjson', 'text/csv', 'application/vnd.apache.arrow.stream'];

describe('a compressed result', () => {
  it.each(FORMATS)('of %s holds the same bytes', async (accept) => {
    const gateway = await start([{ batchRows: 1000 }]);
    const plain = await ask(gateway, SERIES, accept, 'identity');
    const coded = await ask(gateway, SERIES, accept, 'gzip');
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(coded.headers['content-encoding']).toBe('gzip');
    expect(coded.headers['vary']).toBe('accept, accept-encoding');
    const inflated = gunzipSync(coded.body as Buffer);
    if (accept === 'application/json') expect((JSON.parse(inflated.toString()) as { rows: number }).rows).toBe(20_000);
    else expect(inflated.equals(plain.body as Buffer)).toBe(true);
    if (accept === FORMATS[3]) expect(tableFromIPC(new Uint8Array(inflated)).numRows).toBe(20_000);
    expect((coded.body as Buffer).byteLength).toBeLessThan((plain.body as Buffer).byteLength / 2);
  });

  it('is what the client reads when it is told to', async () => {
    const { url } = await start([{ batchRows: 1000 }]);
    const rowsBy = async (compress: boolean): Promise<object[]> => (await connect({ url, token: TOKEN, compress }).query(SERIES)).rows();
    expect(await rowsBy(true)).toEqual(await rowsBy(false));
  });

  it('is not made of a small answer', async () => {
    const { headers, body } = await ask(await start(), 'SELECT 1 AS n', 'text/csv', 'gzip');
    expect(headers['content-encoding']).toBeUndefined();
    expect(String(body)).toBe('n\r\n1\r\n');
  });

  it('is not made of an error', async () => {
    const { status, headers, body } = await ask(await start(), 'SELEC', 'text/csv', 'gzip');
    expect(status).toBe(400);
    expect(headers['content-encoding']).toBeUndefined();
    expect((JSON.parse(String(body)) as { code: string }).code).toBe('SQL_SYNTAX');
  });

  it('breaks the connection when its rows fail in the middle', async () => {
    const lost = new PlatformError('ENGINE_LOST', 'the engine is gone');
    const gateway = await start([{ batchRows: 5000, streamError: { afterBatches: 4, error: lost } }]);
    const answer = ask(gateway, 'SELECT g FROM generate_series(1, 100000) AS s(g)', 'text/csv', 'gzip');
    // A reset may overtake what was sent before it.
    expect(
      await answer.then(
        ({ body }) => body,
        () => null,
      ),
    ).toBeNull();
  });
});

describe('a compressed request', () => {
  const append = ({ call }: MemoryGateway, body: Uint8Array<ArrayBuffer>, coding = 'gzip'): Promise<Response> =>
    call('/v1/tables/main/t/rows', {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson', 'content-encoding': coding },
      body,
    });
  const gzip = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(gzipSync(text));
  const codeOf = async (answer: Promise<Response>): Promise<unknown> => ((await (await answer).json()) as { code?: string }).code;

  it('is a statement, or rows', async () => {
    const gateway = await start();
    const headers = { 'content-type': 'text/plain', 'content-encoding': 'gzip' };
    const answer = await gateway.call('/v1/sql?format=csv', { method: 'POST', headers, body: gzip('SELECT 7 AS n') });
    expect(await answer.text()).toBe('n\r\n7\r\n');
    expect((await append(gateway, gzip('{"n": 1}\n{"n": 2}\n'))).status).toBe(200);
  });

  it('is refused when more comes out of it than may be sent', async () => {
    const gateway = await start([{}], { bodyBytesMax: 100_000 });
    const bomb = gzip(' '.repeat(20 * 2 ** 20));
    expect(bomb.byteLength).toBeLessThan(100_000);
    expect(await codeOf(append(gateway, bomb))).toBe('RESOURCE_BODY_TOO_LARGE');
    const headers = { 'content-type': 'text/plain', 'content-encoding': 'gzip' };
    expect(await codeOf(gateway.call('/v1/sql', { method: 'POST', headers, body: bomb }))).toBe('SQL_TOO_LONG');
  });

  it('is refused when it is cut, is no gzip, or has another coding', async () => {
    const gateway = await start();
    const whole = gzip('{"n": 1}\n');
    expect(await codeOf(append(gateway, whole.slice(0, -4)))).toBe('REQUEST_INVALID');
    expect(await codeOf(append(gateway, new TextEncoder().encode('{"n": 1}\n')))).toBe('REQUEST_INVALID');
    expect(await codeOf(append(gateway, whole, 'br'))).toBe('REQUEST_INVALID');
  });
});
