import type { BoundQuery, ParameterValue } from '../../spi/index.ts';
import type { BoundStatement } from '../../sql/bind/index.ts';
import { cacheKey } from '../cache/cache-key.ts';
import { keepResult } from '../cache/keep-result.ts';
import { readsOutside } from '../external/outside-reads.ts';
import { formatDecision, type Route, type RouteWish } from '../route/choose-engine.ts';
import type { ViewConsideration } from '../route/fresh-views.ts';
import { totalMs } from '../route/measured-costs.ts';
import { measureFrames } from '../route/measure-frames.ts';
import { formatSnapshots } from './query-registry.ts';
import { laneOf } from './choose-lane.ts';
import { readAhead } from './read-ahead.ts';
import { openStatementReads } from './statement-reads.ts';
import type { StatementContext } from './statement-context.ts';
import type { StatementOutcome } from './statement-request.ts';

/** Statements whose answer is rows computed by an engine. */
export type QueryStatement = Pick<Extract<BoundStatement, { kind: 'query' }>, 'query' | 'hints'>;

/** Answers a query from the cache, or routes it and starts it; returns when its first rows are there. */
export async function executeQuery(statement: QueryStatement, context: StatementContext): Promise<StatementOutcome> {
  const { query } = statement;
  const { record, cache } = context;
  const parameters = context.parametersOf(query);
  record.describe({ fingerprint: query.fingerprint, snapshots: formatSnapshots(query.snapshots) });
  const key = resultKey(statement, parameters, context);
  const stored = key === null ? null : cache.find(key);
  if (stored !== null) {
    record.describe({ cache: 'hit', snapshots: stored.snapshots });
    const { columns, frames, snapshots } = stored;
    return {
      columns,
      frames: streamOf(frames),
      engine: null,
      snapshots,
      sessionChange: null,
      cache: 'hit',
      close: () => Promise.resolve(),
    };
  }
  const outcome = await runRouted(parameters, statement, context);
  if (key === null) return outcome;
  record.describe({ cache: 'miss' });
  const { columns, snapshots } = outcome;
  const frames = keepResult(outcome.frames, cache.entryBytesMax, (kept) => {
    cache.store(key, { columns, frames: kept, snapshots });
  });
  return { ...outcome, frames, cache: 'miss' };
}

/** Returns the key under which a stored result may answer the statement; null when none may. */
export function resultKey(
  { query, hints }: QueryStatement,
  parameters: readonly ParameterValue[],
  { request, cache, engines, record }: StatementContext,
): string | null {
  if (cache.entryBytesMax === 0 || hints.noCache === true || request.session.resultCache === 'off') return null;
  const engineVersions = engines
    .enginesFor(record.id)
    .map(({ name, version }) => `${name}@${version}`)
    .join(' ');
  return cacheKey(query, { parameters, engineWished: hints.engine ?? request.session.engine, engineVersions });
}

/** Returns which engine the statement asks for. */
export function wishOf({ hints }: QueryStatement, { request }: Pick<StatementContext, 'request'>): RouteWish {
  return { hint: hints.engine, session: request.session.engine };
}

/** How a query is to be answered. */
export interface QueryRoute {
  readonly route: Route;
  /** The fresh view whose rows answer; null for none. */
  readonly view: { readonly name: string; readonly query: BoundQuery } | null;
  /** The views whose query is a part of the statement. */
  readonly considered: readonly ViewConsideration[];
}

/** Routes a query, over the rows of a fresh view where there is one. */
export async function routeQuery(statement: QueryStatement, context: StatementContext, asksAll = false): Promise<QueryRoute> {
  const { router, freshViews, request } = context;
  const queryId = context.record.id;
  const wish = wishOf(statement, context);
  const { query } = statement;
  const considered = request.session.freshViews === 'off' ? [] : await freshViews.consider(query);
  const fresh = considered.find((view) => view.query !== null);
  if (fresh?.query) {
    const route = await router.route({ query: fresh.query, rulesFor: query, statement: 'query', wish, asksAll, queryId });
    const allowed = route.decision.by !== 'rule' || route.decision.rule.views;
    if (allowed && route.candidates.length > 0) return { route, view: { name: fresh.name, query: fresh.query }, considered };
  }
  return { route: await router.route({ query, statement: 'query', wish, asksAll, queryId }), view: null, considered };
}

async function runRouted(
  parameters: readonly ParameterValue[],
  statement: QueryStatement,
  context: StatementContext,
): Promise<StatementOutcome> {
  const { record, router } = context;
  const routedFromMs = performance.now();
  const { route, view } = await routeQuery(statement, context);
  record.describe({ routingMs: performance.now() - routedFromMs });
  await context.turn.take(readsOutside(statement.query) ? 'long' : laneOf(route));
  const query = view?.query ?? statement.query;
  const snapshots = [...new Set([...formatSnapshots(statement.query.snapshots), ...formatSnapshots(query.snapshots)])];
  if (view !== null) record.describe({ view: view.name, snapshots });
  const reads = openStatementReads(context, parameters);
  const started = router.run(route, record.signal, async (candidate, failedEngines) => {
    const { name, version, engine, estimate, stable } = candidate;
    record.describe({
      engine: name,
      engineVersion: version,
      route: formatDecision(route.decision),
      estimatedMs: totalMs(estimate),
      failedEngines,
    });
    const local = await reads.localize(query, engine.capabilities);
    const startedMs = performance.now();
    const prepared = await engine.prepare(local);
    const preparedMs = performance.now() - startedMs;
    let begun = false;
    try {
      const run = { queryId: record.id, parameters, signal: record.signal, deadlineAtMs: context.deadlineAtMs };
      const open = (onStarted: () => void): AsyncIterable<Uint8Array> => prepared.execute({ ...run, onStarted }).frames;
      const frames = measureFrames(open, (waitedMs, error) => {
        const measuredMs = preparedMs + waitedMs;
        if (error === null) record.describe({ measuredMs });
        // A failure before the first rows is the router's to see: it may try another engine.
        if (begun || error === null) router.observe(route, candidate, measuredMs, error);
      });
      const started = await readAhead(frames);
      begun = true;
      const outcome: StatementOutcome = {
        columns: prepared.columns,
        frames: started.frames,
        engine: name,
        snapshots,
        sessionChange: null,
        close: async () => {
          await started.close();
          await prepared.close();
          await reads.close();
        },
      };
      // A comparison would tell against the engine whose name the canary has; what an engine read of an outside table itself nobody reads again.
      if (stable !== undefined || (local === query && readsOutside(query))) return outcome;
      const { sql } = context.request;
      return context.shadow.watch(outcome, { query: local, engine: candidate, sql, parameters, snapshots, retain: () => reads.retain() });
    } catch (error) {
      await prepared.close();
      throw error;
    }
  });
  return started.catch(async (error: unknown) => {
    await reads.close();
    throw error;
  });
}

async function* streamOf(frames: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* frames;
}
