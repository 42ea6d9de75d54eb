import {
  type BoundQuery,
  type CommitResult,
  type Fragment,
  PlatformError,
  type Progress,
  type RunOptions,
  type TableRef,
  type WriteGoal,
  type WriteTransaction,
} from '../../spi/index.ts';
import type { BoundStatement, QueryHints } from '../../sql/bind/index.ts';
import type { RegisteredEngine } from '../engine/engine-registry.ts';
import { formatDecision } from '../route/choose-engine.ts';
import { totalMs } from '../route/measured-costs.ts';
import { answerCommit, answerDone } from './answer-small.ts';
import { insertOutside } from './insert-outside.ts';
import { formatSnapshots } from './query-registry.ts';
import type { StatementContext } from './statement-context.ts';
import { openStatementReads } from './statement-reads.ts';
import type { StatementOutcome } from './statement-request.ts';

/** The engine that keeps finished work, which a statement that outlives its process is for. */
const DURABLE_ENGINE = 'batch';

/** Runs a query into a table: rows are staged by an engine, then committed once. */
export async function executeInsert(
  statement: Extract<BoundStatement, { kind: 'insert' }>,
  context: StatementContext,
): Promise<StatementOutcome> {
  if (statement.table.catalog !== undefined) return insertOutside(statement, context);
  const earlier = await findEarlierCommit(statement.table, context);
  if (earlier !== null) return answerCommit(earlier, null);
  return writeQuery(
    { kind: statement.mode, table: statement.table, schemaId: statement.schemaId },
    statement.query,
    statement.hints,
    context,
  );
}

/** Creates a table with the rows of a query, in one commit. */
export async function executeCreateTableAs(
  statement: Extract<BoundStatement, { kind: 'create_table_as' }>,
  context: StatementContext,
): Promise<StatementOutcome> {
  const { spec, ifExists } = statement;
  const { schema, name } = spec.name;
  const existing = await context.catalog.resolve(spec.name);
  if (existing?.kind === 'table') {
    const earlier = await findEarlierCommit(existing.ref, context);
    if (earlier !== null) return answerCommit(earlier, null);
  }
  if (existing !== null && ifExists !== 'replace') {
    if (ifExists === 'keep') return answerDone(`kept ${schema}.${name}`);
    throw new PlatformError('CATALOG_EXISTS', `${schema}.${name} exists.`, { hint: 'Use CREATE OR REPLACE TABLE, or IF NOT EXISTS.' });
  }
  return writeQuery({ kind: 'create', spec, ifExists }, statement.query, statement.hints, context);
}

/** Returns what the client's idempotency key committed before, null for a new key or none. */
export async function findEarlierCommit(
  table: TableRef,
  context: Pick<StatementContext, 'request' | 'sink'>,
): Promise<CommitResult | null> {
  const key = context.request.idempotencyKey;
  return key === null ? null : context.sink.committed(table, key);
}

/** What a statement does around the rows that an engine stages. */
export interface MoreToStage {
  /** Stages more, ahead of the engine. */
  readonly before?: (transaction: WriteTransaction) => Promise<readonly Fragment[]>;
  /** Throws when what the engine staged must not be committed. */
  readonly check?: (fragments: readonly Fragment[]) => void;
}

/** Routes a query that writes, lets the engine stage its rows, and commits them once. A durable run that was begun before goes on from what is
 *  staged. */
export async function writeQuery(
  goal: WriteGoal,
  query: BoundQuery,
  hints: QueryHints,
  context: StatementContext,
  more: MoreToStage = {},
): Promise<StatementOutcome> {
  const { record, durable, router } = context;
  record.describe({ fingerprint: query.fingerprint, snapshots: formatSnapshots(query.snapshots) });
  if (durable !== null && durable.begun !== null) {
    const { engine, token } = durable.begun;
    const transaction = await context.sink.reopen(token);
    return stageAndCommit(transaction, query, context.engines.get(engine), context, more);
  }
  const preferred = durable === null ? null : DURABLE_ENGINE;
  const wish = { hint: hints.engine, session: context.request.session.engine, preferred };
  const routedFromMs = performance.now();
  const route = await router.route({ query, statement: 'write', wish, queryId: record.id });
  record.describe({ routingMs: performance.now() - routedFromMs });
  return router.run(route, record.signal, async (candidate, failedEngines) => {
    record.describe({ route: formatDecision(route.decision), estimatedMs: totalMs(candidate.estimate), failedEngines });
    const startedMs = performance.now();
    const transaction = await context.sink.begin(goal);
    await durable?.begin({ engine: candidate.name, token: transaction.token });
    const outcome = await stageAndCommit(transaction, query, candidate, context, more);
    const measuredMs = performance.now() - startedMs;
    record.describe({ measuredMs });
    router.observe(route, candidate, measuredMs, null);
    return outcome;
  });
}

/** Engines count anew when they come to their last step; people are told of no way back. */
function furthest(before: Progress | null, progress: Progress): Progress {
  if (before === null || before.fraction === null) return progress;
  return { ...progress, fraction: Math.max(before.fraction, progress.fraction ?? 0) };
}

async function stageAndCommit(
  transaction: WriteTransaction,
  query: BoundQuery,
  { name, version, engine }: RegisteredEngine,
  context: StatementContext,
  { check, before }: MoreToStage,
): Promise<StatementOutcome> {
  const { record, durable } = context;
  record.describe({ engine: name, engineVersion: version });
  const run: RunOptions = {
    queryId: record.id,
    parameters: context.parametersOf(query),
    signal: record.signal,
    deadlineAtMs: context.deadlineAtMs,
    onProgress: (progress) => {
      record.describe({ progress: furthest(record.info.progress, progress) });
    },
    ...(durable === null ? {} : { workDirectory: durable.workDirectory }),
  };
  const stage = async (): Promise<readonly Fragment[]> => {
    const staged = (await before?.(transaction)) ?? [];
    const reads = openStatementReads(context, run.parameters);
    try {
      const fragments = await engine.write(await reads.localize(query, engine.capabilities), transaction, run);
      check?.(fragments);
      return [...staged, ...fragments];
    } finally {
      await reads.close();
    }
  };
  return answerCommit(await commitStaged(transaction, stage, context), name);
}

/** What a commit needs to know about its statement. */
export interface CommitContext {
  readonly record: StatementContext['record'];
  readonly request: Pick<StatementContext['request'], 'idempotencyKey'>;
  readonly log: StatementContext['log'];
  readonly durable?: StatementContext['durable'];
}

/** Stages by the function given, then commits under the client's key or the query's id; a failure leaves nothing behind. */
export async function commitStaged(
  transaction: WriteTransaction,
  stage: () => Promise<readonly Fragment[]>,
  { record, request, log, durable }: CommitContext,
): Promise<CommitResult> {
  try {
    const fragments = await stage();
    record.signal.throwIfAborted();
    const result = await transaction.commit(fragments, request.idempotencyKey ?? record.id);
    record.count(result.rows, 0);
    return result;
  } catch (error) {
    if (durable?.suspended === true) throw error;
    await transaction.abort().catch((abortError: unknown) => {
      // The files are swept later; the first error is the one that tells what happened.
      log.warn({ queryId: record.id, error: String(abortError) }, 'staged files could not be removed');
    });
    throw error;
  }
}
