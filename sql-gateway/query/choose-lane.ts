import type { Route } from '../route/choose-engine.ts';
import { totalMs } from '../route/measured-costs.ts';
import type { Lane } from './admission.ts';

/** A query is short when its engine expects less. Units: milliseconds. */
const SHORT_ESTIMATE_MS = 30;

/** What was measured of the same plan may be more than that, since it counts time in which others had the machine. Units: milliseconds. */
const SHORT_CALIBRATED_MS = 1000;

/** Returns the lane for a query that its route's first engine will run. */
export function laneOf({ candidates: [first] }: Pick<Route, 'candidates'>): Lane {
  if (first === undefined) return 'short';
  return totalMs(first.estimate) < SHORT_ESTIMATE_MS && first.calibratedMs < SHORT_CALIBRATED_MS ? 'short' : 'long';
}
