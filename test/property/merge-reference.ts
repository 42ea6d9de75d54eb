import { runSql } from '../support/print-and-run.ts';
import { MERGED_COLUMNS, type RandomClause, type RandomMerge } from './merge-statements.ts';

/** What a statement is to do. */
export type MergeOutcome = 'SQL_ROW_CHANGED_TWICE' | { readonly inserted: number; readonly updated: number; readonly deleted: number };

/** Carries a statement out over the plain tables `t` and `s` of DuckDB, clause by clause and by the ids of its rows: DuckDB's own MERGE knows few
 *  subqueries, takes any row where several would change the same one, and ends the process for some conditions. */
export async function mergeByDuckdb(merge: RandomMerge): Promise<MergeOutcome> {
  const { kind, source, on, clauses } = merge;
  const pairs = `SELECT t.rowid AS id, ${numberOf(clauses, 'matched')} AS n FROM t, ${source} WHERE ${on}`;
  const twice = `SELECT 1 FROM (${pairs}) WHERE n IS NOT NULL GROUP BY id HAVING count(*) > 1`;
  if (kind !== 'delete' && (await runSql(twice)).length > 0) return 'SQL_ROW_CHANGED_TWICE';
  const lost = `SELECT t.rowid AS id, ${numberOf(clauses, 'not-matched-by-source')} AS n FROM t WHERE NOT EXISTS (SELECT 1 FROM ${source} WHERE ${on})`;
  const acting = `SELECT id, n FROM (${pairs} UNION ALL ${lost}) WHERE n IS NOT NULL`;
  const parts = [`SELECT t.* FROM t WHERE rowid NOT IN (SELECT id FROM (${acting}))`];
  const counts = { inserted: 0, updated: 0, deleted: 0 };
  for (const [index, clause] of clauses.entries()) {
    const rows = rowsOf(merge, clause, index + 1);
    if (clause.action === 'delete') counts.deleted += await count(`SELECT DISTINCT id FROM (${acting}) WHERE n = ${String(index + 1)}`);
    if (clause.action === 'update') counts.updated += await count(rows);
    if (clause.action === 'insert') counts.inserted += await count(rows);
    if (clause.action === 'update' || clause.action === 'insert') parts.push(rows);
  }
  await runSql(`CREATE OR REPLACE TABLE merged AS SELECT * FROM t LIMIT 0`);
  await runSql(`INSERT INTO merged ${parts.join(' UNION ALL ')}`);
  await runSql('CREATE OR REPLACE TABLE t AS SELECT * FROM merged');
  return counts;
}

async function count(rows: string): Promise<number> {
  const [row] = await runSql(`SELECT count(*)::INTEGER FROM (${rows})`);
  return Number(row?.[0]);
}

/** The number of the first clause whose condition is true, NULL when it does nothing. */
function numberOf(clauses: readonly RandomClause[], match: RandomClause['match']): string {
  const branches = clauses.flatMap(({ match: own, when, action }, index) =>
    own === match ? [`WHEN ${when ?? 'true'} THEN ${action === 'nothing' ? 'NULL' : String(index + 1)}`] : [],
  );
  return branches.length === 0 ? 'NULL::INTEGER' : `CASE ${branches.join(' ')} END`;
}

/** The rows that a clause makes. */
function rowsOf({ source, on, clauses }: RandomMerge, { match, values }: RandomClause, number: number): string {
  const value = (name: string): string | undefined => (values[name] === 'DEFAULT' ? 'NULL' : values[name]);
  const items = MERGED_COLUMNS.map((name) => `${value(name) ?? (match === 'not-matched' ? 'NULL' : `t.${name}`)} AS ${name}`).join(', ');
  const isMeant = `(${numberOf(clauses, match)}) = ${String(number)}`;
  if (match === 'matched') return `SELECT ${items} FROM t, ${source} WHERE (${on}) AND ${isMeant}`;
  if (match === 'not-matched') return `SELECT ${items} FROM ${source} WHERE NOT EXISTS (SELECT 1 FROM t WHERE ${on}) AND ${isMeant}`;
  return `SELECT ${items} FROM t WHERE NOT EXISTS (SELECT 1 FROM ${source} WHERE ${on}) AND ${isMeant}`;
}
