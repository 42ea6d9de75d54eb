import { mkdir } from 'node:fs/promises';
import { dirname, sep } from 'node:path';
import { type BoundQuery, type EngineHost, type Fragment, PlatformError, type RunOptions, type StagingArea } from '../../../spi/index.ts';
import { watchRun } from '../../../runtime/process/index.ts';
import { bindParameters } from '../../duckdb/bind-parameters.ts';
import { resultSchema } from '../../duckdb/result-schema.ts';
import type { BatchConfig } from '../batch-config.ts';
import type { PlannedInputs } from '../plan-inputs.ts';
import type { StagePlan } from '../stage/stage-plan.ts';
import { executionIdentity } from './execution-identity.ts';
import type { ExecutorPool } from './executor-pool.ts';
import { ExecutorSet } from './executor-set.ts';
import { readSpool } from './read-spool.ts';
import { runStages } from './run-stages.ts';
import type { TaskResult } from './task-result.ts';
import { openWorkDirectory } from './work-directory.ts';

/** A query that is cut into stages, with what it runs on. */
export interface ExecutionPlan {
  readonly query: BoundQuery;
  readonly planned: PlannedInputs;
  readonly stages: StagePlan;
  readonly executors: ExecutorPool;
  readonly config: BatchConfig;
  readonly host: EngineHost;
}

/** Runs a query and yields its frames: the tasks spool them, and once all are done they are read back in order.
 *  Guarantees: an error or an early leave ends all tasks and removes their files, unless they are in a directory that is to be kept. */
export async function* executeQuery(plan: ExecutionPlan, run: RunOptions): AsyncGenerator<Uint8Array, void, undefined> {
  const execution = await beginExecution(plan, run, null);
  try {
    const results = await execution.run();
    execution.executors.close();
    yield resultSchema(plan.query.plan);
    for (const result of results) {
      if (result.kind !== 'spool') continue;
      for await (const frame of readSpool(result.path, result.bytes)) {
        execution.signal.throwIfAborted();
        yield frame;
      }
    }
  } finally {
    await execution.close();
  }
}

/** Runs a query whose tasks stage its rows, and returns what they staged. */
export async function executeWrite(plan: ExecutionPlan, staging: StagingArea, run: RunOptions): Promise<readonly Fragment[]> {
  const execution = await beginExecution(plan, run, staging);
  try {
    return (await execution.run()).flatMap((result) => (result.kind === 'stage' ? [result.fragment] : []));
  } finally {
    await execution.close();
  }
}

interface RunningExecution {
  readonly signal: AbortSignal;
  readonly executors: ExecutorSet;
  run(): Promise<readonly TaskResult[]>;
  close(): Promise<void>;
}

async function beginExecution(plan: ExecutionPlan, run: RunOptions, staging: StagingArea | null): Promise<RunningExecution> {
  const { query, planned, stages, config, host } = plan;
  const limits = watchRun(run);
  const failure = new AbortController();
  const signal = AbortSignal.any([limits.signal, failure.signal]);
  try {
    const parameters = bindParameters(query, run);
    await mkdir(host.spoolDirectory, { recursive: true });
    const identity = executionIdentity(query, planned, parameters, config, staging === null ? 'query' : 'write');
    const work = await openWorkDirectory(run.workDirectory, host.spoolDirectory, identity);
    const directories = outermost([
      host.dataDirectory,
      ...(host.foreignDirectories ?? []),
      host.spoolDirectory,
      work.path,
      ...(staging === null ? [] : [await stagingParent(staging, run)]),
    ]);
    const executors = new ExecutorSet(plan.executors, config, { directories, signal });
    return {
      signal,
      executors,
      run: () =>
        runStages({
          stages,
          sources: { plan: planned.plan, inputs: planned.inputs, settings: config },
          session: query.session,
          parameters,
          staging,
          work,
          executors,
          threadsMax: config.threadsMax,
          signal,
          log: host.log,
          fail: (error) => {
            failure.abort(error);
          },
          onProgress: (progress) => run.onProgress?.(progress),
        }),
      close: async () => {
        limits.clear();
        failure.abort(new PlatformError('ENGINE_CANCELLED', 'the statement has ended'));
        executors.close();
        await work.close();
      },
    };
  } catch (error) {
    limits.clear();
    throw error;
  }
}

/** Returns the directories that lie below none of the others: executors that are open to the same ones can be used again. */
function outermost(directories: readonly string[]): readonly string[] {
  return directories.filter((inner, index) => directories.every((outer, other) => index === other || !inner.startsWith(outer + sep)));
}

/** All targets of a transaction lie in one directory, which executors are opened to before the first target is known. */
async function stagingParent(staging: StagingArea, run: RunOptions): Promise<string> {
  const { directory } = await staging.target(`batch_${run.queryId}_${String(process.pid)}_${String(Date.now())}`, 1);
  return dirname(directory);
}
