import { mkdir, readdir, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CommitResult, PlatformError } from '../../spi/index.ts';
import type { BoundStatement } from '../../sql/bind/index.ts';
import { TURN_TAKEN } from '../query/admission.ts';
import { bindRequest, createContext } from '../query/bind-request.ts';
import type { DurableRun } from '../query/durable-run.ts';
import { executeStatement } from '../query/execute-statement.ts';
import type { QueryRecord, QueryRegistry } from '../query/query-registry.ts';
import { deadlinePassed, toStatementError } from '../query/query-service.ts';
import type { StatementParts } from '../query/statement-context.ts';
import type { StatementOutcome, StatementRequest } from '../query/statement-request.ts';
import type { SystemTableParts } from '../query/system-tables.ts';
import { countFrameRows } from '../result/count-frame-rows.ts';
import { onDisk, syncFolder } from '../file/durable-file.ts';
import { sessionAfter } from './job-session.ts';
import { type JobStatement, precedingOf, RETRY_POLICY_DEFAULT } from './job-spec.ts';
import type { JobStore } from './job-store.ts';
import type { OpenStatement } from './job-progress.ts';
import type { StatementResult } from './journal-entry.ts';
import type { LiveJob } from './live-job.ts';
import { nameStatement } from './parse-script.ts';
import { stepOf } from './publish-step.ts';
import { requestOfStatement } from './request-of-statement.ts';
import { describeName, hadEffect } from './statement-effect.ts';

/** What jobs run with: the parts of the interactive statements, and the place where they are kept. */
export interface JobRunParts extends StatementParts, SystemTableParts {
  readonly queries: QueryRegistry;
  readonly store: JobStore;
  /** Statements of one job that run at the same time. */
  readonly concurrentStatements: number;
}

/** A statement of a job under way. */
interface StatementRun {
  readonly job: LiveJob;
  /** Counts from 1. */
  readonly statement: number;
  readonly request: StatementRequest;
  readonly record: QueryRecord;
  readonly deadlineAtMs: number | null;
  readonly parts: JobRunParts;
}

/** Runs a statement of a job, or goes on with it, and notes its commit.
 *  Guarantees: however often this is done in however many processes, the statement is committed once. A step whose table has changed before it could
 *  publish it may be begun anew: then this returns, and the statements of the step are not done any more.
 *  @throws what ended the statement, naming it */
export async function runStatement(job: LiveJob, statement: number, parts: JobRunParts): Promise<void> {
  job.signal.throwIfAborted();
  const request = requestOf(job, statement);
  const { jobId, user, statements } = job.spec;
  const record = parts.queries.open(user, statements[statement - 1]?.sql ?? '', { jobId });
  const hideRunning = job.showRunning(statement, record);
  const onAbort = (): void => {
    record.cancel(job.signal.reason as PlatformError);
  };
  job.signal.addEventListener('abort', onAbort, { once: true });
  const { timeoutMs } = request.session;
  const timer =
    timeoutMs === null
      ? null
      : setTimeout(() => {
          record.cancel(deadlinePassed(timeoutMs));
        }, timeoutMs);
  try {
    record.start();
    const deadlineAtMs = timeoutMs === null ? null : Date.now() + timeoutMs;
    const result = await tryStatement({ job, statement, request, record, deadlineAtMs, parts });
    await job.note({ kind: 'committed', statement, result });
    record.end(null);
  } catch (error) {
    const coded = nameStatement(toStatementError(error, record.signal), statement, statements);
    record.end(coded);
    if (!mayRepeatStep(coded, job, statement)) throw coded;
    parts.log.warn({ jobId, statement, code: coded.code }, 'a step of a job that publishes is done anew');
    await job.note({ kind: 'repeated', statements: stepOf(statements, statement) });
  } finally {
    if (timer !== null) clearTimeout(timer);
    job.signal.removeEventListener('abort', onAbort);
    hideRunning();
  }
}

/** Whether the table has changed under a step that was about to publish it, and the job may try once more. */
function mayRepeatStep({ code }: PlatformError, { spec, progress, signal }: LiveJob, statement: number): boolean {
  const { attempts } = spec.retry ?? RETRY_POLICY_DEFAULT;
  const isPublish = spec.statements[statement - 1]?.publish?.part === 'publish';
  return isPublish && code === 'CATALOG_BRANCH_DIVERGED' && !signal.aborted && (progress.rounds.get(statement) ?? 0) + 1 < attempts;
}

function requestOf(job: LiveJob, statement: number): StatementRequest {
  const { spec, progress } = job;
  const preceding = precedingOf(spec.statements, statement).flatMap((number) => progress.committed.get(number) ?? []);
  return requestOfStatement(spec, statement, sessionAfter(spec.session, preceding), job.keyOf(statement));
}

async function tryStatement(run: StatementRun): Promise<StatementResult> {
  const { job, statement, record, parts } = run;
  const { attempts, pauseMs } = job.spec.retry ?? RETRY_POLICY_DEFAULT;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const open = job.progress.open.get(statement);
      const earlier = open === undefined ? null : await findEarlierResult(open, job.keyOf(statement), parts);
      if (earlier !== null) return earlier;
      // What is tried again is bound again, to read what is current by now; a definition keeps what it knew before.
      const isStale = open === undefined || (attempt > 1 && 'query' in open.bound);
      if (!isStale) await judgeAgain(run);
      return await execute(isStale ? await bind(run) : open, run);
    } catch (error) {
      const { retryable, code } = PlatformError.from(error, 'INTERNAL_INVARIANT');
      if (!retryable || attempt >= attempts || record.signal.aborted) throw error;
      parts.log.warn({ jobId: job.spec.jobId, statement, code }, 'a statement of a job failed and is tried again');
      await sleep(attempt * pauseMs, undefined, { signal: record.signal });
    }
  }
}

