import { type ScanWatermark, scansOf } from '../../spi/index.ts';
import { PlanMaker } from './stream-plans.ts';
import { type Answer, type Oracle, wholePlan } from './stream-run.ts';
import type { Random } from './stream-tables.ts';
import { windowPlan } from './stream-view-plans.ts';
import { runView, type ViewKernel, type ViewOutcome, withOwnTables } from './stream-view-run.ts';

/** Which queries are tried: any, without watermarks; or windows of event time. */
export type ViewCase = 'any' | 'windows';

/** What a view gave, and the oracle's answer over the rows that took part. */
export interface CheckedView {
  readonly outcome: ViewOutcome;
  readonly expected: Answer;
}

/** Keeps one random view over random changes. */
export async function tryView(kind: ViewCase, random: Random, oracle: Oracle, kernel?: ViewKernel): Promise<CheckedView> {
  const { root, watermarks, closedSizeS } = kind === 'windows' ? windowPlan(random) : { ...withoutWatermarks(random), closedSizeS: null };
  const plan = wholePlan(root);
  const query = { plan, session: { timeZone: 'UTC', startedAtUs: '0' }, scans: scansOf(root).map((scan) => scan.columns), watermarks };
  const rule = {
    delaysUs: watermarks.map((watermark) => watermark?.delayUs ?? null),
    closedSizeUs: closedSizeS === null ? null : closedSizeS * 1e6,
  };
  const outcome = runView(query, rule, random, kernel);
  await oracle.load(Object.fromEntries(outcome.applied.map((rows, scan) => [`s${String(scan)}`, rows])));
  return { outcome, expected: await oracle.answer(withOwnTables(plan)) };
}

function withoutWatermarks(random: Random) {
  const root = new PlanMaker(random).plan(1 + Math.floor(random() * 3));
  return { root, watermarks: scansOf(root).map((): ScanWatermark | null => null) };
}
