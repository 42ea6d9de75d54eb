import type { CostEstimate, ErrorCode } from '../../spi/index.ts';
import { addRun, type CostRatio, failsAgain, NO_RUNS } from './cost-ratio.ts';
import { RecentMap } from './recent-map.ts';

/** A plan as measurements are remembered for it. */
export interface PlanKey {
  /** The plan with its constants. */
  readonly fingerprint: string;
  /** The plan whatever its constants: `planShape`. */
  readonly shape: string;
}

/** One run of a statement on an engine, seen from the gateway. */
export interface MeasuredRun {
  readonly engine: string;
  readonly plan: PlanKey;
  readonly estimate: CostEstimate;
  /** Time that the gateway waited for the engine. Units: milliseconds. */
  readonly measuredMs: number;
  /** Null for a run that went well. */
  readonly errorCode: ErrorCode | null;
}

/** What was seen of one engine with one plan. Units: milliseconds; averages give more weight to later runs. */
export interface RoutingFacts extends PlanKey {
  readonly engine: string;
  readonly runs: number;
  readonly errors: number;
  readonly estimatedMs: number;
  readonly measuredMs: number;
  /** What the runs took beyond those of the fastest engine seen with this plan, all together. */
  readonly regretMs: number;
}

/** What is kept over a restart. */
export interface StoredCosts {
  readonly shapes: readonly (readonly [shape: string, engine: string, ratio: CostRatio])[];
  readonly scales: readonly (readonly [scale: string, ratio: CostRatio])[];
}

/** Remembers how estimates compare with what was measured, in bounded memory. */
export interface MeasuredCosts {
  /** Returns what an estimate stands for, by runs of the same plan, else of plans that differ in constants, else of plans as large; and how many
   *  runs of this plan on this engine that rests on. Units: milliseconds. */
  calibrate(engine: string, plan: PlanKey, estimate: CostEstimate): { readonly ms: number; readonly runs: number };
  observe(run: MeasuredRun): void;
  /** Whether the engine ran out of memory with this plan, or with one that differs in constants, over input that was not larger. */
  lacksMemory(engine: string, plan: PlanKey, estimate: CostEstimate): boolean;
  /** The plan used last comes last. */
  list(): readonly RoutingFacts[];
  save(): StoredCosts;
  /** Runs observed so far. */
  readonly observed: number;
}

interface PlanCost {
  readonly shape: string;
  ratio: CostRatio;
  errors: number;
  estimatedMs: number;
  measuredMs: number;
  totalMs: number;
}

/** Weight of the newest run of a plan or a shape, and of the newest run in the ratio of a whole engine. */
const PLAN_WEIGHT = 0.3;
const ENGINE_WEIGHT = 0.1;

/** Runs that an engine's own estimates count for: one run, cold or lucky, must not speak for all plans that never ran. */
const ESTIMATE_RUNS = 2;

/** The same for plans that differ from a known one in constants only. */
const SHAPE_ESTIMATE_RUNS = 0.25;

/** Largest logarithm of a whole engine's ratio: it speaks of plans that were never run. */
const ENGINE_LOG_MAX = Math.log(100);

/** Stands for all engines together; no engine has this name. */
const ANY_ENGINE = '*';

