/** How measured times compare with estimates, over some runs. */
export interface CostRatio {
  /** Average of the logarithm of measured by estimated; later runs weigh more. */
  readonly logRatio: number;
  readonly runs: number;
  /** The estimate with which the engine last ran out of memory; null when a later run went well. Units: milliseconds. */
  readonly memoryFailureMs: number | null;
}

/** The ratio before anything was measured. */
export const NO_RUNS: CostRatio = { logRatio: 0, runs: 0, memoryFailureMs: null };

/** Units: milliseconds below which differences say nothing. */
const MEASURED_MS_MIN = 0.01;

/** An estimate this much smaller than the one that failed is about less input. */
const SAME_INPUT = 0.8;

/** Returns the ratio after one more run that went well. */
export function addRun(ratio: CostRatio, estimatedMs: number, measuredMs: number, weight: number): CostRatio {
  const logRatio = Math.log(Math.max(measuredMs, MEASURED_MS_MIN) / Math.max(estimatedMs, MEASURED_MS_MIN));
  return { logRatio: ratio.logRatio + weight * (logRatio - ratio.logRatio), runs: ratio.runs + 1, memoryFailureMs: null };
}

/** Whether a run out of memory speaks of a statement with this estimate: its input is not smaller. */
export function failsAgain({ memoryFailureMs }: CostRatio, estimatedMs: number): boolean {
  return memoryFailureMs !== null && estimatedMs >= memoryFailureMs * SAME_INPUT;
}
