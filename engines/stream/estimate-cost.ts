import { type BoundQuery, type CostEstimate, type PlanNode, walkPlan } from '../../spi/index.ts';
import type { PlannedScans } from './plan-scans.ts';

/** CPU of a statement that reads nothing: planning, and code that is not yet compiled. Units: milliseconds. */
export const FIXED_MS = 5;
/** CPU per byte of Parquet that the host decodes and per row taken in, and per row for each node with state. Units: milliseconds. */
const BYTE_MS = 6e-6;
const ROW_MS = 5e-5;
const STATE_ROW_MS = 1e-4;
/** Start of a process when no spare is ready. Units: milliseconds. */
const SPAWN_MS = 300;
const WITH_STATE: ReadonlySet<PlanNode['kind']> = new Set(['join', 'aggregate', 'sort', 'distinct']);

/** Returns what a bounded query would cost from the size of the files that it reads and the shape of its plan. */
export function estimateCost(query: BoundQuery, scans: PlannedScans, spareReady: boolean): CostEstimate {
  let withState = 0;
  walkPlan(query.plan.root, {
    node: (node) => {
      if (WITH_STATE.has(node.kind)) withState += 1;
    },
  });
  return {
    kind: 'estimate',
    rows: Math.ceil(withState === 0 ? scans.rows : Math.sqrt(scans.rows)),
    cpuMs: FIXED_MS + scans.bytes * BYTE_MS + scans.rows * (ROW_MS + withState * STATE_ROW_MS),
    startupMs: spareReady ? 2 : SPAWN_MS,
    confidence: 0.3,
  };
}
