import { beforeEach, describe, expect, it } from 'vitest';
import { bindStatement } from '../../../../sql/bind/index.ts';
import { executeModification } from '../../../../sql-gateway/query/execute-modification.ts';
import { assert } from '../../../../spi/index.ts';
import { importMutant } from '../../../mutant/import-mutant.ts';
import { bindText } from '../../../support/bind-text.ts';
import { DuckdbTable } from '../../../support/duckdb-table.ts';
import { MemoryCatalog } from '../../../support/memory-catalog.ts';
import { type Modifier, modifyTable } from '../../../support/modify-table.ts';
import { runSql } from '../../../support/print-and-run.ts';

const PRODUCT: Modifier = { bind: bindStatement, execute: executeModification };

let table: DuckdbTable;
beforeEach(async () => {
  const bound = await bindText(
    'CREATE TABLE t (p varchar, q integer NOT NULL, n integer) PARTITIONED BY (p, q, bucket(4, n))',
    new MemoryCatalog(),
  );
  assert(bound.kind === 'create_table', bound.kind);
  table = new DuckdbTable(new MemoryCatalog().createTable(bound.spec, '0'));
  await table.append("SELECT 'a', 1, 1 UNION ALL SELECT 'a', 1, 2");
  await table.append("SELECT 'a', 2, 3 UNION ALL SELECT NULL, 2, 4");
  await table.append("SELECT 'b', 1, 5");
});

const run = (text: string, modifier = PRODUCT) => modifyTable(modifier, table, text);
const rows = async (): Promise<readonly string[]> =>
  (await runSql(`SELECT concat_ws(' ', coalesce(p, '-'), q, n) FROM ${table.rows} AS s ORDER BY ALL`)).map(([row]) => row as string);
const refusal = (text: string): Promise<unknown> =>
  run(text).then(
    () => 'done',
    (error: unknown) => (error as { code: string }).code,
  );

describe('INSERT OVERWRITE of partitions', () => {
  it('replaces all rows of the partitions that its values name, and answers with the rows inserted', async () => {
    expect(await run("INSERT OVERWRITE t PARTITION (p = 'a') SELECT 3, n FROM (VALUES (7), (8), (9)) AS s(n)")).toMatchObject({ rows: 3 });
    expect(await rows()).toEqual(['- 2 4', 'a 3 7', 'a 3 8', 'a 3 9', 'b 1 5']);
    expect(table.written).toEqual([['t_file_2']]);
  });

  it('replaces the partitions that the rows are for where it names columns alone', async () => {
    await run("INSERT OVERWRITE t PARTITION (p, q) SELECT * FROM (VALUES ('a', 2, 10), (NULL, 2, 11), ('c', 1, 12)) AS s(p, q, n)");
    expect(await rows()).toEqual(['- 2 11', 'a 1 1', 'a 1 2', 'a 2 10', 'b 1 5', 'c 1 12']);
    await run("INSERT OVERWRITE TABLE t PARTITION (p = 'a', q) (n, q) VALUES (20, 1)");
    expect(await rows()).toEqual(['- 2 11', 'a 1 20', 'a 2 10', 'b 1 5', 'c 1 12']);
  });

  it('leaves an empty partition when there is no row, and knows the partition of NULL', async () => {
    expect(await run('INSERT OVERWRITE t PARTITION (p = NULL) SELECT q, n FROM t WHERE false')).toMatchObject({ rows: 0 });
    expect(await rows()).toEqual(['a 1 1', 'a 1 2', 'a 2 3', 'b 1 5']);
    const { snapshotId } = table;
    expect(await run("INSERT OVERWRITE t PARTITION (p = 'z') SELECT q, n FROM t WHERE false")).toMatchObject({ rows: 0, snapshotId });
  });

  it('may read the partition that it replaces', async () => {
    await run("INSERT OVERWRITE t PARTITION (p = 'a') SELECT q, sum(n) FROM t WHERE p = 'a' GROUP BY q");
    expect(await rows()).toEqual(['- 2 4', 'a 1 3', 'a 2 3', 'b 1 5']);
  });

  it('begins anew when another writer was faster, so that a partition never holds the rows of two', async () => {
    table.beforeCommit = () => run("INSERT OVERWRITE t PARTITION (p = 'new') VALUES (1, 100)");
    await run("INSERT OVERWRITE t PARTITION (p = 'new') VALUES (1, 200)");
    expect((await rows()).filter((row) => row.startsWith('new'))).toEqual(['new 1 200']);
  });

  it.each([
    ["INSERT OVERWRITE t PARTITION (n = 1) SELECT 'a', 1", 'SQL_UNSUPPORTED'],
    ['INSERT OVERWRITE t PARTITION (p = (SELECT min(p) FROM t)) SELECT 1, 1', 'SQL_UNSUPPORTED'],
    ['INSERT OVERWRITE t PARTITION (p) SELECT CAST(random() AS varchar), 1, 1', 'SQL_UNSUPPORTED'],
    ['INSERT OVERWRITE t PARTITION (z = 1) SELECT 1', 'SQL_UNKNOWN_COLUMN'],
    ['INSERT OVERWRITE t PARTITION (p = 1, p = 2) SELECT 1, 1', 'SQL_DUPLICATE_NAME'],
    ["INSERT OVERWRITE t PARTITION (p = 'a') (p, q, n) SELECT 'b', 1, 1", 'SQL_DUPLICATE_NAME'],
    ["INSERT OVERWRITE t PARTITION (p = 'a') SELECT 'a', 1, 1", 'SQL_TYPE_MISMATCH'],
    ['INSERT OVERWRITE t PARTITION (q = NULL) SELECT 1, 1', 'SQL_INVALID_VALUE'],
    ["INSERT OVERWRITE t PARTITION (q = 'x') SELECT 'a', 1", 'SQL_INVALID_VALUE'],
  ])('is refused: %s', async (text, code) => {
    expect(await refusal(text)).toBe(code);
    expect(table.snapshotId).toBe('3');
  });

  it('that kept the rows replaced would be seen', async () => {
    const { bindStatement: bind } = await importMutant<{ bindStatement: Modifier['bind'] }>('index.ts', {
      folder: 'sql/bind',
      file: 'bind-overwrite.ts',
      from: "predicate('is_not_true', condition)",
      to: 'booleanLiteral(true)',
    });
    // The rows counted are not those written, which is noticed before anything is committed.
    const faulty = { ...PRODUCT, bind };
    await expect(run("INSERT OVERWRITE t PARTITION (p = 'a') VALUES (2, 9)", faulty)).rejects.toMatchObject({ code: 'SQL_UNSUPPORTED' });
    expect(table.snapshotId).toBe('3');
  });
});
