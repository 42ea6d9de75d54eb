import { type BoundQuery, type Catalog, type CostEstimate, type Logger, PlatformError } from '../../spi/index.ts';
import type { EngineRegistry, RegisteredEngine } from '../engine/engine-registry.ts';
import {
  askEngine,
  type EngineExperience,
  planKeyOf,
  type Candidate,
  type EngineAnswer,
  rankEngines,
  requireCandidates,
  type Route,
  type RouteDecision,
  type RouteWish,
} from './choose-engine.ts';
import { createMeasuredCosts, type RoutingFacts, type StoredCosts } from './measured-costs.ts';
import type { Demotions } from './demotions.ts';
import { createRegretReport, planClassOf, type RegretFacts } from './regret-report.ts';
import type { RouteRules } from './route-rules.ts';
import { featuresOf, findRule } from './statement-features.ts';

/** A statement to be routed. */
export interface RouteRequest {
  readonly query: BoundQuery;
  /** What rules look at, when that is not the query itself: the statement before a view took the place of a part of it. */
  readonly rulesFor?: BoundQuery;
  readonly statement: 'query' | 'write';
  readonly wish: RouteWish;
  /** Asks also those engines that are not to run the statement, for people to see. */
  readonly asksAll?: boolean;
  /** Decides whether a canary gets the statement; none does when left out. */
  readonly queryId?: string;
}

/** Chooses engines, by rules, estimates and what was measured. */
export interface Router {
  readonly rules: RouteRules;
  /** @throws ENGINE_UNKNOWN when the engine wished for is not registered */
  route(request: RouteRequest): Promise<Route>;
  /** Tries the candidates in order until one has begun to answer. A failure that the next one would meet too ends the search; after a canary its
   *  engine is tried, whatever the failure.
   *  @throws ENGINE_REFUSED, the last candidate's error, or the first that another engine would meet too */
  run<Started>(
    route: Route,
    signal: AbortSignal,
    start: (candidate: Candidate, failedEngines: readonly string[]) => Promise<Started>,
  ): Promise<Started>;
  /** Takes what a run took, or why it failed. Units: milliseconds. */
  observe(route: Route, candidate: Candidate, measuredMs: number, error: unknown): void;
  /** Takes what a run took that nobody chose: it teaches the estimates, and is no part of the regret. */
  learn(query: BoundQuery, candidate: Candidate, measuredMs: number): void;
  /** Returns what an engine's estimate stands for. Units: milliseconds. */
  expect(query: BoundQuery, engine: string, estimate: CostEstimate): number;
  /** What was measured so far, by plan. */
  measured(): readonly RoutingFacts[];
  /** What was measured so far against what was expected, by class of statement. */
  regret(): readonly RegretFacts[];
  /** What the estimates were taught, to be kept over a restart; null when nothing came to it since the last call. */
  save(): StoredCosts | null;
}

/** What a router works with. */
export interface RouterParts {
  readonly engines: EngineRegistry;
  readonly rules: RouteRules;
  readonly catalog: Pick<Catalog, 'resolve'>;
  readonly log: Logger;
  /** What an earlier router was taught; null for nothing. */
  readonly stored?: StoredCosts | null;
  readonly demotions: Demotions;
  /** Tells which engines a user may use; null for all. Left out where every user may use all. */
  readonly access?: { enginesOf(user: string): Promise<((engine: string) => boolean) | null> };
}

/** Units: plans whose measured times are remembered. */
const PLANS_MAX = 2000;

/** Creates the router of one server. */
export function createRouter(parts: RouterParts): Router {
  const costs = createMeasuredCosts(PLANS_MAX, parts.stored);
  const regret = createRegretReport();
  const experience = { costs, demotions: parts.demotions };
  let saved = 0;
  const router: Router = {
    rules: parts.rules,
    route: (request) => routeStatement(request, parts, experience),
    run: async (route, signal, start) => {
      const candidates: Candidate[] = [...requireCandidates(route)];
      const failed: string[] = [];
      let askOthers = route.askOthers;
      for (const candidate of candidates) {
        try {
          return await start(candidate, failed);
        } catch (error) {
          const coded = PlatformError.from(error, 'ENGINE_FAILED');
          const { stable, ...failing } = candidate;
          if (stable !== undefined && !signal.aborted && coded.code !== 'STORAGE_CONFLICT') {
            failed.push(`${candidate.name} ${candidate.version}`);
            candidates.splice(candidates.indexOf(candidate) + 1, 0, { ...failing, ...stable });
            parts.log.warn({ engine: candidate.name, version: candidate.version, code: coded.code }, 'canary failed before its first row');
            continue;
          }
          router.observe(route, candidate, 0, coded);
          failed.push(candidate.name);
          // A commit that lost its race would lose it for every engine: the statement has to begin anew.
          const another = (coded.retryable && coded.code !== 'STORAGE_CONFLICT') || coded.code === 'RESOURCE_MEMORY';
          if (!another || signal.aborted) throw coded;
          if (candidate === candidates.at(-1)) candidates.push(...((await askOthers?.()) ?? []));
          askOthers = null;
          if (candidate === candidates.at(-1)) throw coded;
          parts.log.warn({ engine: candidate.name, code: coded.code }, 'engine failed before its first row; trying the next one');
        }
      }
      throw new PlatformError('INTERNAL_INVARIANT', 'there was no candidate to try');
    },
    observe: ({ query, candidates }, { name, estimate, calibratedMs, stable }, measuredMs, error) => {
      // What a canary does is no experience with the engine whose name it has.
      if (stable !== undefined) return;
      const coded = error === null ? null : PlatformError.from(error, 'ENGINE_FAILED');
      // What the user did wrong or broke off, and what an outside database failed at, says nothing about the engine.
      if (coded !== null && (coded.kind === 'user' || coded.outside)) return;
      costs.observe({ engine: name, plan: planKeyOf(query), estimate, measuredMs, errorCode: coded?.code ?? null });
      if (coded !== null) return;
      const other = candidates.find((candidate) => candidate.name !== name);
      const alternative = other === undefined ? null : { engine: other.name, ms: other.calibratedMs };
      regret.observe({ planClass: planClassOf(query), engine: name, predictedMs: calibratedMs, measuredMs, alternative });
    },
    learn: (query, { name, estimate }, measuredMs) => {
      costs.observe({ engine: name, plan: planKeyOf(query), estimate, measuredMs, errorCode: null });
    },
    expect: (query, engine, estimate) => costs.calibrate(engine, planKeyOf(query), estimate).ms,
    measured: () => costs.list(),
    regret: () => regret.list(),
    save: () => {
      if (costs.observed === saved) return null;
      saved = costs.observed;
      return costs.save();
    },
  };
  return router;
}

