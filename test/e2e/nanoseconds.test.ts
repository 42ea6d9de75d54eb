import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { tableFromIPC } from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';

const V3 = 'WITH ("format-version" = 3)';
/** Before 1970, where rounding to zero would go to the future; a whole microsecond; and the ends. */
const READINGS = [
  '1677-09-22T00:00:00',
  '1969-12-31T23:59:59.999999999',
  '2001-01-01T00:00:00.123456',
  '2001-01-01T00:00:00.123456789',
  '2262-04-11T23:47:16.854775806',
];

interface Answer {
  readonly data: readonly (readonly unknown[])[];
  readonly code?: string;
  readonly detail?: string;
  readonly hint?: string;
}

describe('timestamps in nanoseconds on the whole platform', { timeout: 240_000 }, () => {
  let root = '';
  let server: ServerProcess;

  const send = async (sql: string, body: object = {}): Promise<Answer> => (await (await server.sql(sql, { body })).json()) as Answer;
  const run = async (sql: string): Promise<Answer['data']> => {
    const answer = await send(sql);
    expect(answer.code, `${sql}: ${String(answer.detail)}`).toBeUndefined();
    return answer.data;
  };
  const onEveryEngine = async (select: string, rows: Answer['data']): Promise<void> => {
    for (const engine of ['olap', 'batch'])
      expect(await run(select.replace('SELECT', `SELECT /*+ ENGINE(${engine}) */`)), engine).toEqual(rows);
  };
  const load = (table: string, contentType: string, content: string | Uint8Array<ArrayBuffer>): Promise<Response> =>
    server.call(`/v1/tables/main/${table}/rows`, { method: 'POST', body: content, headers: { 'content-type': contentType } });

  beforeAll(async () => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'nanoseconds-')));
    mkdirSync(join(root, 'theirs'));
    const config = join(root, 'server.yaml');
    writeFileSync(config, `files:\n  allowedDirectories: ['${root}/theirs']\n`);
    server = await startServerProcess({ dataDirectory: join(root, 'data'), config });
    await run(`CREATE TABLE events (id integer, at timestamp(9), seen timestamp(9)[]) ${V3}`);
    const rows = READINGS.map((text, index) => `(${String(index)}, '${text}', ARRAY[TIMESTAMP '2001-01-01 00:00:00.000000001'])`);
    await run(`INSERT INTO events VALUES ${rows.join(', ')}`);
  }, 120_000);

  afterAll(async () => {
    await server.stop();
    rmSync(root, { recursive: true });
  });

  it('come back with all digits from every engine that takes them, and one that does not says so', async () => {
    await onEveryEngine(
      'SELECT at, seen FROM events ORDER BY at',
      READINGS.map((text) => [text, ['2001-01-01T00:00:00.000000001']]),
    );
    await onEveryEngine("SELECT id FROM events WHERE at > TIMESTAMP '2001-01-01 00:00:00.123456788'", [[3], [4]]);
    await onEveryEngine('SELECT at, count(*) FROM events WHERE id = 3 GROUP BY at', [[READINGS[3], 1]]);
    expect(await send('SELECT /*+ ENGINE(stream) */ at FROM events')).toMatchObject({
      code: 'ENGINE_REFUSED',
      detail: expect.stringContaining("'type:timestamp_ns' is not declared") as string,
    });
  });

  it('are no columns of tables of format version 2, and no column of microseconds becomes one', async () => {
    const refused = { code: 'STORAGE_UNSUPPORTED', hint: expect.stringContaining('"format-version" = 3') as string };
    expect(await send('CREATE TABLE older (at timestamp(9))')).toMatchObject(refused);
    expect(await send('CREATE TABLE older AS SELECT seen FROM events')).toMatchObject(refused);
    await run('CREATE TABLE older (at timestamp)');
    expect(await send('ALTER TABLE older ADD COLUMN part struct(fine map(varchar, timestamp(9)))')).toMatchObject(refused);
    await run('ALTER TABLE older SET PROPERTIES ("format-version" = 3)');
    expect(await send('ALTER TABLE older ALTER COLUMN at SET DATA TYPE timestamp(9)')).toMatchObject({
      code: 'CATALOG_INCOMPATIBLE_CHANGE',
    });
    await run("ALTER TABLE older ADD COLUMN fine timestamp(9) DEFAULT '2001-01-01 00:00:00.000000001'");
    await run("INSERT INTO older (at) VALUES ('2001-01-01')");
    expect(await run('SELECT fine FROM older')).toEqual([['2001-01-01T00:00:00.000000001']]);
  });

  it('become microseconds only when a CAST says so, rounded to the past; what they do not hold is an error', async () => {
    expect(await run('SELECT CAST(at AS timestamp), CAST(at AS date) FROM events WHERE id = 1')).toEqual([
      ['1969-12-31T23:59:59.999999', '1969-12-31'],
    ]);
    await run('CREATE TABLE micros (at timestamp)');
    expect(await send('INSERT INTO micros SELECT at FROM events')).toMatchObject({ code: 'SQL_TYPE_MISMATCH' });
    await run("INSERT INTO micros VALUES ('2001-01-01 00:00:00.123456'), ('3001-01-01')");
    expect(await send('SELECT CAST(at AS timestamp(9)) FROM micros')).toMatchObject({ code: 'SQL_INVALID_VALUE' });
    expect(await run('SELECT TRY_CAST(at AS timestamp(9)) FROM micros ORDER BY at')).toEqual([['2001-01-01T00:00:00.123456'], [null]]);
    for (const sql of [
      "INSERT INTO events (at) VALUES ('2262-04-11 23:47:16.854775807')",
      "INSERT INTO events (at) VALUES ('2001-01-01 00:00:00.1234567891')",
      'INSERT INTO events (at) SELECT at FROM micros',
      'SELECT at + INTERVAL 1 DAY FROM events',
    ])
      expect(await send(sql), sql).toMatchObject({ code: 'SQL_INVALID_VALUE' });
    expect(await run("SELECT at + INTERVAL '1' DAY, date_trunc('second', at), year(at) FROM events WHERE id = 1")).toEqual([
      ['1970-01-01T23:59:59.999999999', '1969-12-31T23:59:59', 1969],
    ]);
  });

  it('are parameters, and texts and numbers of every result format', async () => {
    const parameters = { parameters: ['2001-01-01 00:00:00.123456789'] };
    expect((await send('SELECT id FROM events WHERE at = ?', parameters)).data).toEqual([[3]]);
    const select = 'SELECT at FROM events WHERE id = 3';
    const inFormat = async (accept: string): Promise<Response> => server.sql(select, { accept });
    expect(await (await inFormat('text/csv')).text()).toContain('2001-01-01T00:00:00.123456789');
    expect(await (await inFormat('application/x-ndjson')).text()).toContain('"2001-01-01T00:00:00.123456789"');
    const table = tableFromIPC(await (await inFormat('application/vnd.apache.arrow.stream')).arrayBuffer());
    expect(String(table.schema.fields[0]?.type)).toBe('Timestamp<NANOSECOND>');
    expect((table.batches[0]?.data.children[0]?.values as BigInt64Array)[0]).toBe(978_307_200_123_456_789n);
  });

  it('partition tables by the units of the calendar and by the bucket of their microseconds', async () => {
    await run(`CREATE TABLE parted (id integer, at timestamp(9)) PARTITIONED BY (year(at), month(at), hour(at), bucket(1000, at)) ${V3}`);
    await run(`CREATE TABLE by_micros (id integer, at timestamp) PARTITIONED BY (year(at), month(at), hour(at), bucket(1000, at)) ${V3}`);
    await run('INSERT INTO parted SELECT id, at FROM events');
    await run('INSERT INTO by_micros SELECT id, CAST(at AS timestamp) FROM events');
    const partitions = await run('SELECT partition FROM "parted$partitions" ORDER BY 1');
    expect(partitions).toEqual(await run('SELECT partition FROM "by_micros$partitions" ORDER BY 1'));
    expect(partitions.map(([text]) => (JSON.parse(String(text)) as { at_hour: string }).at_hour)).toContain('1969-12-31-23');
    for (const [index, text] of READINGS.entries())
      expect(await run(`SELECT id FROM parted WHERE at = TIMESTAMP '${text}'`)).toEqual([[index]]);
    await run(`CREATE TABLE by_value (id integer, at timestamp(9)) PARTITIONED BY (at) ${V3}`);
    await run('INSERT INTO by_value SELECT id, at FROM events');
    expect(await run('SELECT partition FROM "by_value$partitions" ORDER BY 1')).toContainEqual(['{"at":"1969-12-31 23:59:59.999999999"}']);
    for (const [index, text] of READINGS.entries())
      expect(await run(`SELECT id FROM by_value WHERE at = TIMESTAMP '${text}'`)).toEqual([[index]]);
  });

  it('are loaded from texts and Arrow with nine digits', async () => {
    await run(`CREATE TABLE loaded (at timestamp(9)) ${V3}`);
    const first = '2001-01-01T00:00:00.123456789';
    expect((await load('loaded', 'application/x-ndjson', `{"at":"${first}"}\n`)).status).toBe(200);
    expect((await load('loaded', 'text/csv', 'at\n1969-12-31 23:59:59.999999999\n')).status).toBe(200);
    const frames = await server.sql("SELECT TIMESTAMP '1970-01-01 00:00:00.000000001' AS at", {
      accept: 'application/vnd.apache.arrow.stream',
    });
    const arrow = await load('loaded', 'application/vnd.apache.arrow.stream', new Uint8Array(await frames.arrayBuffer()));
    expect(arrow.status, await arrow.text()).toBe(200);
    expect(await run('SELECT at FROM loaded ORDER BY at')).toEqual([
      ['1969-12-31T23:59:59.999999999'],
      ['1970-01-01T00:00:00.000000001'],
      [first],
    ]);
    for (const text of ['2001-01-01T00:00:00.1234567891', '3001-01-01T00:00:00'])
      expect((await load('loaded', 'application/x-ndjson', `{"at":"${text}"}\n`)).status, text).toBe(400);
  });

  it('are columns of files that are added', async () => {
    const instance = await DuckDBInstance.create();
    const connection = await instance.connect();
    const file = join(root, 'theirs', 'rows.parquet');
    await connection.run(`COPY (SELECT TIMESTAMP_NS '2001-01-01 00:00:00.123456789' AS at) TO '${file}' (FORMAT parquet)`);
    connection.closeSync();
    instance.closeSync();
    await run(`CREATE TABLE added (at timestamp(9)) PARTITIONED BY (day(at)) ${V3}`);
    await run(`CALL system.add_files('added', '${file}')`);
    expect(await run("SELECT at FROM added WHERE at > TIMESTAMP '2001-01-01 00:00:00.123456788'")).toEqual([[READINGS[3]]]);
    await run('CREATE TABLE wrong (at timestamp)');
    expect(await send(`CALL system.add_files('wrong', '${file}')`)).toMatchObject({ code: 'SQL_TYPE_MISMATCH' });
  });
});
