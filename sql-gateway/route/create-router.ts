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
  run<Started>(route: Route, signal: AbortSignal, start: (candidate: Candidate) => Promise<Started>): Promise<Started>;
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
      const candidates = requireCandidates(route);
      const last = candidates.length - 1;
      for (const [index, candidate] of candidates.entries()) {
        try {
          return await start(candidate);
        } catch (error) {
          const coded = PlatformError.from(error, 'ENGINE_FAILED');
          router.observe(route, candidate, 0, coded);
          // A commit that lost its race would lose it for every engine: the statement has to begin anew.
          const another = (coded.retryable && coded.code !== 'STORAGE_CONFLICT') || coded.code === 'RESOURCE_MEMORY';
          if (index === last || !another || signal.aborted) throw coded;
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
    return { fingerprint, decision, ...rankEngines(fingerprint, answers, decision, costs) };
  }
  const answers = await ask(parts.engines.engines);
  const decision = await decide(request, answers, parts);
  return { fingerprint, decision, ...rankEngines(fingerprint, answers, decision, costs) };
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
