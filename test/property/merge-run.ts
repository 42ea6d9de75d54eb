import { seededRandom } from '../../tck/truth/seeded-random.ts';
import { bindText } from '../support/bind-text.ts';
import { DuckdbTable } from '../support/duckdb-table.ts';
import { MemoryCatalog } from '../support/memory-catalog.ts';
import { type Modifier, modifyTable } from '../support/modify-table.ts';
import { runSql } from '../support/print-and-run.ts';
import { assert, PlatformError } from '../../spi/index.ts';
import { type MergeOutcome, mergeByDuckdb } from './merge-reference.ts';
import { type RandomMerge, randomMerge, randomSourceRow } from './merge-statements.ts';
import { sameRows } from './modification-run.ts';
import { MODIFIED_COLUMNS, randomRow } from './modification-statements.ts';

/** Makes the empty table `t` of several files, beside the plain table `s`. */
async function createMergedTable(): Promise<DuckdbTable> {
  const catalog = new MemoryCatalog();
  const create = async (name: string) => {
    const bound = await bindText(`CREATE TABLE ${name} (${MODIFIED_COLUMNS})`, catalog);
    assert(bound.kind === 'create_table', bound.kind);
    return catalog.createTable(bound.spec, '0');
  };
  return new DuckdbTable(await create('t'), [await create('s')]);
}

/** Runs random statements over a table of several files and over plain tables of DuckDB's; returns the first one after which rows, the numbers of
 *  rows changed or the refusal differ, null when none does. */
export async function differencesOfMerges(modifier: Modifier, seed: number): Promise<string | null> {
  const random = seededRandom(seed);
  const table = await createMergedTable();
  for (const name of ['t', 's']) await runSql(`CREATE OR REPLACE TABLE ${name} (${MODIFIED_COLUMNS})`);
  const list = (row: (random: () => number) => string, length: number): string => Array.from({ length }, () => row(random)).join(', ');
  for (let step = 0; step < 6; step += 1) {
    if (step === 0 || random() < 0.3) {
      const rows = list(randomRow, 1 + Math.floor(random() * 6));
      await runSql(`INSERT INTO t VALUES ${rows}`);
      await table.append(`SELECT * FROM (VALUES ${rows}) AS v(k, a, b, c, d, g)`);
    }
    await runSql(`DELETE FROM s`);
    await runSql(`INSERT INTO s VALUES ${list(randomSourceRow, 1 + Math.floor(random() * 5))}`);
    const merge = randomMerge(random);
    // The table of several files is changed first: its statement may read `s` and the rows of `t` alone.
    const answered = await outcomeOf(modifier, table, merge);
    const expected = toldOf(merge, await mergeByDuckdb(merge));
    if (answered !== expected) return `${merge.text}: ${answered} instead of ${expected}`;
    if (!(await sameRows('t', table.rows))) return merge.text;
  }
  return null;
}

async function outcomeOf(modifier: Modifier, table: DuckdbTable, merge: RandomMerge): Promise<string> {
  try {
    const { rows, changes } = await modifyTable(modifier, table, merge.text);
    return merge.kind === 'merge' ? JSON.stringify(changes) : String(rows);
  } catch (error) {
    return error instanceof PlatformError && error.code === 'SQL_ROW_CHANGED_TWICE' ? error.code : String(error);
  }
}

function toldOf({ kind }: RandomMerge, outcome: MergeOutcome): string {
  if (typeof outcome === 'string') return outcome;
  return kind === 'merge' ? JSON.stringify(outcome) : String(outcome.updated + outcome.deleted);
}
