import { tableFromIPC } from 'apache-arrow';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PlatformError } from '../../spi/index.ts';
import { RESULT_MEDIA_TYPES } from '../../sql-gateway/result/result-format.ts';
import type { MemoryEngineOptions } from '../support/memory-engine.ts';
import { gatewayPerTest } from '../support/gateway-per-test.ts';

const start = gatewayPerTest();

const SERIES = 'SELECT n FROM generate_series(1, 2500) AS s(n)';
/** Nothing of a Parquet file can be sent before its end is known. */
const STREAMED = Object.values(RESULT_MEDIA_TYPES).filter((type) => type !== RESULT_MEDIA_TYPES.parquet);
const lost = new PlatformError('ENGINE_LOST', 'the engine is gone');
const divided = new PlatformError('SQL_DIVISION_BY_ZERO', 'divided by zero');

describe('POST /v1/sql', () => {
  it('answers in JSON with columns before rows', async () => {
    const { sql } = await start();
    const response = await sql('SELECT 1 AS n');
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(response.headers.get('trivium-engine')).toBe('memory');
    const text = await response.text();
    expect(text.indexOf('"columns"')).toBeLessThan(text.indexOf('"data"'));
    const body = JSON.parse(text) as Record<string, unknown>;
    expect(body).toMatchObject({ engine: 'memory', snapshots: [], columns: [{ name: 'n', type: 'integer' }], data: [[1]], rows: 1 });
    expect(body['queryId']).toBe(response.headers.get('trivium-query-id'));
  });

  it('answers with the same rows in all formats', async () => {
    const { sql } = await start();
    const json = (await (await sql(SERIES)).json()) as { data: number[][]; rows: number };
    const arrow = tableFromIPC(new Uint8Array(await (await sql(SERIES, { accept: 'application/vnd.apache.arrow.stream' })).arrayBuffer()));
    const ndjson = (await (await sql(SERIES, { accept: 'application/x-ndjson' })).text()).trimEnd().split('\n');
    const csv = (await (await sql(SERIES, { accept: 'text/csv' })).text()).trimEnd().split('\r\n');
    const columns = await sql(SERIES, { accept: 'application/json; layout=columns' });
    expect(columns.headers.get('content-type')).toBe('application/json; layout=columns; charset=utf-8');
    const { batches, ...facts } = (await columns.json()) as { batches: number[][][] };
    expect(facts).toMatchObject({ columns: [{ name: 'n' }], rows: 2500 });
    expect(batches.length).toBeGreaterThan(1);
    expect(batches.flatMap(([n]) => n)).toEqual(json.data.map(([n]) => n));
    expect(json.rows).toBe(2500);
    expect(json.data.map(([n]) => Number(n))).toEqual(Array.from({ length: 2500 }, (_, index) => index + 1));
    expect(arrow.numRows).toBe(2500);
    expect(ndjson).toHaveLength(2500);
    expect(JSON.parse(ndjson[2499] ?? '')).toEqual(JSON.parse(`{"n":${JSON.stringify(json.data[2499]?.[0])}}`));
    expect(csv.slice(0, 2)).toEqual(['n', '1']);
    expect(csv).toHaveLength(2501);
  });

  it('answers properly when there are no rows', async () => {
    const { sql } = await start();
    const empty = 'SELECT n FROM generate_series(2, 1) AS s(n)';
    expect(await (await sql(empty)).json()).toMatchObject({ data: [], rows: 0 });
    expect(await (await sql(empty, { accept: 'application/json; layout=columns' })).json()).toMatchObject({ batches: [], rows: 0 });
    expect(await (await sql(empty, { accept: 'text/csv' })).text()).toBe('n\r\n');
    expect(await (await sql(empty, { accept: 'application/x-ndjson' })).text()).toBe('');
    const arrow = await (await sql(empty, { accept: 'application/vnd.apache.arrow.stream' })).arrayBuffer();
    expect(tableFromIPC(new Uint8Array(arrow)).schema.fields.map((field) => field.name)).toEqual(['n']);
  });

  it('takes the statement as plain text', async () => {
    const { call } = await start();
    const response = await call('/v1/sql?format=csv', { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'SELECT 7 AS n' });
    expect(await response.text()).toBe('n\r\n7\r\n');
  });

  it('tells a failure before the first row as a problem with its code', async () => {
    const { sql } = await start([{ streamError: { afterBatches: 0, error: divided } }]);
    for (const accept of ['application/json', 'text/csv', 'application/x-ndjson', 'application/vnd.apache.arrow.stream']) {
      const response = await sql(SERIES, { accept });
      expect(response.status).toBe(400);
      expect(response.headers.get('content-type')).toBe('application/problem+json');
      expect(await response.json()).toMatchObject({ code: 'SQL_DIVISION_BY_ZERO', queryId: response.headers.get('trivium-query-id') });
    }
  });

  it.each(STREAMED)('breaks the connection when rows of %s fail in the middle', async (accept) => {
    const { sql, call } = await start([{ batchRows: 5000, streamError: { afterBatches: 4, error: lost } }]);
    const response = await sql('SELECT g FROM generate_series(1, 100000) AS s(g)', { accept });
    expect(response.status).toBe(200);
    await expect(response.arrayBuffer()).rejects.toThrow();
    const { queries } = (await (await call('/v1/queries')).json()) as { queries: { state: string; errorCode: string }[] };
    expect(queries[0]).toMatchObject({ state: 'failed', errorCode: 'ENGINE_LOST' });
  });

  it('tells a failure after any number of rows as a problem to who asked for Parquet, and leaves no file', async () => {
    const { sql, root } = await start([{ batchRows: 5000, streamError: { afterBatches: 4, error: lost } }]);
    const response = await sql('SELECT g FROM generate_series(1, 100000) AS s(g)', { accept: 'application/vnd.apache.parquet' });
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ code: 'ENGINE_LOST' });
    expect(readdirSync(join(root, 'spool'))).toEqual([]);
  });

  it('tells a failure after a few rows as a problem too, when none of them has been sent', async () => {
    const { sql } = await start([{ batchRows: 10, streamError: { afterBatches: 4, error: lost } }]);
    const response = await sql(SERIES);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ code: 'ENGINE_LOST' });
  });

  it('goes on with the next engine when the first is lost before its first row', async () => {
    const { sql } = await start([
      { name: 'first', cpuMs: 1, streamError: { afterBatches: 0, error: lost } },
      { name: 'second', cpuMs: 2, prepareError: new PlatformError('ENGINE_UNAVAILABLE', 'starting') },
      { name: 'third', cpuMs: 3 },
    ]);
    expect(await (await sql('SELECT 1 AS n')).json()).toMatchObject({ engine: 'third', rows: 1 });
  });

  it('asks an engine that cannot be quicker only when the quick ones fail', async () => {
    // Once asked, the slow one would win: its estimate is lower than what it declares.
    const slow = { name: 'slow', cpuMs: 0.1, elapsedMsMin: 100 };
    const engineOf = async (quick: MemoryEngineOptions) => {
      const { sql } = await start([{ name: 'quick', ...quick }, slow]);
      const response = await sql('SELECT 1 AS n');
      return response.headers.get('trivium-engine');
    };
    expect(await engineOf({ cpuMs: 1 })).toBe('quick');
    expect(await engineOf({ cpuMs: 200 })).toBe('slow');
    expect(await engineOf({ cpuMs: 1, streamError: { afterBatches: 0, error: lost } })).toBe('slow');
    expect(await engineOf({ cpuMs: 1, refusal: 'too big' })).toBe('slow');
  });

  it('does not try another engine when the statement itself is at fault', async () => {
    const { sql } = await start([
      { name: 'first', cpuMs: 1, streamError: { afterBatches: 0, error: divided } },
      { name: 'second', cpuMs: 2 },
    ]);
    expect((await sql('SELECT 1 AS n')).status).toBe(400);
  });

  it('takes the cheapest engine, unless the session or a hint names another', async () => {
    const { sql } = await start([
      { name: 'dear', cpuMs: 50 },
      { name: 'cheap', cpuMs: 5 },
      { name: 'other', cpuMs: 70 },
    ]);
    const engineOf = async (text: string, body: object = {}) => (await sql(text, { body })).headers.get('trivium-engine');
    expect(await engineOf('SELECT 1')).toBe('cheap');
    expect(await engineOf('SELECT 1', { session: { engine: 'dear' } })).toBe('dear');
    expect(await engineOf('SELECT /*+ ENGINE(other) */ 1', { session: { engine: 'dear' } })).toBe('other');
  });

  it('tells why each engine refuses when none takes the statement', async () => {
    const { sql } = await start([
      { name: 'one', refusal: 'too big' },
      { name: 'two', refusal: 'too odd' },
    ]);
    const problem = (await (await sql('SELECT 1')).json()) as { code: string; detail: string };
    expect(problem.code).toBe('ENGINE_REFUSED');
    expect(problem.detail).toMatch(/one: too big; two: too odd/);
  });

  it('explains the route with every engine that was asked', async () => {
    const { sql } = await start([
      { name: 'one', refusal: 'too big' },
      { name: 'two', cpuMs: 5 },
    ]);
    const { data } = (await (await sql('EXPLAIN ROUTE SELECT 1')).json()) as { data: unknown[][] };
    expect(data.map((row) => row.slice(0, 2))).toEqual([
      ['one', false],
      ['two', true],
    ]);
    expect(data[0]).toContain('too big');
  });

  it('hands a setting to the client, which sends it along', async () => {
    const { sql } = await start([{ name: 'one' }, { name: 'two', cpuMs: 9 }]);
    const set = await sql("SET engine = 'two'");
    expect(set.headers.get('trivium-set-session')).toBe('engine=two');
    expect((await sql("SET time_zone = 'Europe/Berlin'")).headers.get('trivium-set-session')).toBe('timeZone=Europe%2FBerlin');
    expect((await sql('RESET engine')).headers.get('trivium-set-session')).toBe('engine');
    expect((await sql("SET engine = 'tow'")).status).toBe(400);
    expect((await sql("SET schema = 'mian'")).status).toBe(404);
  });

  it('commits the rows of an INSERT once under a repeated key', async () => {
    const { sql, sink } = await start();
    const headers = { 'idempotency-key': 'k1' };
    const insert = 'INSERT INTO t SELECT n FROM generate_series(1, 10) AS s(n)';
    expect(await (await sql(insert, { headers })).json()).toMatchObject({ data: [[10, '1', false]] });
    expect(await (await sql(insert, { headers })).json()).toMatchObject({ data: [[10, '1', true]] });
    expect(sink.commits).toHaveLength(1);
  });

  it('commits nothing when an INSERT fails in the middle', async () => {
    const { sql, sink } = await start([{ batchRows: 3, streamError: { afterBatches: 2, error: divided } }]);
    expect((await sql('INSERT INTO t SELECT n FROM generate_series(1, 10) AS s(n)')).status).toBe(400);
    expect(sink.commits).toHaveLength(0);
    expect(sink.aborted).toBe(1);
  });

  it('copies a result into an allowed folder and nowhere else', async () => {
    const { sql, allowed, root } = await start();
    const copy = (path: string, format: string) =>
      sql(`COPY (SELECT n FROM generate_series(1, 3) AS s(n)) TO '${path}' (FORMAT ${format})`);
    expect(await (await copy(join(allowed, 'a.csv'), 'csv')).json()).toMatchObject({ data: [[3]] });
    expect(readFileSync(join(allowed, 'a.csv'), 'utf8')).toBe('n\r\n1\r\n2\r\n3\r\n');
    await copy(join(allowed, 'a.ndjson'), 'ndjson');
    expect(readFileSync(join(allowed, 'a.ndjson'), 'utf8').split('\n')).toHaveLength(4);
    await copy(join(allowed, 'a.parquet'), 'parquet');
    expect(readFileSync(join(allowed, 'a.parquet'), 'utf8')).toBe('PAR1 3 rows');
    const refused = await copy(join(root, 'b.csv'), 'csv');
    expect(await refused.json()).toMatchObject({ code: 'STORAGE_LOCATION' });
    expect(readdirSync(allowed).sort()).toEqual(['a.csv', 'a.ndjson', 'a.parquet']);
  });

  it('copies a file of an allowed folder into a table, and names it as the user did when it is broken', async () => {
    const { sql, allowed, sink } = await start();
    writeFileSync(join(allowed, 'good.csv'), 'n\n1\n');
    writeFileSync(join(allowed, 'bad.csv'), 'broken');
    expect((await sql(`COPY t FROM '${join(allowed, 'good.csv')}' (FORMAT csv)`)).status).toBe(200);
    expect(sink.files[0]?.text).toBe('n\n1\n');
    const problem = (await (await sql(`COPY t FROM '${join(allowed, 'bad.csv')}' (FORMAT csv)`)).json()) as {
      code: string;
      detail: string;
    };
    expect(problem).toMatchObject({ code: 'STORAGE_FILE', detail: `${join(allowed, 'bad.csv')} holds something broken` });
    expect((await sql("COPY t FROM '/etc/passwd' (FORMAT csv)")).status).toBe(400);
  });
});
