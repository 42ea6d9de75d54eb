import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { locationToPath, ROW_ID_COLUMN_ID, ROW_SEQUENCE_COLUMN_ID } from '../../spi/index.ts';
import { type AnswerRows, askRows } from '../support/ask-rows.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';

/** What is known of a row: its values, its id, and the number of the commit that changed it last. */
interface KnownRow {
  readonly values: string;
  readonly rowId: number;
  readonly changedBy: number;
}

const MODES = ['delete', 'update', 'merge'];
const COLUMNS = '(k bigint, part varchar, x double) PARTITIONED BY (part)';

async function fieldIdsOf(location: string): Promise<unknown> {
  const connection = await (await DuckDBInstance.create()).connect();
  const result = await connection.runAndReadAll(`SELECT name, field_id FROM parquet_schema('${locationToPath(location)}')`);
  connection.closeSync();
  return Object.fromEntries(result.getRows().map(([name, id]) => [String(name), Number(id)]));
}

describe('row ids of format version 3 on the whole platform', { timeout: 240_000 }, () => {
  let root = '';
  let server: ServerProcess;

  const ask = (sql: string): Promise<AnswerRows> => askRows(server, sql);
  const codeOf = async (sql: string): Promise<unknown> => (JSON.parse(await (await server.sql(sql)).text()) as { code?: string }).code;

  const rowsOf = async (table: string, engine = 'olap', at = ''): Promise<ReadonlyMap<number, KnownRow>> => {
    const rows = await ask(
      `SELECT /*+ ENGINE(${engine}) */ k, part, x, _row_id, t._last_updated_sequence_number FROM ${table}${at} AS t ORDER BY k`,
    );
    return new Map(
      rows.map(([k, part, x, rowId, changedBy]) => [
        Number(k),
        { values: JSON.stringify([part, x]), rowId: Number(rowId), changedBy: Number(changedBy) },
      ]),
    );
  };

  /** The rows must be those of before under their ids: changed ones by this commit, and new ones under ids that were never given. */
  const check = (
    before: ReadonlyMap<number, KnownRow>,
    after: ReadonlyMap<number, KnownRow>,
    sql: string,
    everGiven: Set<number>,
    commit: number,
  ): void => {
    expect(new Set([...after.values()].map(({ rowId }) => rowId)).size, `${sql}: one id a row`).toBe(after.size);
    for (const [key, row] of after) {
      const known = before.get(key);
      if (known === undefined) {
        expect(everGiven.has(row.rowId), `${sql}: row ${String(key)} has an id of its own`).toBe(false);
        everGiven.add(row.rowId);
      } else expect(row.rowId, `${sql}: row ${String(key)} keeps its id`).toBe(known.rowId);
      const changedBy = known?.values === row.values ? known.changedBy : commit;
      expect(row.changedBy, `${sql}: row ${String(key)} was changed by`).toBe(changedBy);
    }
  };

  beforeAll(async () => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'row-lineage-')));
    server = await startServerProcess({ dataDirectory: join(root, 'data') });
    await ask('CREATE TABLE source (k bigint, part varchar, x double)');
    await ask("INSERT INTO source SELECT n * 3, 'p' || CAST(n % 2 AS varchar), -n - 1 FROM range(0, 40) AS s(n)");
  }, 120_000);

  afterAll(async () => {
    await server.stop();
    rmSync(root, { recursive: true });
  });

  it.each(['copy-on-write', 'merge-on-read'])('stay with their rows through every rewrite, %s', async (mode) => {
    const table = mode === 'copy-on-write' ? 'copied' : 'marked';
    const modes = MODES.map((kind) => `'write.${kind}.mode' = '${mode}'`).join(', ');
    await ask(`CREATE TABLE ${table} ${COLUMNS} WITH (${modes}, "format-version" = 3, 'write.target-file-size-bytes' = '1000000')`);
    const statements = [
      `INSERT INTO ${table} SELECT n, 'p' || CAST(n % 3 AS varchar), n FROM range(0, 60) AS s(n)`,
      `INSERT INTO ${table} SELECT n, 'p' || CAST(n % 3 AS varchar), n FROM range(60, 100) AS s(n)`,
      `UPDATE ${table} SET x = x + 0.5 WHERE k % 5 = 1`,
      `DELETE FROM ${table} WHERE k % 7 = 3`,
      `UPDATE ${table} SET part = 'q' || part WHERE k % 11 = 2`,
      `MERGE INTO ${table} AS t USING source AS s ON t.k = s.k WHEN MATCHED AND s.x < -30 THEN DELETE WHEN MATCHED AND t.k % 2 = 0 THEN DO NOTHING WHEN MATCHED THEN UPDATE SET x = s.x WHEN NOT MATCHED THEN INSERT * WHEN NOT MATCHED BY SOURCE AND t.k > 90 THEN UPDATE SET x = -1000`,
      `INSERT INTO ${table} VALUES (3000, 'p0', 1), (3001, 'p1', 2), (3002, 'p2', 3)`,
      `CALL system.optimize('${table}')`,
      `UPDATE ${table} AS t SET x = s.x * 7 FROM source AS s WHERE t.k = s.k + 2`,
      `DELETE FROM ${table} AS t USING source AS s WHERE t.k = s.k + 1 AND s.k < 30`,
      `ALTER TABLE ${table} RENAME COLUMN x TO y; ALTER TABLE ${table} ADD COLUMN x double; ALTER TABLE ${table} DROP COLUMN x; ALTER TABLE ${table} RENAME COLUMN y TO x`,
      `DELETE FROM ${table} WHERE _row_id = 5 OR _last_updated_sequence_number = 1 AND x > 50`,
      `INSERT OVERWRITE ${table} PARTITION (part = 'p0') SELECT 2000 + k, x FROM source WHERE k < 9`,
      `UPDATE ${table} SET x = x - 0.125`,
      `INSERT INTO ${table} VALUES (4000, 'p0', 1), (4001, 'p1', 2), (4002, 'p2', 3)`,
      `CALL system.optimize('${table}')`,
    ];
    const everGiven = new Set<number>();
    const versions: { readonly at: string; readonly rows: ReadonlyMap<number, KnownRow> }[] = [];
    let before: ReadonlyMap<number, KnownRow> = new Map<number, KnownRow>();
    for (const [index, statement] of statements.entries()) {
      const engine = index % 2 === 0 ? 'olap' : 'batch';
      for (const part of statement.split('; ')) await ask(part.replace(/^(INSERT|DELETE|UPDATE|MERGE)/, `$1 /*+ ENGINE(${engine}) */`));
      const after = await rowsOf(table);
      expect(await rowsOf(table, 'batch')).toEqual(after);
      const snapshots = await ask(`SELECT CAST(snapshot_id AS varchar), operation FROM "${table}$snapshots" ORDER BY committed_at`);
      const [at, operation] = snapshots.at(-1) ?? [];
      check(before, after, statement, everGiven, snapshots.length);
      if (statement.startsWith('CALL')) {
        expect(operation).toBe('replace');
        expect(after).toEqual(before);
      }
      before = after;
      versions.push({ at: String(at), rows: after });
    }
    expect(before.size).toBeGreaterThan(50);
    const [file] = (await ask(`SELECT file_path FROM "${table}$files" WHERE content = 0 LIMIT 1`))[0] ?? [];
    expect(await fieldIdsOf(String(file))).toMatchObject({
      _row_id: ROW_ID_COLUMN_ID,
      _last_updated_sequence_number: ROW_SEQUENCE_COLUMN_ID,
    });
    for (const { at, rows } of versions) expect(await rowsOf(table, 'olap', ` FOR VERSION AS OF ${at}`)).toEqual(rows);
  });

  it('begin with the first snapshot of a table that was upgraded, and stay from there', async () => {
    await ask(`CREATE TABLE grown ${COLUMNS}`);
    await ask("INSERT INTO grown SELECT n, 'p', n FROM range(0, 10) AS s(n)");
    expect(await codeOf('SELECT _row_id FROM grown')).toBe('SQL_UNKNOWN_COLUMN');
    await ask('ALTER TABLE grown SET PROPERTIES ("format-version" = 3)');
    expect(await ask('SELECT DISTINCT _row_id, _last_updated_sequence_number FROM grown')).toEqual([[null, null]]);
    await ask('UPDATE grown SET x = -1 WHERE k = 3');
    const first = await rowsOf('grown');
    expect(new Set([...first.values()].map(({ rowId }) => rowId)).size).toBe(10);
    await ask('UPDATE grown SET x = -2 WHERE k = 4');
    const second = await rowsOf('grown');
    expect([...second.values()].map(({ rowId }) => rowId)).toEqual([...first.values()].map(({ rowId }) => rowId));
  });

  it('are no part of *, and give way to columns of the table that have their names', async () => {
    await ask('CREATE TABLE named (_row_id varchar, v bigint) WITH ("format-version" = 3)');
    await ask("INSERT INTO named VALUES ('a', 1), ('b', 2)");
    await ask("UPDATE named SET v = 3 WHERE _row_id = 'b'");
    expect(await ask('SELECT * FROM named ORDER BY v')).toEqual([
      ['a', 1],
      ['b', 3],
    ]);
    expect(await ask('SELECT _row_id, _row_id_, _last_updated_sequence_number FROM named ORDER BY v')).toEqual([
      ['a', 0, 1],
      ['b', 1, 2],
    ]);
    expect(await codeOf("UPDATE named SET _row_id_ = 7 WHERE _row_id = 'b'")).toBe('SQL_UNKNOWN_COLUMN');
    expect(await codeOf('SELECT /*+ ENGINE(stream) */ _row_id_ FROM named')).toMatch(/^ENGINE_/);
  });
});
