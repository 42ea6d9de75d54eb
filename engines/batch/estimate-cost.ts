import { type CostEstimate, type PlanNode, walkPlan } from '../../spi/index.ts';
import { estimateMemoryBytes } from '../duckdb/estimate-memory.ts';
import { estimateRows } from '../duckdb/estimate-rows.ts';
import { generatedRows } from '../duckdb/generated-rows.ts';
import type { BatchConfig } from './batch-config.ts';
import type { PlannedInputs } from './plan-inputs.ts';
import type { StagePlan } from './stage/stage-plan.ts';

/** CPU per byte of Parquet decoded, and per row for each node that works on rows; as in one process. Units: milliseconds. */
const BYTE_MS = 4e-6;
const ROW_MS = 2e-5;
/** CPU per row that goes through files between stages. Units: milliseconds. */
const EXCHANGED_ROW_MS = 4e-4;
/** Time that a stage adds: tasks are sent, files made and read back. Units: milliseconds. */
const STAGE_MS = 60;
/** Start of the executors, which are closed to one execution, and of a process when no spare is ready. Units: milliseconds. */
const BEGIN_MS = 40;
const SPAWN_MS = 400;

/** What the smallest statement takes. Units: milliseconds. */
export const ELAPSED_MS_MIN = BEGIN_MS + STAGE_MS;

const WORKING: ReadonlySet<PlanNode['kind']> = new Set(['join', 'aggregate', 'window', 'sort', 'distinct', 'set_operation', 'filter']);

/** Returns what a query would cost in stages: what it would cost in one process, what goes through files, and the start of the executors. */
export function estimateCost(planned: PlannedInputs, { stages }: StagePlan, config: BatchConfig, spareReady: boolean): CostEstimate {
  let working = 0;
  walkPlan(planned.plan.root, {
    node: (node) => {
      if (WORKING.has(node.kind)) working += 1;
    },
  });
  const { root } = planned.plan;
  const rows = planned.rows + generatedRows(root);
  const exchanged = stages.length > 1 ? rows / 4 : 0;
  const memoryBytes = estimateMemoryBytes(planned.plan.root, (scan) => planned.inputs.get(scan)?.rows ?? 0);
  return {
    kind: 'estimate',
    rows: estimateRows(root, rows),
    cpuMs: planned.bytes * BYTE_MS + rows * ROW_MS * (1 + working * 0.5) + exchanged * EXCHANGED_ROW_MS,
    startupMs: BEGIN_MS + (spareReady ? 0 : SPAWN_MS) + stages.length * STAGE_MS,
    confidence: planned.rows === 0 ? 0.9 : 0.5,
    // Beyond its limit an executor spills; partitions divide what it must hold.
    memoryBytes: Math.min(memoryBytes, config.memoryBytesMax),
  };
}
