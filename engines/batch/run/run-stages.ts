import { type DataFile, type Logger, PlatformError, type Progress, type SessionSettings, type StagingArea } from '../../../spi/index.ts';
import type { ParameterInput } from '../../duckdb/query-message.ts';
import type { StagePlan } from '../stage/stage-plan.ts';
import type { ExchangeFile, TaskMessage, TaskOutput } from '../task-message.ts';
import type { ExecutorSet } from './executor-set.ts';
import { inputStages, makeTasks, type Task, type TaskSources } from './make-tasks.ts';
import { nameTask } from './name-task.ts';
import type { TaskResult } from './task-result.ts';
import type { Attempt, WorkDirectory } from './work-directory.ts';

/** Attempts at a task before its failure is the statement's. */
const ATTEMPTS_MAX = 3;

/** One execution of a query in stages. */
export interface Execution {
  readonly stages: StagePlan;
  readonly sources: Omit<TaskSources, 'exchange'>;
  readonly session: SessionSettings;
  readonly parameters: readonly ParameterInput[];
  /** Where a write puts its rows; null for a query. */
  readonly staging: StagingArea | null;
  readonly work: WorkDirectory;
  readonly executors: ExecutorSet;
  readonly threadsMax: number;
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Ends all that runs. */
  readonly fail: (error: PlatformError) => void;
  readonly onProgress: (progress: Progress) => void;
}

/** Runs all stages, each as soon as those that it reads are done, and returns what the tasks of the last one left behind, in their order.
 *  Guarantees: when it returns or throws no task runs any more. */
export async function runStages(execution: Execution): Promise<readonly TaskResult[]> {
  const run = new StageRun(execution);
  try {
    return await run.stage(execution.stages.stages.length - 1);
  } catch (error) {
    execution.fail(PlatformError.from(error, 'ENGINE_FAILED'));
    await run.settled();
    throw execution.signal.reason;
  }
}

class StageRun {
  readonly #execution: Execution;
  readonly #running = new Map<number, Promise<readonly TaskResult[]>>();
  readonly #exchanges = new Map<number, readonly ExchangeFile[]>();
  readonly #tasks = new Set<Promise<unknown>>();
  /** Tasks of each stage that has begun. */
  readonly #shares: { done: number; readonly total: number }[] = [];
  #rowsRead = 0;

  constructor(execution: Execution) {
    this.#execution = execution;
  }

  stage(id: number): Promise<readonly TaskResult[]> {
    let running = this.#running.get(id);
    if (running === undefined) {
      running = this.#run(id);
      this.#running.set(id, running);
    }
    return running;
  }

  async settled(): Promise<void> {
    await Promise.allSettled([...this.#running.values()]);
    await Promise.allSettled([...this.#tasks]);
  }

  async #run(id: number): Promise<readonly TaskResult[]> {
    const { stages, sources } = this.#execution;
    const stage = stages.stages[id];
    if (stage === undefined) return [];
    await Promise.all(inputStages(stage).map((input) => this.stage(input)));
    const tasks = makeTasks(stage, { ...sources, exchange: (input) => this.#exchanges.get(input) ?? [] });
    const share = { done: 0, total: tasks.length };
    this.#shares.push(share);
    this.#report();
    const alone = tasks.length === 1;
    const work = tasks.map(async (task) => {
      const result = await this.#finish(task, alone);
      share.done += 1;
      this.#report();
      return result;
    });
    for (const promise of work) this.#tasks.add(promise);
    const results = await Promise.all(work);
    this.#exchanges.set(
      id,
      results.flatMap((result) => (result.kind === 'exchange' ? result.files : [])),
    );
    return results;
  }

  /** Returns what a task left behind, from an earlier execution or from an attempt of this one. */
  async #finish(task: Task, alone: boolean): Promise<TaskResult> {
    const result = (await this.#execution.work.finished(task.name)) ?? (await this.#attempt(task, alone));
    this.#rowsRead += task.rows;
    return result;
  }

  async #attempt(task: Task, alone: boolean): Promise<TaskResult> {
    const { work, log, signal, fail } = this.#execution;
    for (let tries = 1; ; tries += 1) {
      signal.throwIfAborted();
      const attempt = await work.begin(task.name);
      try {
        const result = await this.#runOnce(task, attempt, alone);
        await work.publish(task.name, attempt.attempt, result);
        return result;
      } catch (error) {
        await work.discard(attempt);
        signal.throwIfAborted();
        const failed = PlatformError.from(error, 'ENGINE_FAILED');
        if (tries < ATTEMPTS_MAX && mayBeRetried(failed)) {
          log.warn({ engine: 'batch', task: task.name, attempt: attempt.attempt, code: failed.code }, 'a task is run again');
          continue;
        }
        const named = nameTask(failed, task, tries);
        fail(named);
        throw named;
      }
    }
  }

  async #runOnce(task: Task, { attempt, directory }: Attempt, alone: boolean): Promise<TaskResult> {
    const { session, parameters, executors, threadsMax, sources } = this.#execution;
    const threads = alone ? threadsMax : Math.max(1, Math.floor(threadsMax / sources.settings.executors));
    const output = await this.#outputOf(task, attempt, directory);
    const message: TaskMessage = { plan: task.plan, session, scans: task.scans, parameters, output, threads };
    const answer = await executors.run(message);
    switch (output.kind) {
      case 'exchange':
        return { kind: 'exchange', files: answer as unknown as readonly ExchangeFile[] };
      case 'stage':
        return { kind: 'stage', fragment: { task: stagedTask(task), attempt, files: answer as unknown as readonly DataFile[] } };
      case 'spool':
        return { kind: 'spool', path: output.path, bytes: Number(answer) };
    }
  }

  async #outputOf(task: Task, attempt: number, directory: string): Promise<TaskOutput> {
    const { staging } = this.#execution;
    const { output } = task.stage;
    if (output.kind === 'exchange') return { kind: 'exchange', directory, keys: output.keys, partitions: output.partitions };
    if (staging === null) return { kind: 'spool', path: `${directory}/frames` };
    return { kind: 'stage', target: await staging.target(stagedTask(task), attempt) };
  }

  #report(): void {
    // Stages count the same: how many tasks a later one has is known only when it begins.
    const stages = this.#execution.stages.stages.length;
    const sum = (of: (share: { readonly done: number; readonly total: number }) => number): number =>
      this.#shares.reduce((total, share) => total + of(share), 0);
    this.#execution.onProgress({
      fraction: sum(({ done, total }) => (total === 0 ? 1 : done / total)) / stages,
      rowsRead: this.#rowsRead,
      tasks: { done: sum(({ done }) => done), total: sum(({ total }) => total) },
    });
  }
}

/** Another try helps where a process or a device failed; never where the statement or its need of memory is at fault. */
function mayBeRetried(error: PlatformError): boolean {
  return error.kind !== 'user' && error.code !== 'RESOURCE_MEMORY' && error.code !== 'RESOURCE_DEADLINE';
}

function stagedTask(task: Task): string {
  return `batch_${task.name}`;
}
