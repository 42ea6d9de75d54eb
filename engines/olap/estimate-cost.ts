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
/** The way to a process that is ready, and the start of one when none is. Units: milliseconds. */
const READY_MS = 1;
const SPAWN_MS = 300;
const WORKING: ReadonlySet<PlanNode['kind']> = new Set(['join', 'aggregate', 'window', 'sort', 'distinct', 'set_operation', 'filter']);

/** What a query costs, its first rows among it. */
export type OlapEstimate = CostEstimate & { readonly firstRowMs: number };

/** Returns what a query would cost in a process that is ready, from the size of the files that it reads and the shape of its plan. */
export function estimateCost(query: BoundQuery, scans: ScanInputs): OlapEstimate {
  let working = 0;
  walkPlan(query.plan.root, {
    node: (node) => {
      if (WORKING.has(node.kind)) working += 1;
    },
  });
  const { root } = query.plan;
  const rows = scans.rows + generatedRows(root);
  const cpuMs = FIXED_MS + scans.bytes * BYTE_MS + rows * ROW_MS * (1 + working * 0.5);
  return {
    kind: 'estimate',
    rows: estimateRows(root, rows),
    cpuMs,
    startupMs: READY_MS,
    firstRowMs: READY_MS + (isStreaming(root) ? Math.min(cpuMs, FIRST_ROWS_MS) : cpuMs),
    confidence: scans.rows === 0 ? 0.9 : 0.5,
    memoryBytes: estimateMemoryBytes(query.plan.root, (scan) => scans.rowsOf.get(scan) ?? 0),
  };
}

/** Returns what the query costs when its process has to be started. */
export function afterStart(estimate: OlapEstimate): OlapEstimate {
  return { ...estimate, startupMs: SPAWN_MS, firstRowMs: estimate.firstRowMs - READY_MS + SPAWN_MS };
}
