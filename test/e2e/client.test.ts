import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tableFromArrays } from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, connect, PlatformError } from '../../client/index.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';

let server: ServerProcess;
let folder: string;
let client: Client;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trivium-client-'));
  server = await startServerProcess({ dataDirectory: folder });
  client = connect({ url: server.url, token: server.token });
}, 60_000);

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const rowsOf = async (sql: string): Promise<readonly object[]> => (await client.query(sql)).rows();

describe('a result', () => {
  it('has values that lose nothing', async () => {
    const [row] = await rowsOf(`SELECT 9007199254740993 AS big, 1 AS small, 0.1 + 0.2 AS exact, DATE '2001-02-03' AS day,
      TIMESTAMP '2001-02-03 04:05:06.789012' AS at, NULL AS nothing, ARRAY[1, NULL] AS list, X'00ff' AS bytes, true AS yes, 'é' AS text`);
    expect(row).toEqual({
      big: 9007199254740993n,
      small: 1,
      exact: '0.3',
      day: '2001-02-03',
      at: '2001-02-03T04:05:06.789012',
      nothing: null,
      list: [1, null],
      bytes: new Uint8Array([0, 255]),
      yes: true,
      text: 'é',
    });
  });

  it('is read by rows, by batches or as a table, and tells what it is', async () => {
    const sql = 'SELECT n, n % 3 AS rest FROM generate_series(1, 5000) AS s(n)';
    const result = await client.query(sql);
    expect(result.columns.map(({ name }) => name)).toEqual(['n', 'rest']);
    expect(result.queryId).not.toBe('');
    expect(result.engine).not.toBeNull();
    let sum = 0n;
    for await (const { n } of result) sum += n as bigint;
    expect(sum).toBe(12_502_500n);
    let rows = 0;
    for await (const batch of (await client.query(sql)).batches()) rows += batch.numRows;
    expect(rows).toBe(5000);
    expect((await (await client.query(sql)).table()).numRows).toBe(5000);
  });

  it('without rows has its columns', async () => {
    const result = await client.query('SELECT 1 AS a WHERE false');
    expect(result.columns.map(({ name }) => name)).toEqual(['a']);
    expect(await result.rows()).toEqual([]);
  });

  it('ends the statement when its reader leaves', async () => {
    const result = await client.query("SELECT n, repeat('x', 1000) AS text FROM generate_series(1, 50000000) AS s(n)");
    for await (const row of result) {
      expect(row).toMatchObject({ n: 1n });
      break;
    }
    await expect
      .poll(async () => (await (await server.call(`/v1/queries/${result.queryId}`)).json()) as object)
      .toMatchObject({
        state: 'cancelled',
      });
  });

  it('takes parameters by position and by name', async () => {
    expect(await (await client.query('SELECT $1::BIGINT AS a, $2 AS b', { parameters: [9007199254740993n, 'it'] })).rows()).toEqual([
      { a: 9007199254740993n, b: 'it' },
    ]);
    expect(await (await client.query('SELECT $a::INTEGER AS a', { parameters: { a: 5 } })).rows()).toEqual([{ a: 5 }]);
  });

  it('is cancelled by a signal', async () => {
    const query = client.query('SELECT sum(a.n * b.n) FROM generate_series(1, 1000000) AS a(n), generate_series(1, 1000000) AS b(n)', {
      signal: AbortSignal.timeout(200),
    });
    await expect(query).rejects.toMatchObject({ code: 'ENGINE_CANCELLED' });
  });
});

describe('a session', () => {
  it('keeps settings from statement to statement', async () => {
    const session = client.session();
    await (await session.query("SET timezone = 'Asia/Tokyo'")).rows();
    expect(session.settings).toEqual({ timeZone: 'Asia/Tokyo' });
    expect(await (await session.query("SELECT CAST(TIMESTAMPTZ '2001-01-01 00:00:00+00' AS VARCHAR) AS at")).rows()).toEqual([
      { at: '2001-01-01 09:00:00+09' },
    ]);
  });

  it('commits a transaction that returns and rolls back one that throws', async () => {
    await rowsOf('CREATE TABLE ledger (n BIGINT)');
    const session = client.session();
    const insert = async (n: number, inside: typeof session): Promise<void> => {
      await (await inside.query(`INSERT INTO ledger VALUES (${String(n)})`)).rows();
    };
    await session.transaction((inside) => insert(1, inside));
    const failing = session.transaction(async (inside) => {
      await insert(2, inside);
      throw new PlatformError('REQUEST_INVALID', 'no more');
    });
    await expect(failing).rejects.toThrow('no more');
    expect(await rowsOf('SELECT n FROM ledger')).toEqual([{ n: 1n }]);
    expect(session.settings).toEqual({});
  });
});

describe('rows', () => {
  it('are appended once under a key, as objects, Arrow or bytes', async () => {
    await rowsOf('CREATE TABLE taken (n BIGINT, t VARCHAR)');
    const rows = [
      { n: 9007199254740993n, t: 'a' },
      { n: 2, t: null },
    ];
    expect(await client.append('main.taken', rows, { idempotencyKey: 'once' })).toMatchObject({ rows: 2, repeated: false });
    expect(await client.append('main.taken', rows, { idempotencyKey: 'once' })).toMatchObject({ rows: 2, repeated: true });
    await client.append('taken', tableFromArrays({ n: new BigInt64Array([3n]), t: ['c'] }));
    await client.append('taken', { format: 'csv', bytes: new TextEncoder().encode('n,t\n4,d\n') });
    expect(await rowsOf('SELECT n, t FROM taken ORDER BY n')).toEqual([
      { n: 2n, t: null },
      { n: 3n, t: 'c' },
      { n: 4n, t: 'd' },
      { n: 9007199254740993n, t: 'a' },
    ]);
  });
});
