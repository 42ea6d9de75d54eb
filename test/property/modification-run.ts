import { seededRandom } from '../../tck/truth/seeded-random.ts';
import { bindText } from '../support/bind-text.ts';
import { DuckdbTable } from '../support/duckdb-table.ts';
import { MemoryCatalog } from '../support/memory-catalog.ts';
import { type Modifier, modifyTable } from '../support/modify-table.ts';
import { runSql } from '../support/print-and-run.ts';
import { assert } from '../../spi/index.ts';
import { MODIFIED_COLUMNS, randomModification, randomRow } from './modification-statements.ts';

/** Makes the empty table `t`. */
export async function createModifiedTable(): Promise<DuckdbTable> {
  const catalog = new MemoryCatalog();
  const bound = await bindText(`CREATE TABLE t (${MODIFIED_COLUMNS})`, catalog);
  assert(bound.kind === 'create_table', bound.kind);
  return new DuckdbTable(catalog.createTable(bound.spec, '0'));
}

/** Runs a random sequence over a table of several files and over a plain table of DuckDB's; returns the first statement after which rows
 *  or the number of rows changed differ, null when none does. */
export async function differencesOf(modifier: Modifier, seed: number): Promise<string | null> {
  const random = seededRandom(seed);
  const table = await createModifiedTable();
  await runSql(`CREATE OR REPLACE TABLE t (${MODIFIED_COLUMNS})`);
  const append = async (): Promise<void> => {
    const rows = Array.from({ length: 1 + Math.floor(random() * 6) }, () => randomRow(random)).join(', ');
    await runSql(`INSERT INTO t VALUES ${rows}`);
    await table.append(`SELECT * FROM (VALUES ${rows}) AS v(k, a, b, c, d, g)`);
  };
  for (let files = 0; files < 4; files += 1) await append();
  for (let step = 0; step < 6; step += 1) {
    if (random() < 0.3) await append();
    const text = randomModification(random);
    const [expected] = await runSql(text);
    const answered = await modifyTable(modifier, table, text).catch((error: unknown) => String(error));
    if (typeof answered === 'string' || Number(expected?.[0]) !== answered.rows) {
      return `${text}: ${JSON.stringify(answered)} instead of ${String(Number(expected?.[0]))} rows`;
    }
    if (!(await sameRows('t', table.rows))) return text;
  }
  return null;
}

/** Returns whether two FROM items hold the same rows, equal ones equally often. */
export async function sameRows(left: string, right: string): Promise<boolean> {
  const of = (from: string): Promise<readonly (readonly unknown[])[]> => runSql(`SELECT s::VARCHAR FROM ${from} AS s ORDER BY ALL`);
  return JSON.stringify(await of(left)) === JSON.stringify(await of(right));
}