/** Creates a memory of at most so many plans and shapes; the one unused for longest is forgotten first. */
export function createMeasuredCosts(plansMax: number, stored: StoredCosts | null = null): MeasuredCosts {
  const plans = new RecentMap<Map<string, PlanCost>>(plansMax);
  const shapes = new RecentMap<Map<string, CostRatio>>(plansMax);
  const scales = new Map<string, CostRatio>(stored?.scales ?? []);
  for (const [shape, engine, ratio] of stored?.shapes ?? []) shapes.touch(shape, newMap).set(engine, ratio);
  let observed = 0;

  const calibrateUnknown = (engine: string, shape: string, estimatedMs: number): number => {
    // An engine that never ran a plan of this size is taken to be as far off as the others: the machine is the same.
    const scale = scales.get(scaleOf(engine, estimatedMs)) ?? scales.get(scaleOf(ANY_ENGINE, estimatedMs)) ?? NO_RUNS;
    const alike = shapes.get(shape)?.get(engine) ?? NO_RUNS;
    const weight = alike.runs / (alike.runs + SHAPE_ESTIMATE_RUNS);
    return estimatedMs * Math.exp(weight * alike.logRatio + (1 - weight) * scale.logRatio);
  };

  const observeRun = ({ engine, plan: { shape }, estimate, measuredMs }: MeasuredRun, cost: PlanCost): void => {
    const estimatedMs = totalMs(estimate);
    const weight = cost.ratio.runs === 0 ? 1 : PLAN_WEIGHT;
    cost.totalMs += measuredMs;
    cost.estimatedMs += weight * (estimatedMs - cost.estimatedMs);
    cost.measuredMs += weight * (measuredMs - cost.measuredMs);
    cost.ratio = addRun(cost.ratio, estimatedMs, measuredMs, weight);
    const alike = shapes.touch(shape, newMap);
    const ratio = alike.get(engine) ?? NO_RUNS;
    alike.set(engine, addRun(ratio, estimatedMs, measuredMs, ratio.runs === 0 ? 1 : PLAN_WEIGHT));
    for (const name of [scaleOf(engine, estimatedMs), scaleOf(ANY_ENGINE, estimatedMs)]) {
      const known = scales.get(name) ?? NO_RUNS;
      const moved = addRun(known, estimatedMs, measuredMs, Math.max(ENGINE_WEIGHT, 1 / (known.runs + ESTIMATE_RUNS + 1)));
      scales.set(name, { ...moved, logRatio: Math.min(ENGINE_LOG_MAX, Math.max(-ENGINE_LOG_MAX, moved.logRatio)) });
    }
  };

  const observeError = ({ engine, plan: { shape }, estimate, errorCode }: MeasuredRun, cost: PlanCost): void => {
    cost.errors += 1;
    if (errorCode !== 'RESOURCE_MEMORY') return;
    const alike = shapes.touch(shape, newMap);
    const memoryFailureMs = totalMs(estimate);
    cost.ratio = { ...cost.ratio, memoryFailureMs };
    alike.set(engine, { ...(alike.get(engine) ?? NO_RUNS), memoryFailureMs });
  };

  return {
    calibrate: (engine, { fingerprint, shape }, estimate) => {
      const estimatedMs = totalMs(estimate);
      const { logRatio, runs } = plans.get(fingerprint)?.get(engine)?.ratio ?? NO_RUNS;
      if (runs > 0) return { ms: estimatedMs * Math.exp(logRatio), runs };
      return { ms: calibrateUnknown(engine, shape, estimatedMs), runs: 0 };
    },
    observe: (run) => {
      observed += 1;
      const byEngine = plans.touch(run.plan.fingerprint, newMap<PlanCost>);
      const cost = byEngine.get(run.engine) ?? newCost(run.plan.shape);
      byEngine.set(run.engine, cost);
      (run.errorCode === null ? observeRun : observeError)(run, cost);
    },
    lacksMemory: (engine, { fingerprint, shape }, estimate) => {
      const own = plans.get(fingerprint)?.get(engine)?.ratio;
      const ratio = own !== undefined && (own.runs > 0 || own.memoryFailureMs !== null) ? own : shapes.get(shape)?.get(engine);
      return failsAgain(ratio ?? NO_RUNS, totalMs(estimate));
    },
    list: () => plans.entries().flatMap(([fingerprint, byEngine]) => factsOf(fingerprint, byEngine)),
    save: () => ({
      shapes: shapes.entries().flatMap(([shape, byEngine]) => [...byEngine].map(([engine, ratio]) => [shape, engine, ratio] as const)),
      scales: [...scales],
    }),
    get observed() {
      return observed;
    },
  };
}

function newMap<Value>(): Map<string, Value> {
  return new Map();
}

function newCost(shape: string): PlanCost {
  return { shape, ratio: NO_RUNS, errors: 0, estimatedMs: 0, measuredMs: 0, totalMs: 0 };
}

/** What an engine adds to every statement shows in the small ones, its speed in the large ones: each order of magnitude has its own ratio. */
function scaleOf(engine: string, estimatedMs: number): string {
  return `${engine} ${String(Math.floor(Math.log10(Math.max(estimatedMs, 1))))}`;
}

function factsOf(fingerprint: string, byEngine: ReadonlyMap<string, PlanCost>): readonly RoutingFacts[] {
  const best = Math.min(...[...byEngine.values()].filter(({ ratio }) => ratio.runs > 0).map(({ measuredMs }) => measuredMs));
  return [...byEngine].map(
    ([
      engine,
      {
        shape,
        ratio: { runs },
        errors,
        estimatedMs,
        measuredMs,
        totalMs: all,
      },
    ]) => ({
      fingerprint,
      shape,
      engine,
      runs,
      errors,
      estimatedMs,
      measuredMs,
      regretMs: runs === 0 ? 0 : Math.max(0, all - runs * best),
    }),
  );
}

/** Returns what an engine's own estimate adds up to. Units: milliseconds. */
export function totalMs(estimate: CostEstimate): number {
  return estimate.startupMs + estimate.cpuMs;
}
