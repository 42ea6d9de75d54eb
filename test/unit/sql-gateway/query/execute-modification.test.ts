import { beforeEach, describe, expect, it } from 'vitest';
import { bindStatement } from '../../../../sql/bind/index.ts';
import { executeModification } from '../../../../sql-gateway/query/execute-modification.ts';
import { importMutant } from '../../../mutant/import-mutant.ts';
import { createModifiedTable } from '../../../property/modification-run.ts';
import type { DuckdbTable } from '../../../support/duckdb-table.ts';
import { type Modifier, modifyTable } from '../../../support/modify-table.ts';
import { runSql } from '../../../support/print-and-run.ts';

const PRODUCT: Modifier = { bind: bindStatement, execute: executeModification };

let table: DuckdbTable;
beforeEach(async () => {
  table = await createModifiedTable();
  for (const [from, to] of [
    [1, 10],
    [11, 20],
    [21, 30],
  ]) {
    await table.append(`SELECT n, n % 5, NULL, 'c', NULL, true FROM range(${String(from)}, ${String(to)} + 1) AS r(n)`);
  }
});

const run = (text: string, key: string | null = null, modifier = PRODUCT) => modifyTable(modifier, table, text, key);
const keys = async (): Promise<readonly number[]> => (await runSql(`SELECT k FROM ${table.rows} AS s ORDER BY k`)).map(([k]) => Number(k));
const from = (first: number, last: number): readonly number[] => Array.from({ length: last - first + 1 }, (_, index) => first + index);
const mutant = (from: string, to: string, file = 'execute-modification.ts'): Promise<Modifier> =>
  importMutant<{ executeModification: Modifier['execute'] }>('execute-modification.ts', {
    folder: 'sql-gateway/query',
    file,
    from,
    to,
  }).then((module) => ({ ...PRODUCT, execute: module.executeModification }));

const UPSERT =
  'MERGE INTO t USING (VALUES (30), (31)) AS s(k) ON t.k = s.k WHEN MATCHED THEN UPDATE SET a = 9 WHEN NOT MATCHED THEN INSERT (k) VALUES (s.k)';

