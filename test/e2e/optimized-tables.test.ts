import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { locationToPath } from '../../spi/index.ts';
import { type AnswerRows, askRows } from '../support/ask-rows.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';

describe('optimize on the whole platform', { timeout: 240_000 }, () => {
  let root = '';
  let server: ServerProcess;

  const ask = (sql: string): Promise<AnswerRows> => askRows(server, sql);

  beforeAll(async () => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'optimized-tables-')));
    server = await startServerProcess({ dataDirectory: join(root, 'data'), settings: ['streams.checkpointIntervalMs=100'] });
  }, 120_000);

  afterAll(async () => {
    await server.stop();
    rmSync(root, { recursive: true });
  });

  it('writes anew what deletes leave of files, and takes the delete files out of the snapshot', async () => {
    const modes = ['delete', 'update'].map((kind) => `'write.${kind}.mode' = 'merge-on-read'`).join(', ');
    await ask(`CREATE TABLE marked (id bigint, part varchar) PARTITIONED BY (part) WITH (${modes})`);
    await ask("INSERT INTO marked SELECT n, 'p' || CAST(n % 3 AS varchar) FROM range(0, 90) AS s(n)");
    await ask("INSERT INTO marked VALUES (1000, 'p9')");
    await ask('CREATE MATERIALIZED VIEW kept AS SELECT part, count(*) AS c, sum(id) AS ids FROM marked GROUP BY part');
    await ask('DELETE FROM marked WHERE id % 7 = 3');
    await ask('DELETE FROM marked WHERE id = 1000');
    await ask('UPDATE marked SET id = id + 100 WHERE id % 11 = 1');
    const counts = 'SELECT count(*) FILTER (WHERE content = 0) AS data, count(*) FILTER (WHERE content > 0) AS deletes FROM "marked$files"';
    const rows = await ask('SELECT id, part FROM marked ORDER BY 1, 2');
    const [[before]] = (await ask('SELECT CAST(snapshot_id AS varchar) FROM "marked$snapshots" ORDER BY committed_at DESC LIMIT 1')) as [
      [string],
    ];
    expect(Number((await ask(counts))[0]?.[1])).toBeGreaterThan(3);
    await ask("CALL system.optimize('marked')");
    expect((await ask(counts))[0]?.map(Number)).toEqual([3, 0]);
    for (const engine of ['olap', 'batch', 'stream'])
      expect(await ask(`SELECT /*+ ENGINE(${engine}) */ id, part FROM marked ORDER BY 1, 2`), engine).toEqual(rows);
    expect(await ask(`SELECT id, part FROM marked FOR VERSION AS OF ${before} ORDER BY 1, 2`)).toEqual(rows);
    const [[operation, summary]] = (await ask('SELECT operation, summary FROM "marked$snapshots" ORDER BY committed_at DESC LIMIT 1')) as [
      [string, string],
    ];
    expect(operation).toBe('replace');
    expect(JSON.parse(summary)).toMatchObject({
      'total-records': String(rows.length),
      'total-delete-files': '0',
      'total-position-deletes': '0',
    });
    expect((await ask("CALL system.optimize('marked')"))[0]?.slice(0, 2).map(Number)).toEqual([0, 0]);
    const sums = await ask('SELECT part, count(*), sum(id) FROM marked GROUP BY part ORDER BY 1');
    await vi.waitFor(
      async () => {
        expect(await ask('SELECT /*+ ENGINE(olap) */ part, c, ids FROM kept ORDER BY 1')).toEqual(sums);
      },
      { timeout: 60_000, interval: 200 },
    );
  });

  it('puts the rows into the order of the table, once', async () => {
    await ask('CREATE TABLE sorted (id bigint, name varchar)');
    for (const from of [3, 1, 2, 0]) {
      await ask(
        `INSERT INTO sorted SELECT n * 4 + ${String(from)}, 'n' || CAST(n AS varchar) FROM range(0, 50) AS s(n) ORDER BY (n * 7) % 50`,
      );
    }
    await ask('ALTER TABLE sorted WRITE ORDERED BY id DESC');
    expect((await ask("CALL system.optimize('sorted')"))[0]?.slice(0, 2).map(Number)).toEqual([4, 1]);
    const [[location, order]] = (await ask('SELECT file_path, sort_order_id FROM "sorted$files"')) as [[string, string]];
    expect(Number(order)).toBeGreaterThan(0);
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    const connection = await instance.connect();
    const read = await connection.runAndReadAll(`SELECT id::INTEGER FROM read_parquet('${locationToPath(location)}')`);
    expect(read.getRows().map(([id]) => id)).toEqual(Array.from({ length: 200 }, (_, index) => 199 - index));
    connection.closeSync();
    instance.closeSync();
    expect((await ask("CALL system.optimize('sorted')"))[0]?.slice(0, 2).map(Number)).toEqual([0, 0]);
  });
});
