import type { CostEstimate } from '../../spi/index.ts';
import type { OlapConfig } from './olap-config.ts';

/** Where a query waits for a process: short ones never stand behind long ones. */
export type QueryLane = 'short' | 'long';

/** A statement that should need less is short. Units: milliseconds of processor time. */
const SHORT_CPU_MS = 20;

/** Returns the lane of a query by what it should cost. */
export function chooseLane({ cpuMs }: Pick<CostEstimate, 'cpuMs'>, { shortProcesses }: Pick<OlapConfig, 'shortProcesses'>): QueryLane {
  return shortProcesses > 0 && cpuMs < SHORT_CPU_MS ? 'short' : 'long';
}
