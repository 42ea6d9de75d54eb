import { type BoundQuery, type Catalog, type Logger, PlatformError } from '../../spi/index.ts';
import type { EngineRegistry, RegisteredEngine } from '../engine/load-engines.ts';
import {
  askEngine,
  type Candidate,
  type EngineAnswer,
  rankEngines,
  requireCandidates,
  type Route,
  type RouteDecision,
  type RouteWish,
} from './choose-engine.ts';
import { createMeasuredCosts, type MeasuredCosts, type RoutingFacts } from './measured-costs.ts';
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
}

/** Chooses engines, by rules, estimates and what was measured. */
export interface Router {
  readonly rules: RouteRules;
  /** @throws ENGINE_UNKNOWN when the engine wished for is not registered */
  route(request: RouteRequest): Promise<Route>;
  /** Tries the candidates in order until one has begun to answer. A failure that the next one may not meet ends the search.
   *  @throws ENGINE_REFUSED, the last candidate's error, or the first that another engine would meet too */
  run<Started>(
    route: Route,
    signal: AbortSignal,
    start: (candidate: Candidate, failedEngines: readonly string[]) => Promise<Started>,
  ): Promise<Started>;
  /** Takes what a run took, or why it failed. Units: milliseconds. */
  observe(route: Route, candidate: Candidate, measuredMs: number, error: unknown): void;
  /** What was measured so far. */
  measured(): readonly RoutingFacts[];
}

/** What a router works with. */
export interface RouterParts {
  readonly engines: EngineRegistry;
  readonly rules: RouteRules;
  readonly catalog: Pick<Catalog, 'resolve'>;
  readonly log: Logger;
}

/** Units: plans whose measured times are remembered. */
const PLANS_MAX = 2000;

/** Creates the router of one server. */
export function createRouter(parts: RouterParts): Router {
  const costs = createMeasuredCosts(PLANS_MAX);
  const router: Router = {
    rules: parts.rules,
    route: (request) => routeStatement(request, parts, costs),
    run: async (route, signal, start) => {
      const candidates: Candidate[] = [...requireCandidates(route)];
      const failed: string[] = [];
      let askOthers = route.askOthers;
      for (const candidate of candidates) {
        try {
          return await start(candidate, failed);
        } catch (error) {
          const coded = PlatformError.from(error, 'ENGINE_FAILED');
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
    observe: ({ fingerprint }, { name, estimate }, measuredMs, error) => {
      const coded = error === null ? null : PlatformError.from(error, 'ENGINE_FAILED');
      // What the user did wrong or broke off says nothing about the engine.
      if (coded?.kind === 'user') return;
      costs.observe({ engine: name, fingerprint, estimate, measuredMs, errorCode: coded?.code ?? null });
    },
    measured: () => costs.list(),
  };
  return router;
}

async function routeStatement(request: RouteRequest, parts: RouterParts, costs: MeasuredCosts): Promise<Route> {
  const { query, statement, wish } = request;
  const { fingerprint } = query;
  const ask = (entries: readonly RegisteredEngine[]): Promise<readonly EngineAnswer[]> =>
    Promise.all(entries.map((entry) => askEngine(query, statement, entry)));
  const wished = wish.hint ?? wish.session;
  if (wished !== null) {
    const entry = parts.engines.get(wished);
    const answers = await ask(request.asksAll === true ? parts.engines.engines : [entry]);
    const decision: RouteDecision = { by: wish.hint === null ? 'session' : 'hint', engine: entry.name };
    return { fingerprint, decision, askOthers: null, ...rankEngines(fingerprint, answers, decision, costs) };
  }
  const quick = await askQuickEngines(request, parts, costs, ask);
  if (quick !== null) return quick;
  const answers = await ask(parts.engines.engines);
  const decision = await decide(request, answers, parts);
  return { fingerprint, decision, askOthers: null, ...rankEngines(fingerprint, answers, decision, costs) };
}

/** Asks only those engines that may be the quickest: a small statement is over before the others have estimated it. Returns null where another
 *  engine may be quicker, or more than the time decides. */
async function askQuickEngines(
  { query: { fingerprint }, wish, asksAll }: RouteRequest,
  { engines: { engines }, rules }: RouterParts,
  costs: MeasuredCosts,
  ask: (entries: readonly RegisteredEngine[]) => Promise<readonly EngineAnswer[]>,
): Promise<Route | null> {
  const leastMs = ({ engine }: RegisteredEngine): number => engine.capabilities.elapsedMsMin ?? 0;
  const slower = engines.filter((entry) => leastMs(entry) > 0);
  if (slower.length === 0 || asksAll === true || (wish.preferred ?? null) !== null || rules.list().length > 0) return null;
  const decision: RouteDecision = { by: 'default' };
  const asked = await ask(engines.filter((entry) => leastMs(entry) === 0));
  const ranked = rankEngines(fingerprint, asked, decision, costs);
  const [best] = ranked.candidates;
  const fits = ranked.considered.every(({ name, refusal }) => name !== best?.name || refusal === null);
  if (best === undefined || !fits || slower.some((entry) => leastMs(entry) < best.calibratedMs)) return null;
  return {
    fingerprint,
    decision,
    ...ranked,
    askOthers: async () => rankEngines(fingerprint, await ask(slower), decision, costs).candidates,
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
