import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';

describe('files added to a table on the whole platform', { timeout: 240_000 }, () => {
  let root = '';
  let server: ServerProcess;

  const send = async (sql: string): Promise<{ readonly data: readonly (readonly unknown[])[]; readonly code?: string }> =>
    (await (await server.sql(sql)).json()) as { data: readonly (readonly unknown[])[]; code?: string };
  const onEveryEngine = async (select: string, rows: readonly (readonly unknown[])[]): Promise<void> => {
    for (const engine of ['olap', 'batch', 'stream'])
      expect((await send(select.replace('SELECT', `SELECT /*+ ENGINE(${engine}) */`))).data, engine).toEqual(rows);
  };

  beforeAll(async () => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'added-files-')));
    const config = join(root, 'server.yaml');
    writeFileSync(config, `files:\n  allowedDirectories: ['${root}/theirs']\n`);
    for (const word of ['a', 'b']) mkdirSync(join(root, 'theirs', `word=${word}`), { recursive: true });
    const instance = await DuckDBInstance.create();
    const connection = await instance.connect();
    for (const [word, from] of [
      ['a', 0],
      ['b', 10],
    ] as const) {
      const path = join(root, 'theirs', `word=${word}`, 'rows.parquet');
      await connection.run(
        `COPY (SELECT i AS id, i * 2 AS n FROM range(${String(from)}, ${String(from + 3)}) r(i)) TO '${path}' (FORMAT parquet)`,
      );
    }
    connection.closeSync();
    instance.closeSync();
    server = await startServerProcess({ dataDirectory: join(root, 'data'), config });
  }, 120_000);

  afterAll(async () => {
    await server.stop();
    rmSync(root, { recursive: true });
  });

  it('are read by every engine, before and after columns are renamed, rows changed and files rewritten', async () => {
    await send('CREATE TABLE visits (id bigint NOT NULL, n bigint, word varchar, note varchar) PARTITIONED BY (word)');
    await send("INSERT INTO visits VALUES (100, 1, 'c', 'own')");
    const added = (await send(`CALL system.add_files('visits', '${root}/theirs')`)).data[0];
    expect(added?.slice(0, 2).map(Number)).toEqual([2, 6]);
    expect(await send(`CALL system.add_files('visits', '${root}/theirs')`)).toMatchObject({ code: 'STORAGE_FILE' });
    const rows = (named: string): string =>
      `SELECT CAST(id AS varchar) AS i, CAST(n AS varchar) AS k, ${named}, note FROM visits ORDER BY id`;
    const row = (id: number, word: string): readonly unknown[] => [String(id), String(id * 2), word, null];
    const own = ['100', '1', 'c', 'own'];
    await onEveryEngine(rows('word'), [row(0, 'a'), row(1, 'a'), row(2, 'a'), row(10, 'b'), row(11, 'b'), row(12, 'b'), own]);
    await onEveryEngine("SELECT count(*) AS c FROM visits WHERE word = 'b' AND id < 12", [[2]]);
    await send('ALTER TABLE visits RENAME COLUMN word TO label');
    await send('DELETE FROM visits WHERE id IN (1, 11)');
    await onEveryEngine(rows('label'), [row(0, 'a'), row(2, 'a'), row(10, 'b'), row(12, 'b'), own]);
    await send("CALL system.optimize('visits')");
    await onEveryEngine(rows('label'), [row(0, 'a'), row(2, 'a'), row(10, 'b'), row(12, 'b'), own]);
    expect((await send("CALL system.verify('visits')")).data[0]?.map(Number)[2]).toBe(0);
  });
});
