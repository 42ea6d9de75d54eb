import { PlatformError } from '../../../spi/index.ts';
import { multisetOf, type Platform } from './platform.ts';
import type { ProofStatement } from './random-statements.ts';

/** A statement and the view that keeps it. */
export interface KeptStatement extends ProofStatement {
  readonly view: string;
}

/** Makes the view of a statement. */
export async function createView(platform: Platform, { view, sql }: KeptStatement): Promise<void> {
  await platform.ask(`CREATE MATERIALIZED VIEW ${view} AS ${sql}`);
}

/** Compares the three answers to a statement over the newest snapshots, which its view must hold already.
 *  Returns what differs, null when nothing does, and how many rows the view left out for being late. */
export async function compareAnswers(
  platform: Platform,
  kept: KeptStatement,
): Promise<{ readonly difference: string | null; readonly late: number }> {
  const { view, sql } = kept;
  const onTime = kept.watermarked === null ? null : await withoutLateRows(platform, kept.watermarked, view);
  const text = onTime === null ? sql : sql.replace(`TABLE ${kept.watermarked ?? ''},`, `TABLE ${onTime.name},`);
  const olap = await platform.ask(text.replace('SELECT', 'SELECT /*+ ENGINE(olap) */'));
  const batch = await platform.ask(text.replace('SELECT', 'SELECT /*+ ENGINE(batch) */'));
  const stream = await platform.ask(`SELECT * FROM ${view}`);
  if (olap.engine !== 'olap' || batch.engine !== 'batch') {
    throw new PlatformError('INTERNAL_INVARIANT', `${String(olap.engine)} and ${String(batch.engine)} answered`);
  }
  const difference =
    firstDifference('batch', multisetOf(olap), multisetOf(batch)) ?? firstDifference('view', multisetOf(olap), multisetOf(stream));
  return { difference, late: onTime?.late ?? 0 };
}

function firstDifference(who: string, olap: readonly string[], other: readonly string[]): string | null {
  if (JSON.stringify(olap) === JSON.stringify(other)) return null;
  const at = olap.findIndex((row, index) => row !== other[index]);
  const index = at < 0 ? olap.length : at;
  return `${who}: ${String(other.length)} rows, olap ${String(olap.length)}; first ${String(other[index])}, olap ${String(olap[index])}`;
}

/** Makes a plain view of a table as its materialized view sees it: without the rows that came late, and with those that were taken away too late. */
async function withoutLateRows(platform: Platform, table: string, view: string): Promise<{ readonly name: string; readonly late: number }> {
  const { columns } = await platform.ask(`SELECT * FROM ${view}_late LIMIT 0`);
  const names = columns
    .slice(0, -1)
    .map((column) => column.name)
    .join(', ');
  const change = columns.at(-1)?.name ?? 'change';
  const rows = (sign: string): string => `SELECT ${names} FROM ${view}_late WHERE ${change} = ${sign}`;
  const name = `${view}_on_time`;
  await platform.ask(`CREATE OR REPLACE VIEW ${name} AS (SELECT ${names} FROM ${table} UNION ALL ${rows('-1')}) EXCEPT ALL ${rows('1')}`);
  const counted = await platform.ask(`SELECT count(*) FROM ${view}_late WHERE ${change} = 1`);
  return { name, late: Number(counted.rows[0]?.[0]) };
}
