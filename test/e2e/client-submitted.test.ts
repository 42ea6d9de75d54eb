import { afterEach, describe, expect, it } from 'vitest';
import { type Client, connect, PlatformError } from '../../client/index.ts';
import { type CuttingProxy, startCuttingProxy } from '../support/cutting-proxy.ts';
import { gatewayPerTest } from '../support/gateway-per-test.ts';
import type { MemoryEngineOptions } from '../support/memory-engine.ts';
import { TOKEN } from '../support/memory-gateway.ts';

const startGateway = gatewayPerTest();
const proxies: CuttingProxy[] = [];

afterEach(async () => {
  await Promise.all(proxies.splice(0).map((proxy) => proxy.close()));
});

const ROWS = 60_000;
const SERIES = `SELECT n FROM generate_series(1, ${String(ROWS)}) AS s(n)`;
const codeOf = (code: string): object => expect.objectContaining({ code }) as object;

async function start(
  engine: MemoryEngineOptions = {},
  retriesMax = 5,
  pageBytes = 60_000,
): Promise<{ client: Client; proxy: CuttingProxy }> {
  const statements = { resultBytesMax: 2 ** 30, spoolBytesMax: 2 ** 30, pageBytes, keepMs: 60_000 };
  const gateway = await startGateway([engine], {}, { statements });
  const proxy = await startCuttingProxy(gateway.port);
  proxies.push(proxy);
  return { client: connect({ url: proxy.url, token: TOKEN, retriesMax }), proxy };
}

async function numbersOf(result: AsyncIterable<{ readonly [name: string]: unknown }>): Promise<number[]> {
  const numbers: number[] = [];
  for await (const { n } of result) numbers.push(Number(n));
  return numbers;
}

const ALL = Array.from({ length: ROWS }, (_, index) => index + 1);

describe('a statement that the client submits', () => {
  it('runs without the client, tells how far it is, and has its rows as often as they are asked for', async () => {
    const { client } = await start({ holdMs: 300 });
    const statement = await client.submit(SERIES);
    expect(await statement.status()).toMatchObject({ state: 'running', queryId: statement.queryId, error: null });
    expect(await statement.wait()).toMatchObject({ state: 'finished', rows: ROWS, engine: 'memory' });
    const again = client.submitted(statement.queryId);
    expect(await numbersOf(await again.result())).toEqual(ALL);
    expect((await again.rows()).length).toBe(ROWS);
    let rows = 0;
    for await (const batch of statement.batches()) rows += batch.numRows;
    expect(rows).toBe(ROWS);
    const { queryId, engine, columns } = await again.result();
    expect([queryId, engine, columns.map(({ name }) => name)]).toEqual([statement.queryId, 'memory', ['n']]);
  });

  it('is read to its last row through connections that break in the middle of pages, without a row twice', async () => {
    const { client, proxy } = await start();
    const statement = await client.submit(SERIES);
    await statement.wait();
    const result = await statement.result();
    proxy.cutAfter(40_000, 90_000, 40_000, 90_000, 40_000, 90_000, 40_000, 90_000);
    expect(await numbersOf(result)).toEqual(ALL);
    expect(proxy.cuts).toBe(8);
  });

  it('is read on as long as each connection brings a part of a page that is new, however many break', async () => {
    const { client, proxy } = await start({}, 5, 2 ** 20);
    const statement = await client.submit(SERIES);
    await statement.wait();
    const result = await statement.result();
    proxy.cutAfter(...[1, 2, 3, 4, 5, 6, 7].map((part) => part * 60_000));
    expect(await numbersOf(result)).toEqual(ALL);
    expect(proxy.cuts).toBe(7);
  });

  it('is given up when connections break again and again, and can be read anew', async () => {
    const { client, proxy } = await start({}, 1);
    const statement = await client.submit(SERIES);
    await statement.wait();
    const result = await statement.result();
    proxy.cutAfter(20_000, 20_000, 20_000, 20_000, 20_000);
    await expect(numbersOf(result)).rejects.toThrow(codeOf('ENGINE_LOST'));
    proxy.cutAfter();
    expect((await statement.rows()).length).toBe(ROWS);
  });

  it('is read while it runs, and cancelled, after which it is unknown', async () => {
    const { client } = await start({ batchRows: 5000 });
    const statement = await client.submit('SELECT n FROM generate_series(1, 90000000) AS s(n)');
    for await (const batch of statement.batches()) {
      expect(batch.numRows).toBeGreaterThan(0);
      break;
    }
    expect((await statement.status()).state).toBe('running');
    await statement.cancel();
    await expect(statement.status()).rejects.toThrow(codeOf('REQUEST_NOT_FOUND'));
    await expect(statement.rows()).rejects.toThrow(codeOf('REQUEST_NOT_FOUND'));
  });

  it('tells who reads it that it was cancelled, and not that a connection broke', async () => {
    const { client } = await start({ batchRows: 5000 });
    const statement = await client.submit('SELECT n FROM generate_series(1, 90000000) AS s(n)');
    const read = async (): Promise<void> => {
      let batches = 0;
      for await (const { numRows } of statement.batches()) {
        batches += numRows > 0 ? 1 : 0;
        if (batches === 1) await statement.cancel();
      }
    };
    await expect(read()).rejects.toThrow(codeOf('REQUEST_NOT_FOUND'));
  });

  it('fails with the code, line and column of its fault: when it is submitted, waited for, or read', async () => {
    const { client } = await start({
      streamError: { afterBatches: 2, error: new PlatformError('SQL_DIVISION_BY_ZERO', 'divided by zero') },
    });
    await expect(client.submit('SELECT\nnothing FROM t')).rejects.toThrow(
      expect.objectContaining({ code: 'SQL_UNKNOWN_COLUMN', location: expect.objectContaining({ line: 2, column: 1 }) as object }),
    );
    const statement = await client.submit(SERIES);
    await expect(statement.wait()).rejects.toThrow(codeOf('SQL_DIVISION_BY_ZERO'));
    await expect(statement.rows()).rejects.toThrow(codeOf('SQL_DIVISION_BY_ZERO'));
    expect(await statement.status()).toMatchObject({ state: 'failed', error: { code: 'SQL_DIVISION_BY_ZERO' } });
  });

  it('goes on when who waits for it gives up', async () => {
    const { client } = await start({ holdMs: 60_000 });
    const statement = await client.session({ timeZone: 'Europe/Paris' }).submit(SERIES);
    const abort = new AbortController();
    const waits = [statement.wait(abort.signal), statement.result(abort.signal)];
    abort.abort();
    for (const wait of waits) await expect(wait).rejects.toThrow(codeOf('ENGINE_CANCELLED'));
    expect((await statement.status()).state).toBe('running');
  });
});
