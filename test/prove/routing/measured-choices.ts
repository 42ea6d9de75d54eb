import type { ServerProcess } from '../../support/server-process.ts';
import type { RoutedStatement } from './statements.ts';

/** Ways to have a statement run: an engine over the tables alone, or the interactive engine over a fresh view. */
export const CHOICES = ['olap', 'batch', 'stream', 'view'] as const;

/** One of the ways. */
export type Choice = (typeof CHOICES)[number];

/** What a statement that fails or is refused counts as, wherever it is counted. Units: milliseconds. */
export const PENALTY_MS = 60_000;

/** Longest time that a statement may run. Units: milliseconds. */
const TIMEOUT_MS = 60_000;

/** What one run of a statement was. */
export interface MeasuredRun {
  /** Null when it failed. Units: milliseconds from the request to the last byte. */
  readonly ms: number | null;
  readonly code: string | null;
  /** What it was answered by: an engine, and a view where one was read. */
  readonly by: Choice | null;
}

/** A statement with what each way took. */
export interface MeasuredStatement extends RoutedStatement {
  readonly runs: Readonly<Record<Choice, MeasuredRun>>;
  /** The router's own choice. */
  readonly routed: MeasuredRun;
  /** Its first choice, before the plan was measured anywhere. */
  readonly first: MeasuredRun;
}

const SESSIONS: Readonly<Record<Choice, Readonly<Record<string, string>>>> = {
  olap: { engine: 'olap', freshViews: 'off' },
  batch: { engine: 'batch', freshViews: 'off' },
  stream: { engine: 'stream', freshViews: 'off' },
  view: { engine: 'olap' },
};

/** Runs a statement the way that a session asks for; stored results never answer. */
export async function runMeasured(server: ServerProcess, sql: string, choice: Choice | null): Promise<MeasuredRun> {
  const session = { ...(choice === null ? {} : SESSIONS[choice]), resultCache: 'off' };
  const startedMs = performance.now();
  const response = await server.sql(sql, { body: { session, timeoutMs: TIMEOUT_MS } });
  const answer = (await response.json()) as { readonly code?: string; readonly engine?: Choice; readonly snapshots?: readonly string[] };
  const ms = performance.now() - startedMs;
  if (!response.ok) return { ms: null, code: answer.code ?? null, by: null };
  const overView = (answer.snapshots ?? []).some((snapshot) => snapshot.startsWith('main.by_'));
  const by = overView ? 'view' : (answer.engine ?? null);
  // Where no view has the answer, the way over a view is that of its engine.
  if (choice === 'view' && by !== 'view') return { ms: null, code: 'STREAM_STALE', by };
  return { ms, code: null, by };
}

/** Returns the better of two runs of the same statement: what disturbs one of them is not the router's doing. */
export function better(one: MeasuredRun, other: MeasuredRun): MeasuredRun {
  if (one.ms === null) return other;
  return other.ms === null || one.ms <= other.ms ? one : other;
}

/** Returns what a run counts as. Units: milliseconds. */
export function countedMs({ ms }: MeasuredRun): number {
  return ms ?? PENALTY_MS;
}

/** Returns the way that took least; every statement has one that succeeds. */
export function bestChoice({ runs }: MeasuredStatement): Choice {
  return CHOICES.reduce((best, choice) => (countedMs(runs[choice]) < countedMs(runs[best]) ? choice : best), CHOICES[0]);
}
