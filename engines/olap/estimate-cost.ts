import { type BoundQuery, type CostEstimate, type PlanNode, walkPlan } from '../../spi/index.ts';
import { estimateMemoryBytes } from '../duckdb/estimate-memory.ts';
import { estimateRows } from '../duckdb/estimate-rows.ts';
import { generatedRows } from '../duckdb/generated-rows.ts';
import { isStreaming } from '../duckdb/is-streaming.ts';
import type { ScanInputs } from '../duckdb/plan-scans.ts';

/** CPU of a statement that reads nothing. Units: milliseconds. */
const FIXED_MS = 0.5;
/** CPU per byte of Parquet decoded, and per row for each node that works on rows; of TPC-H on one core. Units: milliseconds. */
const BYTE_MS = 4e-6;
const ROW_MS = 2e-5;
/** CPU until the first rows of a plan that holds nothing back. Units: milliseconds. */
const FIRST_ROWS_MS = 5;
/** Start of a process when no spare is ready. Units: milliseconds. */
const SPAWN_MS = 300;
const WORKING: ReadonlySet<PlanNode['kind']> = new Set(['join', 'aggregate', 'window', 'sort', 'distinct', 'set_operation', 'filter']);

/** Returns what a query would cost from the size of the files that it reads and the shape of its plan. */
export function estimateCost(query: BoundQuery, scans: ScanInputs, spareReady: boolean): CostEstimate {
  let working = 0;
  walkPlan(query.plan.root, {
    node: (node) => {
      if (WORKING.has(node.kind)) working += 1;
    },
  });
  const { root } = query.plan;
  const rows = scans.rows + generatedRows(root);
  const startupMs = spareReady ? 1 : SPAWN_MS;
  const cpuMs = FIXED_MS + scans.bytes * BYTE_MS + rows * ROW_MS * (1 + working * 0.5);
  return {
    kind: 'estimate',
    rows: estimateRows(root, rows),
    cpuMs,
    startupMs,
    firstRowMs: startupMs + (isStreaming(root) ? Math.min(cpuMs, FIRST_ROWS_MS) : cpuMs),
    confidence: scans.rows === 0 ? 0.9 : 0.5,
    memoryBytes: estimateMemoryBytes(query.plan.root, (scan) => scans.rowsOf.get(scan) ?? 0),
  };
}
