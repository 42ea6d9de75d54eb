import {
  type BoundQuery,
  checkCapabilities,
  type CostEstimate,
  type ErrorCode,
  type Engine,
  PlatformError,
  type Refusal,
} from '../../spi/index.ts';
import type { RegisteredEngine } from '../engine/engine-registry.ts';
import { readsItself } from '../external/outside-reads.ts';
import type { Demotions } from './demotions.ts';
import { type MeasuredCosts, type PlanKey, totalMs } from './measured-costs.ts';
import { planShape } from './plan-shape.ts';
import type { RouteRule } from './route-rule.ts';

/** An engine that takes the statement. */
export interface Candidate extends RegisteredEngine {
  readonly estimate: CostEstimate;
  /** What the statement will take, from the estimate and what was measured before. Units: milliseconds. */
  readonly calibratedMs: number;
}

/** What an engine said to the statement, and what is known beside that. */
export interface Consideration extends RegisteredEngine {
  /** The engine's own answer, when it would take the statement. */
  readonly estimate: CostEstimate | null;
  readonly calibratedMs: number | null;
  /** Runs of the same plan that the calibration rests on. */
  readonly runs: number;
  /** Why it does not come to run the statement: its own refusal, or the router's. */
  readonly refusal: Refusal | null;
}

/** Who decided which engines may run the statement, and in which order. */
export type RouteDecision =
  | { readonly by: 'hint' | 'session'; readonly engine: string }
  | { readonly by: 'rule'; readonly rule: RouteRule }
  /** An engine for durable work is tried first, where it takes the statement. */
  | { readonly by: 'job'; readonly engine: string }
  | { readonly by: 'default' };

/** How a statement is routed: who was asked, and who may run it, best first. */
export interface Route {
  readonly query: BoundQuery;
  readonly decision: RouteDecision;
  readonly considered: readonly Consideration[];
  readonly candidates: readonly Candidate[];
  /** Asks the engines that were left out because they are sure to be slower; null when all were asked. */
  readonly askOthers: (() => Promise<readonly Candidate[]>) | null;
}

/** What the user asked for. A hint wins over the session's setting; either one allows that engine alone. */
export interface RouteWish {
  readonly hint: string | null;
  readonly session: string | null;
  /** The engine to try first when neither these nor a rule decide. */
  readonly preferred?: string | null;
}

/** An engine and what it said by itself. */
export interface EngineAnswer extends RegisteredEngine {
  readonly answer: CostEstimate | Refusal;
}

/** Asks an engine what the statement would cost it. */
export async function askEngine(query: BoundQuery, statement: 'query' | 'write', entry: RegisteredEngine): Promise<EngineAnswer> {
  const refusal = checkCapabilities(query, statement, entry.engine.capabilities);
  const answer = refusal ?? (await estimateOf(query, entry.engine));
  // What a canary does not take, its engine answers.
  if (answer.kind === 'refusal' && entry.stable !== undefined) return askEngine(query, statement, entry.stable);
  return { ...entry, answer };
}

async function estimateOf(query: BoundQuery, engine: Engine): Promise<CostEstimate | Refusal> {
  try {
    return await engine.estimate(query);
  } catch (error) {
    const { code, message } = PlatformError.from(error, 'ENGINE_FAILED');
    return { kind: 'refusal', code, reason: message };
  }
}

/** What is known about engines from earlier statements. */
export interface EngineExperience {
  readonly costs: MeasuredCosts;
  readonly demotions: Pick<Demotions, 'refusalOf'>;
}

/** Returns the key under which a query's runs are remembered. */
export function planKeyOf(query: BoundQuery): PlanKey {
  return { fingerprint: query.fingerprint, shape: planShape(query) };
}

/** Orders the engines that take the statement, cheapest first by what was measured, and rules out those that the decision, a wrong answer or their
 *  memory excludes.
 *  Guarantees: an engine is ruled out for its memory only in favour of another; for a wrong answer unless the statement or the session names it. */
