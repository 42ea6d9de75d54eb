import { type BoundQuery, checkCapabilities, type CostEstimate, type Engine, PlatformError, type Refusal } from '../../spi/index.ts';
import type { EngineRegistry, RegisteredEngine } from '../engine/load-engines.ts';

/** An engine that takes the statement. */
export interface Candidate extends RegisteredEngine {
  readonly estimate: CostEstimate;
}

/** What an engine said to the statement. */
export interface Consideration {
  readonly name: string;
  readonly engine: Engine;
  readonly version: string;
  readonly answer: CostEstimate | Refusal;
}

/** How a statement is routed: who was asked, and who may run it, best first. */
export interface Route {
  readonly considered: readonly Consideration[];
  readonly candidates: readonly Candidate[];
}

/** What the user asked for. A hint wins over the session's setting; either one allows that engine alone. */
export interface RouteWish {
  readonly hint: string | null;
  readonly session: string | null;
}

/** Asks the engines what the statement would cost them and orders those that take it, cheapest first.
 *  @throws ENGINE_UNKNOWN when the engine wished for is not registered */
export async function routeStatement(
  query: BoundQuery,
  statement: 'query' | 'write',
  registry: EngineRegistry,
  wish: RouteWish,
): Promise<Route> {
  const wished = wish.hint ?? wish.session;
  const asked = wished === null ? registry.engines : [registry.get(wished)];
  const considered = await Promise.all(
    asked.map(async (entry): Promise<Consideration> => ({ ...entry, answer: await askEngine(query, statement, entry) })),
  );
  const candidates = considered.flatMap(({ answer, ...entry }) => (answer.kind === 'estimate' ? [{ ...entry, estimate: answer }] : []));
  candidates.sort((left, right) => totalMs(left.estimate) - totalMs(right.estimate));
  return { considered, candidates };
}

/** Returns the engines to try in order.
 *  @throws ENGINE_REFUSED with each engine's reason when there is none */
export function requireCandidates(route: Route): readonly [Candidate, ...Candidate[]] {
  const [first, ...others] = route.candidates;
  if (first !== undefined) return [first, ...others];
  const refusals = route.considered.flatMap(({ name, answer }) => (answer.kind === 'refusal' ? [{ engine: name, ...answer }] : []));
  throw new PlatformError(
    'ENGINE_REFUSED',
    `No engine takes this statement. ${refusals.map(({ engine, reason }) => `${engine}: ${reason}`).join('; ')}.`,
    { details: { refusals: refusals.map(({ engine, code, reason }) => ({ engine, code, reason })) } },
  );
}

async function askEngine(query: BoundQuery, statement: 'query' | 'write', { engine }: RegisteredEngine): Promise<CostEstimate | Refusal> {
  const refusal = checkCapabilities(query, statement, engine.capabilities);
  if (refusal !== null) return refusal;
  try {
    return await engine.estimate(query);
  } catch (error) {
    const { code, message } = PlatformError.from(error, 'ENGINE_FAILED');
    return { kind: 'refusal', code, reason: message };
  }
}

function totalMs(estimate: CostEstimate): number {
  return estimate.startupMs + estimate.cpuMs;
}
