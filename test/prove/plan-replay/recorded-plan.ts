import { readdirSync, readFileSync } from 'node:fs';
import type { BoundQuery } from '../../../spi/index.ts';

/** A statement and the plan that it was bound to when it was recorded. */
export interface RecordedPlan {
  readonly name: string;
  /** The statement in the platform's dialect, which DuckDB understands alike. */
  readonly sql: string;
  readonly query: BoundQuery;
}

/** Folder of the recorded plans. */
export const RECORDED_PLANS = new URL('../../golden/plans/', import.meta.url);

/** Returns all recorded plans by name. */
export function readRecordedPlans(): RecordedPlan[] {
  return readdirSync(RECORDED_PLANS)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => JSON.parse(readFileSync(new URL(file, RECORDED_PLANS), 'utf8')) as RecordedPlan);
}