async function routeStatement(request: RouteRequest, parts: RouterParts, experience: EngineExperience): Promise<Route> {
  const { query, statement, wish } = request;
  const mayUse = (await parts.access?.enginesOf(query.principal.user)) ?? null;
  const ask = (entries: readonly RegisteredEngine[]): Promise<readonly EngineAnswer[]> =>
    Promise.all(
      entries.map((entry) => {
        const allowed = mayUse === null || mayUse(entry.name);
        return allowed ? askEngine(query, statement, entry) : Promise.resolve(forbidden(query, entry));
      }),
    );
  const wished = wish.hint ?? wish.session;
  const engines = parts.engines.enginesFor(request.queryId ?? null);
  if (wished !== null) {
    const entry = parts.engines.get(wished, request.queryId);
    const answers = await ask(request.asksAll === true ? engines : [entry]);
    const decision: RouteDecision = { by: wish.hint === null ? 'session' : 'hint', engine: entry.name };
    return { query, decision, askOthers: null, ...rankEngines(query, answers, decision, experience) };
  }
  const quick = await askQuickEngines(request, { engines, rules: parts.rules }, experience, ask);
  if (quick !== null) return quick;
  const answers = await ask(engines);
  const decision = await decide(request, answers, parts);
  return { query, decision, askOthers: null, ...rankEngines(query, answers, decision, experience) };
}

function forbidden({ principal }: BoundQuery, entry: RegisteredEngine): EngineAnswer {
  const reason = `${principal.user} has no USAGE on engine ${entry.name}`;
  return { ...entry, answer: { kind: 'refusal', code: 'AUTH_FORBIDDEN', reason } };
}

/** Asks only those engines that may be the quickest: a small statement is over before the others have estimated it. Returns null where another
 *  engine may be quicker, or more than the time decides. */
async function askQuickEngines(
  { query, wish, asksAll }: RouteRequest,
  { engines, rules }: { readonly engines: readonly RegisteredEngine[]; readonly rules: RouteRules },
  experience: EngineExperience,
  ask: (entries: readonly RegisteredEngine[]) => Promise<readonly EngineAnswer[]>,
): Promise<Route | null> {
  const leastMs = ({ engine }: RegisteredEngine): number => engine.capabilities.elapsedMsMin ?? 0;
  const slower = engines.filter((entry) => leastMs(entry) > 0);
  if (slower.length === 0 || asksAll === true || (wish.preferred ?? null) !== null || rules.list().length > 0) return null;
  const decision: RouteDecision = { by: 'default' };
  const asked = await ask(engines.filter((entry) => leastMs(entry) === 0));
  const ranked = rankEngines(query, asked, decision, experience);
  const [best] = ranked.candidates;
  const fits = ranked.considered.every(({ name, refusal }) => name !== best?.name || refusal === null);
  if (best === undefined || !fits || slower.some((entry) => leastMs(entry) < best.calibratedMs)) return null;
  return {
    query,
    decision,
    ...ranked,
    askOthers: async () => rankEngines(query, await ask(slower), decision, experience).candidates,
  };
}

async function decide(
  { query, rulesFor, statement, wish: { preferred = null } }: RouteRequest,
  answers: readonly EngineAnswer[],
  { rules, catalog }: RouterParts,
): Promise<RouteDecision> {
  const all = rules.list();
  const unruled: RouteDecision = preferred === null ? { by: 'default' } : { by: 'job', engine: preferred };
  if (all.length === 0) return unruled;
  const memory = answers.flatMap(({ answer }) =>
    answer.kind === 'estimate' && answer.memoryBytes !== undefined ? [answer.memoryBytes] : [],
  );
  const memoryBytes = memory.length === 0 ? null : Math.max(...memory);
  const rule = findRule(all, await featuresOf(rulesFor ?? query, statement, { rules: all, catalog, memoryBytes }));
  return rule === null ? unruled : { by: 'rule', rule };
}
