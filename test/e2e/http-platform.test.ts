import { tableFromIPC } from 'apache-arrow';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';

interface JsonAnswer {
  readonly engine: string | null;
  readonly snapshots: readonly string[];
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly data: readonly (readonly unknown[])[];
  readonly rows: number;
}

describe('the whole platform over HTTP', { timeout: 60_000 }, () => {
  let root = '';
  let server: ServerProcess;
  const settings = () => [`files.allowedDirectories=${join(root, 'files')}`];

  const ask = async (sql: string, body: object = {}): Promise<JsonAnswer> => {
    const response = await server.sql(sql, { body });
    const text = await response.text();
    expect(response.status, text).toBe(200);
    return JSON.parse(text) as JsonAnswer;
  };

  beforeAll(async () => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'platform-')));
    mkdirSync(join(root, 'files'));
    server = await startServerProcess({ dataDirectory: join(root, 'data'), settings: settings() });
  }, 60_000);

  afterAll(async () => {
    await server.stop();
    rmSync(root, { recursive: true });
  });

  it('creates, fills and reads a table, and tells engine and snapshot', async () => {
    await ask('CREATE TABLE points (id bigint NOT NULL, label varchar, at timestamp) PARTITIONED BY (bucket(4, id))');
    const inserted = await ask(
      "INSERT INTO points SELECT n, 'p' || CAST(n AS varchar), TIMESTAMP '2001-01-01 00:00:00' FROM generate_series(1, 1000) AS s(n)",
    );
    expect(inserted.data[0]?.[0]).toBe(1000);
    const answer = await ask('SELECT count(*) AS points, min(label) AS first FROM points WHERE id > $1', { parameters: [10] });
    expect(answer).toMatchObject({ engine: 'olap', data: [[990, 'p100']], rows: 1 });
    expect(answer.snapshots).toEqual([`main.points@${String(inserted.data[0]?.[1])}`]);
  });

  it('sends the same rows in Arrow', async () => {
    const response = await server.sql('SELECT id, label FROM points ORDER BY id', { accept: 'application/vnd.apache.arrow.stream' });
    const table = tableFromIPC(new Uint8Array(await response.arrayBuffer()));
    expect(table.numRows).toBe(1000);
    expect(table.get(999)?.toJSON()).toEqual({ id: 1000n, label: 'p1000' });
  });

  it('takes rows over HTTP once per key', async () => {
    const upload = () =>
      server.call('/v1/tables/main/points/rows', {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson', 'idempotency-key': 'upload-1' },
        body: '{"id":2001,"label":"uploaded"}\n{"id":2002}\n',
      });
    const first = (await (await upload()).json()) as { rows: number; snapshotId: string; repeated: boolean };
    expect(first).toMatchObject({ rows: 2, repeated: false });
    expect(await (await upload()).json()).toMatchObject({ rows: 2, snapshotId: first.snapshotId, repeated: true });
    expect((await ask('SELECT id, label FROM points WHERE id > 2000 ORDER BY id')).data).toEqual([
      [2001, 'uploaded'],
      [2002, null],
    ]);
  });

  it.each(['parquet', 'csv', 'ndjson'])('copies a result out as %s and in again', async (format) => {
    const path = join(root, 'files', `points.${format}`);
    expect((await ask(`COPY (SELECT id, label, at FROM points) TO '${path}' (FORMAT ${format})`)).data).toEqual([[1002]]);
    await ask(`CREATE TABLE copy_${format} AS SELECT * FROM points LIMIT 0`);
    expect((await ask(`COPY copy_${format} FROM '${path}' (FORMAT ${format})`)).data[0]?.[0]).toBe(1002);
    const difference = await ask(`SELECT count(*) FROM (SELECT * FROM points EXCEPT SELECT * FROM copy_${format}) AS d`);
    expect(difference.data).toEqual([[0]]);
  });

  it('refuses a file whose values do not fit, and commits nothing of it', async () => {
    const path = join(root, 'files', 'bad.csv');
    writeFileSync(path, 'id,label\n1,a\nmany,b\n');
    const response = await server.sql(`COPY points FROM '${path}' (FORMAT csv)`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'SQL_INVALID_VALUE' });
    expect((await ask('SELECT count(*) FROM points')).data).toEqual([[1002]]);
  });

  it('shows its own tables, plans and routes', async () => {
    expect((await ask('SELECT name, ready FROM system.engines')).data).toEqual([
      ['olap', true],
      ['batch', true],
      ['stream', true],
    ]);
    const queries = await ask("SELECT count(*) > 5 FROM system.queries WHERE state = 'finished'");
    expect(queries.data).toEqual([[true]]);
    expect((await ask('EXPLAIN SELECT count(*) FROM points')).data.flat().join('\n')).toContain('main.points');
    expect((await ask('EXPLAIN ANALYZE SELECT id FROM points')).data.flat().join('\n')).toMatch(/engine: olap\nrows: 1002\n/);
    const route = (await ask('EXPLAIN ROUTE SELECT /*+ NO_CACHE */ count(*) FROM points')).data;
    expect(route.map(([engine]) => engine)).toEqual(['olap', 'batch', 'stream']);
    expect(route.filter(([, chosen]) => chosen === true)).toHaveLength(1);
    const catalog = (await (await server.call('/v1/catalog/main/points')).json()) as Record<string, unknown>;
    expect(catalog).toMatchObject({ rows: 1002, partitioning: [{ column: 'id', transform: 'bucket[4]' }] });
  });

  it('reads a table as it was', async () => {
    const { snapshots } = (await (await server.call('/v1/catalog/main/points')).json()) as { snapshots: { snapshotId: string }[] };
    const before = await ask(`SELECT count(*) FROM points FOR VERSION AS OF ${String(snapshots.at(-2)?.snapshotId)}`);
    expect(before.data).toEqual([[1000]]);
  });

  it('follows the settings that the client sends along', async () => {
    await ask('CREATE SCHEMA other');
    await ask('CREATE VIEW other.few AS SELECT id FROM main.points WHERE id < 3');
    const set = await server.sql("SET schema = 'other'");
    await set.text();
    expect(set.headers.get('trivium-set-session')).toBe('schema=other');
    expect((await ask('SELECT * FROM few ORDER BY id', { session: { schema: 'other' } })).data).toEqual([[1], [2]]);
    await ask('DROP SCHEMA other CASCADE');
  });

  it('keeps everything over a kill and a new start', async () => {
    process.kill(server.pid, 'SIGKILL');
    await server.stop();
    server = await startServerProcess({ dataDirectory: join(root, 'data'), settings: settings() });
    expect((await ask('SELECT count(*) FROM points')).data).toEqual([[1002]]);
    expect(readFileSync(join(root, 'data', 'token'), 'utf8').trim()).toBe(server.token);
  });
});
