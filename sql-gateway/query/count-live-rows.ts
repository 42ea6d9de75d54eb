import { type BoundQuery, type LogicalPlan, type ParquetSplit, PLAN_VERSION, type ScanRequest } from '../../spi/index.ts';
import type { QueryHints } from '../../sql/bind/index.ts';
import { fingerprint } from '../../sql/plan/index.ts';
import { countRows } from './count-rows.ts';
import { sumRows } from './find-affected-files.ts';
import type { StatementContext } from './statement-context.ts';

/** Returns the number of rows in data files of a table, without those that deletes take away. Files without deletes tell it themselves. */
export async function countLiveRows(
  target: ScanRequest,
  files: readonly ParquetSplit[],
  hints: QueryHints,
  context: StatementContext,
): Promise<number> {
  const deleted = files.filter(({ deletes }) => deletes.length > 0);
  const untouched = sumRows(files) - sumRows(deleted);
  if (deleted.length === 0) return untouched;
  const locations = deleted.map(({ uri }) => uri);
  return untouched + (await countRowsIn(target, locations, hints, context));
}

/** Returns the number of rows in data files of a table, without those that deletes take away, by an engine. */
export function countRowsIn(
  target: ScanRequest,
  locations: readonly string[],
  hints: QueryHints,
  context: StatementContext,
): Promise<number> {
  return countRows(countQuery(target, locations, context), hints, context);
}

function countQuery(target: ScanRequest, files: readonly string[], { request }: StatementContext): BoundQuery {
  const type = { kind: 'bigint' as const };
  const output = { id: 0, name: 'rows', type, nullable: false };
  const call = { function: 'count_star', arguments: [], distinct: false, filter: null, orderBy: [], type };
  const plan: LogicalPlan = {
    version: PLAN_VERSION,
    root: {
      kind: 'aggregate',
      input: { ...target, kind: 'scan', columns: [], filter: null, files, deletes: true },
      groups: [],
      groupingSets: null,
      aggregates: [{ ...output, call }],
    },
    output: [output],
  };
  return {
    plan,
    parameters: [],
    snapshots: [{ table: target.table, snapshotId: target.snapshotId }],
    principal: request.principal,
    session: { timeZone: 'UTC', startedAtUs: '0' },
    fingerprint: fingerprint(plan, [], 'UTC'),
    deterministic: true,
  };
}