describe('a statement that changes rows', () => {
  it('reads and replaces only the files that hold rows meant', async () => {
    expect(await run('DELETE FROM t WHERE k BETWEEN 12 AND 13')).toEqual({ rows: 2, snapshotId: '4', repeated: false });
    expect(table.written).toEqual([['t_file_2']]);
    expect(await run('UPDATE t SET b = a WHERE k < 3 OR k > 29')).toMatchObject({ rows: 3 });
    expect(table.written.at(-1)).toEqual(['t_file_1', 't_file_3']);
    expect(await keys()).toEqual([...from(1, 11), ...from(14, 30)]);
  });

  it('drops files of which all rows are deleted without reading them', async () => {
    expect(await run('DELETE FROM t WHERE k BETWEEN 11 AND 20')).toMatchObject({ rows: 10 });
    expect(await run('TRUNCATE t')).toMatchObject({ rows: 20 });
    expect(table.written).toEqual([]);
    expect(await keys()).toEqual([]);
  });

  it('commits nothing when no row is meant', async () => {
    expect(await run('DELETE FROM t WHERE k > 100', 'key')).toEqual({ rows: 0, snapshotId: '3', repeated: false });
    expect(await run('UPDATE t SET a = 1 WHERE b = 2')).toMatchObject({ rows: 0, snapshotId: '3' });
    await run('TRUNCATE t');
    expect(await run('TRUNCATE t')).toMatchObject({ rows: 0 });
    expect(table.snapshotId).toBe('4');
  });

  it('is done once under one key, and answers the same again', async () => {
    const first = await run('UPDATE t SET k = k + 100 WHERE k > 28', 'once');
    expect(await run('UPDATE t SET k = k + 100 WHERE k > 28', 'once')).toEqual({ ...first, repeated: true });
    expect(await keys()).toEqual([...from(1, 28), 129, 130]);
  });

  it('leaves rows that are appended meanwhile', async () => {
    table.beforeCommit = () => table.append("SELECT 15, 0, 0, 'new', NULL, true");
    expect(await run('DELETE FROM t WHERE k = 15')).toMatchObject({ rows: 1 });
    expect(await keys()).toEqual(from(1, 30));
  });

  it('begins anew on the newest snapshot when another writer replaced one of its files', async () => {
    table.beforeCommit = () => run('UPDATE t SET k = k + 1000 WHERE k = 15');
    expect(await run('UPDATE t SET k = -k WHERE k BETWEEN 14 AND 16')).toMatchObject({ rows: 2 });
    // Once by the other writer, twice by the statement: no other engine is asked to lose the same race.
    expect(table.written).toHaveLength(3);
    expect(await keys()).toEqual([-16, -14, ...from(1, 13), ...from(17, 30), 1015]);
  });

  it('gives up with a coded error when it loses again and again', async () => {
    const interfere = async (): Promise<void> => {
      await run('UPDATE t SET a = a + 1 WHERE k = 15');
      table.beforeCommit = interfere;
    };
    table.beforeCommit = interfere;
    await expect(run('DELETE FROM t WHERE k = 15')).rejects.toMatchObject({ code: 'STORAGE_CONFLICT' });
    expect(await keys()).toEqual(from(1, 30));
  });

  it('inserts what another writer has not put there meanwhile', async () => {
    table.beforeCommit = () => table.append("SELECT 31, 7, NULL, 'first', NULL, true");
    const answer = await run(UPSERT);
    expect(answer).toMatchObject({ rows: 2, changes: { inserted: 0, updated: 2, deleted: 0 } });
    expect(await keys()).toEqual(from(1, 31));
  });

  it('tells what a MERGE did to a repeated key as well', async () => {
    const first = await run(UPSERT, 'once');
    expect(first).toMatchObject({ rows: 2, changes: { inserted: 1, updated: 1, deleted: 0 } });
    expect(await run(UPSERT, 'once')).toEqual({ ...first, repeated: true });
    expect(await keys()).toEqual(from(1, 31));
  });

  it('reads no file of the table again that a MERGE does not change', async () => {
    await run(UPSERT);
    expect(table.written).toEqual([['t_file_3']]);
  });

  it('changes nothing when two rows of the source would change one row', async () => {
    const twice = 'UPDATE t SET a = s.n FROM (VALUES (1, 5), (2, 5)) AS s(n, k) WHERE t.k = s.k';
    await expect(run(twice)).rejects.toMatchObject({ code: 'SQL_ROW_CHANGED_TWICE' });
    expect(await run('DELETE FROM t USING (VALUES (5), (5)) AS s(k) WHERE t.k = s.k')).toMatchObject({ rows: 1 });
    expect(await keys()).toEqual([...from(1, 4), ...from(6, 30)]);
  });

  it('changes nothing when the engine leaves another number of rows than must stay', async () => {
    table.losesRow = true;
    await expect(run('DELETE FROM t WHERE k = 15')).rejects.toMatchObject({ code: 'SQL_UNSUPPORTED' });
    await expect(run('UPDATE t SET a = 1 WHERE k = 15')).rejects.toMatchObject({ code: 'SQL_UNSUPPORTED' });
    expect(await keys()).toEqual(from(1, 30));
  });
});

describe('a fault', () => {
  it('that forgets to begin anew is seen', async () => {
    const faulty = await mutant('current = bound;', '', 'begin-anew.ts');
    table.beforeCommit = () => run('UPDATE t SET k = k + 1000 WHERE k = 15');
    await expect(run('DELETE FROM t WHERE k = 14', null, faulty)).rejects.toMatchObject({ code: 'STORAGE_CONFLICT' });
  });

  it('that inserts whatever was put there meanwhile is seen', async () => {
    const faulty = await mutant('inserted === 0 ? {} : { basedOn: target.snapshotId }', '{}');
    table.beforeCommit = () => table.append("SELECT 31, 7, NULL, 'first', NULL, true");
    await run(UPSERT, null, faulty);
    expect(await keys()).toEqual([...from(1, 31), 31]);
  });

  it('that does not look whether rows were lost is seen', async () => {
    const faulty = await mutant('if (written === expected) return;', 'if (written <= expected) return;', 'check-rows.ts');
    table.losesRow = true;
    expect(await run('DELETE FROM t WHERE k = 15', null, faulty)).toMatchObject({ rows: 1 });
    expect(await keys()).not.toEqual([...from(1, 14), ...from(16, 30)]);
  });
});