async function bind({ job, statement, request, record, parts }: StatementRun): Promise<OpenStatement> {
  const bound = await bindRequest(request, record, parts);
  checkTarget(bound, job.spec.statements[statement - 1]);
  await job.note({ kind: 'bound', statement, bound, before: await describeName(bound, parts.catalog) });
  const open = job.progress.open.get(statement);
  if (open === undefined) throw new PlatformError('INTERNAL_INVARIANT', 'A statement that was bound is not open.');
  return open;
}

/** A step that publishes is done anew when it cannot: what it changes elsewhere would be changed twice.
 *  @throws JOB_STATEMENT */
function checkTarget(bound: BoundStatement, placed: JobStatement | undefined): void {
  if (placed?.publish?.part !== 'fill' || bound.kind === 'set') return;
  if ('table' in bound && bound.kind !== 'alter_table' && bound.table.branch === placed.publish.branch) return;
  throw new PlatformError('JOB_STATEMENT', `the step publishes ${placed.publish.table}, so its statements may write to that table alone`, {
    hint: 'Do the rest in a step of its own.',
  });
}

/** What an earlier process was allowed to do may be forbidden by now.
 *  @throws AUTH_FORBIDDEN, CATALOG_UNKNOWN_TABLE */
async function judgeAgain({ request, record, parts }: StatementRun): Promise<void> {
  if (request.principal.administrator) return;
  await bindRequest(request, { createdAtMs: record.createdAtMs, describe: () => undefined }, parts);
}

/** Notes the commits of statements that an earlier process made and could not note any more, if it did. */
export async function noteEarlierResults(job: LiveJob, parts: JobRunParts): Promise<void> {
  for (const [statement, open] of job.progress.open) {
    const earlier = await findEarlierResult(open, job.keyOf(statement), parts);
    if (earlier !== null) await job.note({ kind: 'committed', statement, result: earlier });
  }
}

async function findEarlierResult(
  { bound, before, begun }: OpenStatement,
  key: string,
  parts: JobRunParts,
): Promise<StatementResult | null> {
  const commit = await findCommit(bound, key, parts);
  const engine = begun?.engine ?? null;
  if (commit !== null) return { ...resultOf(commit), engine };
  const effective = hadEffect(bound, before, await describeName(bound, parts.catalog));
  return effective ? { ...resultOf(null), engine } : null;
}

async function findCommit(bound: BoundStatement, key: string, { catalog, sink }: JobRunParts): Promise<CommitResult | null> {
  if ('table' in bound && bound.kind !== 'alter_table') return sink.committed(bound.table, key);
  if (bound.kind !== 'create_table_as') return null;
  const found = await catalog.resolve(bound.spec.name);
  return found?.kind === 'table' ? sink.committed(found.ref, key) : null;
}

async function execute(open: OpenStatement, run: StatementRun): Promise<StatementResult> {
  const { request, record, deadlineAtMs, parts } = run;
  record.describe({ kind: open.bound.kind });
  const durable = await openDurableRun(open, run);
  const outcome = await executeStatement(open.bound, createContext({ request, record, deadlineAtMs, durable, turn: TURN_TAKEN }, parts));
  try {
    const placed = run.job.spec.statements[run.statement - 1];
    if (placed?.expects !== undefined) await checkNoRows(outcome, placed.expects, placed.publish);
  } finally {
    await outcome.close();
  }
  return { ...resultOf(outcome.commit ?? null, record.info.rows), engine: outcome.engine, sessionChange: outcome.sessionChange };
}

/** @throws JOB_EXPECTATION when there are rows: they are what is not as expected */
async function checkNoRows({ frames }: StatementOutcome, expects: string, publish: JobStatement['publish']): Promise<void> {
  let rows = 0;
  for await (const frame of frames) rows += countFrameRows(frame);
  if (rows === 0) return;
  throw new PlatformError(
    'JOB_EXPECTATION',
    `expected ${expects}; the query that looks for the contrary has ${String(rows)} row${rows === 1 ? '' : 's'}`,
    {
      hint:
        publish === undefined
          ? 'Run the query to see them.'
          : `Nothing was published: run the query with ${publish.table} FOR VERSION AS OF '${publish.branch}' to see them.`,
      details: { rows },
    },
  );
}

function resultOf(commit: CommitResult | null, rows = 0): Omit<StatementResult, 'engine'> & Pick<StatementOutcome, 'sessionChange'> {
  const snapshotId = commit === null || commit.snapshotId === '' ? null : commit.snapshotId;
  return { rows: commit?.rows ?? rows, table: commit?.table ?? null, snapshotId, sessionChange: null };
}

/** A write whose engine kept nothing begins anew: there is nothing to go on from. What it staged is swept later, as after any crash. */
async function openDurableRun({ begun }: OpenStatement, { job, statement, parts }: StatementRun): Promise<DurableRun> {
  const workDirectory = parts.store.workDirectory(job.spec.jobId, statement);
  const known = begun !== null && parts.engines.engines.some(({ name }) => name === begun.engine);
  const goesOn = known && (await holdsFiles(workDirectory));
  return {
    workDirectory,
    begun: goesOn ? begun : null,
    begin: async (write) => {
      await onDisk(async () => {
        await rm(workDirectory, { recursive: true, force: true });
        await mkdir(workDirectory, { recursive: true, mode: 0o700 });
      });
      await syncFolder(workDirectory);
      await job.note({ kind: 'staging', statement, ...write });
    },
    get suspended() {
      return job.suspended;
    },
  };
}

async function holdsFiles(directory: string): Promise<boolean> {
  return onDisk(async () => {
    try {
      return (await readdir(directory)).length > 0;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  });
}
