import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';

interface JsonAnswer {
  readonly code?: string;
  readonly hint?: string;
  readonly data: readonly (readonly unknown[])[];
}

const ENGINES = ['olap', 'batch', 'stream'] as const;

/** Types with a constant, and how a text of the constant reads. */
const CONSTANTS: readonly (readonly [type: string, constant: string, text: string])[] = [
  ['boolean', 'true', 'true'],
  ['integer', '-7', '-7'],
  ['bigint', '9007199254740993', '9007199254740993'],
  ['double', '0.1', '0.1'],
  ['real', '0.5', '0.5'],
  ['decimal(10, 2)', '1.5', '1.50'],
  ['date', "DATE '2026-02-03'", '2026-02-03'],
  ['time', "TIME '03:04:05.6'", '03:04:05.6'],
  ['timestamp', "'2026-02-03 04:05:06.789'", '2026-02-03 04:05:06.789'],
  ['timestamp with time zone', "'2026-02-03 04:05:06 +01:00'", '2026-02-03 03:05:06+00'],
  ['varchar', "'it''s \\ \"quoted\" ß'", 'it\'s \\ "quoted" ß'],
  ['uuid', "'00000000-0000-0000-0000-0000000000AB'", '00000000-0000-0000-0000-0000000000ab'],
];

describe('default values of columns', { timeout: 240_000 }, () => {
  let root = '';
  let server: ServerProcess;

  const call = async (sql: string): Promise<JsonAnswer> => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ sql }) };
    return (await (await server.call('/v1/sql', init)).json()) as JsonAnswer;
  };
  const ask = async (sql: string): Promise<readonly (readonly unknown[])[]> => {
    const answer = await call(sql);
    expect(answer.code, `${sql}: ${JSON.stringify(answer)}`).toBeUndefined();
    return answer.data;
  };

  beforeAll(async () => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'default-values-')));
    server = await startServerProcess({ dataDirectory: join(root, 'data') });
  }, 120_000);

  afterAll(async () => {
    await server.stop();
    rmSync(root, { recursive: true });
  });

  it('are in rows of before the column on every engine, and in rows that are written without it', async () => {
    await ask('CREATE TABLE old (id bigint) WITH ("format-version" = 3)');
    await ask('INSERT INTO old VALUES (1), (2)');
    for (const [index, [type, constant]] of CONSTANTS.entries()) {
      await ask(`ALTER TABLE old ADD COLUMN c${String(index)} ${type} DEFAULT ${constant}`);
    }
    await ask('INSERT INTO old (id) VALUES (3)');
    for (const engine of ENGINES) {
      // The stream engine has no values of type time.
      const read = CONSTANTS.map(([type, , text], index) => ({ type, text, sql: `CAST(c${String(index)} AS varchar)` }));
      const own = read.filter(({ type }) => engine !== 'stream' || ['integer', 'bigint', 'date', 'varchar'].includes(type));
      const rows = await ask(`SELECT /*+ ENGINE(${engine}) */ id, ${own.map(({ sql }) => sql).join(', ')} FROM old ORDER BY id`);
      expect(rows, engine).toEqual([1, 2, 3].map((id) => [id, ...own.map(({ text }) => text)]));
      expect(await ask(`SELECT /*+ ENGINE(${engine}) */ count(*) FROM old WHERE c1 = -7 AND c10 LIKE 'it%' AND c2 > 5`)).toEqual([[3]]);
      expect(await ask(`SELECT /*+ ENGINE(${engine}) */ count(*) FROM old WHERE c1 IS NULL OR c1 > 0`)).toEqual([[0]]);
    }
  });

  it('change for rows to come alone, and stay in files that are written anew', async () => {
    await ask('CREATE TABLE kept (id bigint, w integer DEFAULT 5) WITH ("format-version" = 3)');
    await ask('INSERT INTO kept (id) VALUES (1)');
    await ask("ALTER TABLE kept ADD COLUMN word varchar NOT NULL DEFAULT 'first'");
    await ask("ALTER TABLE kept ALTER COLUMN word SET DEFAULT 'second'");
    await ask('INSERT INTO kept (id) VALUES (2)');
    await ask('INSERT INTO kept VALUES (3, DEFAULT, DEFAULT), (4, NULL, DEFAULT)');
    await ask('ALTER TABLE kept ALTER COLUMN w DROP DEFAULT');
    await ask(
      "MERGE INTO kept USING (SELECT 5 AS id) AS s ON kept.id = s.id WHEN NOT MATCHED THEN INSERT (id, word) VALUES (s.id, 'given')",
    );
    await ask('UPDATE kept SET w = 9, word = DEFAULT WHERE id = 3');
    const rows = [
      [1, 5, 'first'],
      [2, 5, 'second'],
      [3, 9, 'second'],
      [4, null, 'second'],
      [5, null, 'given'],
    ];
    expect(await ask('SELECT * FROM kept ORDER BY id')).toEqual(rows);
    await ask("CALL system.optimize('kept')");
    expect(await ask('SELECT * FROM kept ORDER BY id')).toEqual(rows);
    expect((await ask('DESCRIBE kept')).map((row) => row[4])).toEqual([null, null, 'second']);
    expect((await call('INSERT INTO kept VALUES (6, 1, NULL)')).code).toBe('SQL_INVALID_VALUE');
    const [[text] = []] = await ask('SHOW CREATE TABLE kept');
    expect(String(text)).toContain(`"word" VARCHAR NOT NULL DEFAULT 'second'`);
    await ask(String(text).replace('"kept"', '"again"'));
    expect(await ask('DESCRIBE again')).toEqual(await ask('DESCRIBE kept'));
  });

  it('fill the columns that a file of a user lacks', async () => {
    await ask("CREATE TABLE loaded (id bigint, word varchar DEFAULT 'd', at date DEFAULT '2026-01-01') WITH (\"format-version\" = 3)");
    const init = { method: 'POST', headers: { 'content-type': 'application/x-ndjson' }, body: '{"id": 7}\n{"id": 8}\n' };
    expect((await server.call('/v1/tables/main/loaded/rows', init)).status).toBe(200);
    expect(await ask('SELECT id, word, CAST(at AS varchar) FROM loaded ORDER BY id')).toEqual([
      [7, 'd', '2026-01-01'],
      [8, 'd', '2026-01-01'],
    ]);
  });

  it('are refused for tables of format version 2, with what to do', async () => {
    await ask('CREATE TABLE second (id bigint)');
    for (const sql of [
      'ALTER TABLE second ADD COLUMN c integer DEFAULT 3',
      'ALTER TABLE second ALTER id SET DEFAULT 3',
      'CREATE TABLE third (id bigint DEFAULT 3)',
    ]) {
      expect(await call(sql)).toMatchObject({
        code: 'STORAGE_UNSUPPORTED',
        hint: expect.stringContaining('"format-version" = 3') as string,
      });
    }
    await ask('ALTER TABLE second ALTER id DROP DEFAULT');
  });
});
