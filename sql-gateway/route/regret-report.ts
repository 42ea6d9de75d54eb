import { type BoundQuery, planRequirements } from '../../spi/index.ts';
import { RecentMap } from './recent-map.ts';

/** One run with what was expected of it, and of the engine that was not taken. */
export interface JudgedRun {
  readonly planClass: string;
  readonly engine: string;
  /** The calibrated estimate with which the engine was chosen. Units: milliseconds. */
  readonly predictedMs: number;
  readonly measuredMs: number;
  /** The next best engine, by its calibrated estimate; null where no other was asked. */
  readonly alternative: { readonly engine: string; readonly ms: number } | null;
}

/** What routing did with one class of statements on one engine. Units: milliseconds, sums over all runs. */
export interface RegretFacts {
  readonly planClass: string;
  readonly engine: string;
  readonly runs: number;
  readonly predictedMs: number;
  readonly measuredMs: number;
  /** The engine that was next best most recently; null where no other was asked. */
  readonly alternative: string | null;
  /** Runs for which another engine was asked, and what that was expected to take for them. */
  readonly comparedRuns: number;
  readonly alternativeMs: number;
  /** What the runs took beyond the estimate of the engine not taken. */
  readonly regretMs: number;
}

/** Adds up how good the router's choices were, by class of statement. */
export interface RegretReport {
  observe(run: JudgedRun): void;
  /** Most regret first. */
  list(): readonly RegretFacts[];
}

/** Units: classes and engines that are remembered. */
const CLASSES_MAX = 500;

/** Creates an empty report. */
export function createRegretReport(): RegretReport {
  const classes = new RecentMap<{ facts: RegretFacts }>(CLASSES_MAX);
  return {
    observe: (run) => {
      const kept = classes.touch(`${run.engine} ${run.planClass}`, () => ({ facts: newFacts(run) }));
      kept.facts = addRun(kept.facts, run);
    },
    list: () =>
      classes
        .entries()
        .map(([, { facts }]) => facts)
        .sort((left, right) => right.regretMs - left.regretMs),
  };
}

function newFacts({ planClass, engine }: JudgedRun): RegretFacts {
  const none = { runs: 0, predictedMs: 0, measuredMs: 0, comparedRuns: 0, alternativeMs: 0, regretMs: 0 };
  return { planClass, engine, alternative: null, ...none };
}

function addRun(facts: RegretFacts, { predictedMs, measuredMs, alternative }: JudgedRun): RegretFacts {
  return {
    ...facts,
    runs: facts.runs + 1,
    predictedMs: facts.predictedMs + predictedMs,
    measuredMs: facts.measuredMs + measuredMs,
    alternative: alternative?.engine ?? facts.alternative,
    comparedRuns: facts.comparedRuns + (alternative === null ? 0 : 1),
    alternativeMs: facts.alternativeMs + (alternative?.ms ?? 0),
    regretMs: facts.regretMs + (alternative === null ? 0 : Math.max(0, measuredMs - alternative.ms)),
  };
}

/** Returns the class of a statement: the kinds of the nodes of its plan, such as `aggregate filter scan`. */
export function planClassOf(query: BoundQuery): string {
  return [...planRequirements(query.plan).features]
    .filter((feature) => !feature.includes(':') && feature !== 'project')
    .sort()
    .join(' ');
}