export function rankEngines(
  query: BoundQuery,
  answers: readonly EngineAnswer[],
  decision: RouteDecision,
  { costs, demotions }: EngineExperience,
): Pick<Route, 'considered' | 'candidates'> {
  const plan = planKeyOf(query);
  const isNamed = decision.by === 'hint' || decision.by === 'session';
  const considered = answers.map(({ answer, ...entry }): Consideration => {
    const excluded = exclusionOf(entry.name, decision);
    if (answer.kind === 'refusal') return { ...entry, estimate: null, calibratedMs: null, runs: 0, refusal: excluded ?? answer };
    const { ms, runs } = costs.calibrate(entry.name, plan, answer);
    const refusal =
      excluded ??
      (isNamed ? null : demotions.refusalOf(entry.name, query)) ??
      memoryRefusal(entry.name, answer, costs.lacksMemory(entry.name, plan, answer));
    return { ...entry, estimate: answer, calibratedMs: ms, runs, refusal };
  });
  const ableOf = (code: ErrorCode | null): Candidate[] =>
    considered.flatMap(({ estimate, calibratedMs, refusal, ...entry }) =>
      estimate === null || calibratedMs === null || (refusal?.code ?? null) !== code ? [] : [{ ...entry, estimate, calibratedMs }],
    );
  const willing = ableOf(null);
  const candidates = willing.length > 0 ? willing : ableOf('RESOURCE_MEMORY');
  const preferred = preferredBy(decision);
  const isAfter = ({ name }: Candidate): number => (preferred.length === 0 || preferred.includes(name) ? 0 : 1);
  // Rows that are fetched for an engine have no part in its estimate; the database of the rows needs no copy of them.
  const fetches = ({ engine }: Candidate): number => (readsItself(query, engine.capabilities) ? 0 : 1);
  candidates.sort((left, right) => isAfter(left) - isAfter(right) || fetches(left) - fetches(right) || weighCost(left) - weighCost(right));
  return { considered, candidates };
}

/** How much the wait for the first rows counts beside the wait for the last: somebody may be reading them. */
const FIRST_ROW_WEIGHT = 0.1;

/** What engines are compared by. Units: milliseconds. The first rows are taken to come as much later than estimated as the last. */
function weighCost({ estimate, calibratedMs }: Candidate): number {
  const estimatedMs = totalMs(estimate);
  const firstShare = estimatedMs > 0 ? Math.min(1, (estimate.firstRowMs ?? estimatedMs) / estimatedMs) : 1;
  return calibratedMs * (1 + FIRST_ROW_WEIGHT * firstShare);
}

function preferredBy(decision: RouteDecision): readonly string[] {
  if (decision.by === 'job') return [decision.engine];
  return decision.by === 'rule' && decision.rule.policy === 'prefer' ? decision.rule.engines : [];
}

/** Returns the engines to try in order.
 *  @throws ENGINE_REFUSED with each engine's reason when there is none */
export function requireCandidates(route: Route): readonly [Candidate, ...Candidate[]] {
  const [first, ...others] = route.candidates;
  if (first !== undefined) return [first, ...others];
  const refusals = route.considered.flatMap(({ name, refusal }) => (refusal === null ? [] : [{ engine: name, ...refusal }]));
  throw new PlatformError(
    'ENGINE_REFUSED',
    `No engine takes this statement. ${refusals.map(({ engine, reason }) => `${engine}: ${reason}`).join('; ')}.`,
    { details: { refusals: refusals.map(({ engine, code, reason }) => ({ engine, code, reason })) } },
  );
}

/** Returns who decided, for people. */
export function formatDecision(decision: RouteDecision): string {
  switch (decision.by) {
    case 'hint':
      return `hint ENGINE(${decision.engine})`;
    case 'session':
      return `session engine ${decision.engine}`;
    case 'rule':
      return `rule ${decision.rule.name}: ${[decision.rule.policy, ...decision.rule.engines].join(' ')}`;
    case 'job':
      return `job: prefer ${decision.engine}`;
    case 'default':
      return 'default: any';
  }
}

function exclusionOf(name: string, decision: RouteDecision): Refusal | null {
  const refuse = (reason: string): Refusal => ({ kind: 'refusal', code: 'ENGINE_EXCLUDED', reason });
  if (decision.by === 'hint' || decision.by === 'session') {
    return decision.engine === name ? null : refuse(`the ${decision.by} asks for ${decision.engine}`);
  }
  if (decision.by !== 'rule' || decision.rule.policy !== 'strict' || decision.rule.engines.includes(name)) return null;
  return refuse(`rule ${decision.rule.name} allows ${decision.rule.engines.join(', ')} only`);
}

function memoryRefusal(name: string, estimate: CostEstimate, lacked: boolean): Refusal | null {
  const refuse = (reason: string): Refusal => ({ kind: 'refusal', code: 'RESOURCE_MEMORY', reason });
  if (lacked) return refuse(`the plan ran out of memory on ${name} before, over input that was not larger`);
  const { memoryBytes, memoryBytesMax } = estimate;
  if (memoryBytes === undefined || memoryBytesMax === undefined || memoryBytes <= memoryBytesMax) return null;
  return refuse(
    `it would need about ${String(Math.round(memoryBytes / MIB))} MiB and may use ${String(Math.round(memoryBytesMax / MIB))} MiB`,
  );
}

const MIB = 2 ** 20;
