import type { BoundQuery } from '../../spi/index.ts';
import type { ScanInputs } from '../duckdb/plan-scans.ts';
import { estimateCost } from './estimate-cost.ts';
import type { OlapConfig } from './olap-config.ts';

/** Where a query waits for a process: short ones never stand behind long ones. */
export type QueryLane = 'short' | 'long';

/** A statement that should need less is short. Units: milliseconds of processor time. */
const SHORT_CPU_MS = 20;

/** Returns the lane of a query by what it should cost. */
export function chooseLane(query: BoundQuery, scans: ScanInputs, { shortProcesses }: Pick<OlapConfig, 'shortProcesses'>): QueryLane {
  return shortProcesses > 0 && estimateCost(query, scans, true).cpuMs < SHORT_CPU_MS ? 'short' : 'long';
}
