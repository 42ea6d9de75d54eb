import type { ServerProcess } from '../../support/server-process.ts';
import { run } from './routing-server.ts';
import type { RoutedStatement } from './statements.ts';

/** Ways to have a statement run: an engine over the tables alone, or the interactive engine over a fresh view. */
export const CHOICES = ['olap', 'batch', 'stream', 'view'] as const;

/** One of the ways. */
export type Choice = (typeof CHOICES)[number];

/** Longest time that a statement may run. Units: milliseconds. */
const TIMEOUT_MS = 60_000;

/** A way this many times slower than the best in the first round, and this much in itself, is not measured again unless the router took it. */
const HOPELESS_FACTOR = 4;
const HOPELESS_MS = 50;

/** What the runs of a statement one way were: medians. Units: milliseconds from the request to the last byte. */
export interface MeasuredWay {
  /** Null when it failed or was refused. */
  readonly ms: number | null;
  /** Time until it answered or failed. */
  readonly spentMs: number;
  /** The part of it that went into finding the engine. */
  readonly routingMs: number;
  readonly code: string | null;
  readonly runs: number;
}

/** What the router did with a statement. */
export interface RoutedRun {
  /** The way that answered; null when none did. */
  readonly by: Choice | null;
  /** Ways that it tried before, in vain. */
  readonly failed: readonly Choice[];
  /** How long the choice took. Units: milliseconds. */
  readonly routingMs: number;
  /** What this run took as a whole. Units: milliseconds. */
  readonly rawMs: number;
  readonly code: string | null;
}

/** A statement with what each way took. */
export interface MeasuredStatement extends RoutedStatement {
  readonly ways: Readonly<Record<Choice, MeasuredWay>>;
  /** The router's choice after the plan was measured every way. */
  readonly routed: RoutedRun;
  /** Its choice before the plan was measured anywhere. */
  readonly first: RoutedRun;
}

const SESSIONS: Readonly<Record<Choice, Readonly<Record<string, string>>>> = {
  olap: { engine: 'olap', freshViews: 'off' },
  batch: { engine: 'batch', freshViews: 'off' },
  stream: { engine: 'stream', freshViews: 'off' },
  view: { engine: 'olap' },
};

/** Measures a statement: the router decides as a newcomer, each way is run so many times in turn, then the router decides again.
 *  What is run by the router is a run like any other, so what it chose is known from the run itself. */
export async function measureStatement(server: ServerProcess, statement: RoutedStatement, rounds: number): Promise<MeasuredStatement> {
  const first = toRouted(await runOnce(server, statement, null));
  const runs: Record<Choice, SingleRun[]> = { olap: [], batch: [], stream: [], view: [] };
  for (let round = 0; round < rounds; round += 1) {
    for (const choice of CHOICES) {
      if (round === 0 || isWorthwhile(choice, runs, first)) runs[choice].push(await runOnce(server, statement, choice));
    }
  }
  const routed = toRouted(await runOnce(server, statement, null));
  // A way that the router came to take by what it learned is measured as often as the others.
  const taken = routed.by;
  while (taken !== null && runs[taken].length < rounds) runs[taken].push(await runOnce(server, statement, taken));
  const ways = Object.fromEntries(CHOICES.map((choice) => [choice, toWay(runs[choice])])) as Record<Choice, MeasuredWay>;
  return { ...statement, ways, routed, first };
}

interface SingleRun {
  readonly ms: number;
  readonly code: string | null;
  readonly by: Choice | null;
  readonly failed: readonly Choice[];
  readonly routingMs: number;
}

/** What was refused once is refused again; what is far behind does not catch up. */
function isWorthwhile(choice: Choice, runs: Readonly<Record<Choice, readonly SingleRun[]>>, first: RoutedRun): boolean {
  const begun = runs[choice][0];
  if (begun === undefined || begun.code !== null) return false;
  const best = Math.min(...CHOICES.flatMap((each) => runs[each].slice(0, 1)).flatMap(({ ms, code }) => (code === null ? [ms] : [])));
  return choice === first.by || begun.ms < Math.max(HOPELESS_MS, best * HOPELESS_FACTOR);
}

/** Runs a statement once, the way asked for or by the router; stored results never answer. */
async function runOnce(server: ServerProcess, statement: RoutedStatement, choice: Choice | null): Promise<SingleRun> {
  const session = { ...(choice === null ? {} : SESSIONS[choice]), resultCache: 'off' };
  const sql = choice === null ? statement.sql : (statement.hinted?.(choice) ?? statement.sql);
  const startedMs = performance.now();
  const response = await server.sql(sql, { body: { session, timeoutMs: TIMEOUT_MS } });
  const answer = (await response.json()) as { readonly code?: string; readonly snapshots?: readonly string[]; readonly queryId?: string };
  const ms = performance.now() - startedMs;
  const info = await readInfo(server, response.headers.get('trivium-query-id') ?? '');
  if (statement.after !== undefined) await run(server, statement.after);
  const { routingMs, failedEngines: failed } = info;
  if (!response.ok) return { ms, code: answer.code ?? 'unknown', by: null, failed, routingMs };
  const overView = (answer.snapshots ?? []).some((snapshot) => snapshot.startsWith('main.by_'));
  const by = overView ? 'view' : (info.engine ?? statement.onlyWay ?? null);
  // Where no view has the answer, the way over a view is that of its engine.
  const code = choice === null || by === choice ? null : 'STREAM_STALE';
  return { ms, code, by, failed, routingMs };
}

interface RunInfo {
  readonly engine: Choice | null;
  readonly routingMs: number;
  readonly failedEngines: readonly Choice[];
}

async function readInfo(server: ServerProcess, queryId: string): Promise<RunInfo> {
  const response = await server.call(`/v1/queries/${queryId}`);
  const { engine, routingMs, failedEngines } = (await response.json()) as Partial<RunInfo>;
  return { engine: engine ?? null, routingMs: routingMs ?? 0, failedEngines: failedEngines ?? [] };
}

function toRouted({ ms, code, by, failed, routingMs }: SingleRun): RoutedRun {
  return { by: code === null ? by : null, failed, routingMs, rawMs: ms, code };
}

function toWay(runs: readonly SingleRun[]): MeasuredWay {
  const code = runs.find((one) => one.code !== null)?.code ?? null;
  const spentMs = median(runs.map(({ ms }) => ms));
  return {
    ms: code === null ? spentMs : null,
    spentMs,
    routingMs: median(runs.map(({ routingMs }) => routingMs)),
    code,
    runs: runs.length,
  };
}

function median(values: readonly number[]): number {
  const ordered = [...values].sort((left, right) => left - right);
  const middle = ordered.length / 2;
  return ((ordered[Math.ceil(middle) - 1] ?? 0) + (ordered[Math.floor(middle)] ?? 0)) / 2;
}
