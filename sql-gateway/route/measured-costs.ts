import type { CostEstimate, ErrorCode } from '../../spi/index.ts';

/** One run of a statement on an engine, seen from the gateway. */
export interface MeasuredRun {
  readonly engine: string;
  readonly fingerprint: string;
  readonly estimate: CostEstimate;
  /** Time that the gateway waited for the engine. Units: milliseconds. */
  readonly measuredMs: number;
  /** Null for a run that went well. */
  readonly errorCode: ErrorCode | null;
}

/** What was seen of one engine with one plan. Units: milliseconds; averages give more weight to later runs. */
export interface RoutingFacts {
  readonly fingerprint: string;
  readonly engine: string;
  readonly runs: number;
  readonly errors: number;
  readonly estimatedMs: number;
  readonly measuredMs: number;
  /** What the runs took beyond those of the fastest engine seen with this plan, all together. */
  readonly regretMs: number;
}

/** Remembers how estimates compare with what was measured, in bounded memory. */
export interface MeasuredCosts {
  /** Returns what an estimate stands for, and how many runs of this plan on this engine that rests on. Units: milliseconds. */
  calibrate(engine: string, fingerprint: string, estimate: CostEstimate): { readonly ms: number; readonly runs: number };
  observe(run: MeasuredRun): void;
  /** Whether the engine ran out of memory with this plan over input that was not larger. */
  lacksMemory(engine: string, fingerprint: string, estimate: CostEstimate): boolean;
  /** The plan used last comes last. */
  list(): readonly RoutingFacts[];
}

interface PlanCost {
  runs: number;
  errors: number;
  estimatedMs: number;
  measuredMs: number;
  /** Average of the logarithm of measured by estimated. */
  logRatio: number;
  totalMs: number;
  /** The estimate with which the engine ran out of memory. */
  memoryFailureMs: number | null;
}

/** Weight of the newest run of a plan, and of the newest run in the ratio of a whole engine. */
const PLAN_WEIGHT = 0.3;
const ENGINE_WEIGHT = 0.1;

/** Runs that an engine's own estimates count for: one run, cold or lucky, must not speak for all plans that never ran. */
const ESTIMATE_RUNS = 2;

/** A whole engine's ratio stays within this factor: it speaks of plans that were never run. */
const ENGINE_FACTOR_MAX = 100;

/** Stands for all engines together; no engine has this name. */
const ANY_ENGINE = '*';

/** Creates an empty memory of at most so many plans; the plan unused for longest is forgotten first. */
export function createMeasuredCosts(plansMax: number): MeasuredCosts {
  const plans = new Map<string, Map<string, PlanCost>>();
  const scales = new Map<string, { readonly logRatio: number; readonly runs: number }>();

  const touch = (fingerprint: string): Map<string, PlanCost> => {
    const known = plans.get(fingerprint) ?? new Map<string, PlanCost>();
    plans.delete(fingerprint);
    plans.set(fingerprint, known);
    const oldest = plans.keys().next();
    if (plans.size > plansMax && oldest.done !== true) plans.delete(oldest.value);
    return known;
  };

  const moveScale = (scale: string, logRatio: number): void => {
    const known = scales.get(scale) ?? { logRatio: 0, runs: 0 };
    const weight = Math.max(ENGINE_WEIGHT, 1 / (known.runs + ESTIMATE_RUNS + 1));
    const moved = known.logRatio + weight * (logRatio - known.logRatio);
    const most = Math.log(ENGINE_FACTOR_MAX);
    scales.set(scale, { logRatio: Math.min(most, Math.max(-most, moved)), runs: known.runs + 1 });
  };

  return {
    calibrate: (engine, fingerprint, estimate) => {
      const estimatedMs = totalMs(estimate);
      const known = plans.get(fingerprint)?.get(engine);
      if (known !== undefined && known.runs > 0) return { ms: estimatedMs * Math.exp(known.logRatio), runs: known.runs };
      // An engine that never ran a plan of this size is taken to be as far off as the others: the machine is the same.
      const scale = scales.get(scaleOf(engine, estimatedMs)) ?? scales.get(scaleOf(ANY_ENGINE, estimatedMs));
      return { ms: estimatedMs * Math.exp(scale?.logRatio ?? 0), runs: 0 };
    },
    observe: ({ engine, fingerprint, estimate, measuredMs, errorCode }) => {
      const estimatedMs = totalMs(estimate);
      const byEngine = touch(fingerprint);
      const cost = byEngine.get(engine) ?? newCost();
      byEngine.set(engine, cost);
      if (errorCode !== null) {
        cost.errors += 1;
        if (errorCode === 'RESOURCE_MEMORY') cost.memoryFailureMs = estimatedMs;
        return;
      }
      const logRatio = Math.log(Math.max(measuredMs, MEASURED_MS_MIN) / Math.max(estimatedMs, MEASURED_MS_MIN));
      const weight = cost.runs === 0 ? 1 : PLAN_WEIGHT;
      cost.runs += 1;
      cost.totalMs += measuredMs;
      cost.estimatedMs += weight * (estimatedMs - cost.estimatedMs);
      cost.measuredMs += weight * (measuredMs - cost.measuredMs);
      cost.logRatio += weight * (logRatio - cost.logRatio);
      cost.memoryFailureMs = null;
      for (const name of [engine, ANY_ENGINE]) moveScale(scaleOf(name, estimatedMs), logRatio);
    },
    lacksMemory: (engine, fingerprint, estimate) => {
      const failedMs = plans.get(fingerprint)?.get(engine)?.memoryFailureMs ?? null;
      return failedMs !== null && totalMs(estimate) >= failedMs * SAME_INPUT;
    },
    list: () => [...plans].flatMap(([fingerprint, byEngine]) => factsOf(fingerprint, byEngine)),
  };
}

/** An estimate this much smaller than the one that failed is about less input. */
const SAME_INPUT = 0.8;

/** Units: milliseconds below which differences say nothing. */
const MEASURED_MS_MIN = 0.01;

function newCost(): PlanCost {
  return { runs: 0, errors: 0, estimatedMs: 0, measuredMs: 0, logRatio: 0, totalMs: 0, memoryFailureMs: null };
}

/** What an engine adds to every statement shows in the small ones, its speed in the large ones: each order of magnitude has its own ratio. */
function scaleOf(engine: string, estimatedMs: number): string {
  return `${engine} ${String(Math.floor(Math.log10(Math.max(estimatedMs, 1))))}`;
}

function factsOf(fingerprint: string, byEngine: ReadonlyMap<string, PlanCost>): readonly RoutingFacts[] {
  const best = Math.min(...[...byEngine.values()].filter(({ runs }) => runs > 0).map(({ measuredMs }) => measuredMs));
  return [...byEngine].map(([engine, { runs, errors, estimatedMs, measuredMs, totalMs: all }]) => ({
    fingerprint,
    engine,
    runs,
    errors,
    estimatedMs,
    measuredMs,
    regretMs: runs === 0 ? 0 : Math.max(0, all - runs * best),
  }));
}

/** Returns what an engine's own estimate adds up to. Units: milliseconds. */
export function totalMs(estimate: CostEstimate): number {
  return estimate.startupMs + estimate.cpuMs;
}
