import { createHash } from 'node:crypto';
import { type BoundQuery, type ParameterValue, type PlanNode, readsStatementTime, walkPlan } from '../../spi/index.ts';

/** What beside the query decides about its answer. */
export interface CacheCircumstances {
  readonly parameters: readonly ParameterValue[];
  /** The engine that a hint or the session asks for; null for none. */
  readonly engineWished: string | null;
  /** Name and version of each engine of this server. */
  readonly engineVersions: string;
}

/** Rows of constants beyond which an answer is not worth its key: system tables are bound to such rows. */
const CONSTANT_ROWS_MAX = 64;

/** Returns a text that is equal exactly for executions that must give the same answer; null for those whose answer nobody may keep.
 *  Shape: 64 hexadecimal digits.
 *  The plan holds its literals, the snapshots that it reads and the schemas that it reads them with. */
export function cacheKey(query: BoundQuery, circumstances: CacheCircumstances): string | null {
  if (!query.deterministic || readsStatementTime(query.plan) || isUnkept(query)) return null;
  const { parameters, engineWished, engineVersions } = circumstances;
  const { timeZone } = query.session;
  const parts = { plan: query.plan, parameters, timeZone, engineWished, engineVersions };
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** Whether a query holds many rows itself, or reads an outside table, which changes without a word. */
function isUnkept({ plan }: BoundQuery): boolean {
  let unkept = false;
  const node = (each: PlanNode): void => {
    unkept ||= each.kind === 'values' && each.rows.length > CONSTANT_ROWS_MAX;
    unkept ||= each.kind === 'scan' && each.table.catalog !== undefined;
  };
  walkPlan(plan.root, { node });
  return unkept;
}
