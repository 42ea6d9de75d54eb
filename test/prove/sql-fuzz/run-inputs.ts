import { Worker } from 'node:worker_threads';
import { PlatformError } from '../../../spi/index.ts';
import { FuzzProgress, type FuzzMessage, type FuzzTask } from './fuzz-task.ts';

/** An input that was not handled, and why. */
export interface FuzzFailure {
  readonly index: number;
  readonly message: string;
}

/** What a run of inputs showed. */
export interface FuzzRun {
  readonly failures: readonly FuzzFailure[];
  readonly inputs: number;
  readonly counts: Readonly<Record<string, number>>;
}

/** How long one step of an input may take. Processor time, so that a busy machine makes no difference. Units: milliseconds. */
export const STEP_CPU_MS_MAX = 1000;
/** What the thread may keep. Units: mebibytes. */
export const HEAP_MIB_MAX = 768;
/** What a thread with a seeded fault may keep: to fill more takes longer than a step may. Units: mebibytes. */
const FAULTY_HEAP_MIB_MAX = 128;

const POLL_MS = 10;
/** A thread does not take over the loader of TypeScript from the one that starts it. */
const LOAD_WORKER = `import('tsx/esm/api').then(({ register }) => { register(); return import(${JSON.stringify(new URL('./fuzz-worker.ts', import.meta.url).href)}); });`;
/** As the main thread has it. Units: mebibytes. */
const STACK_MIB = 1;

/** Runs inputs from a number on until the time is over or `failuresMax` were not handled. A step that hangs or exhausts the memory
 *  costs its thread; the next one goes on behind that input. */
export async function runInputs(task: Omit<FuzzTask, 'shared' | 'from'>, failuresMax: number): Promise<FuzzRun> {
  const failures: FuzzFailure[] = [];
  const counts: Record<string, number> = {};
  let from = 0;
  let leftMs = task.runMs;
  while (failures.length < failuresMax && leftMs > 0) {
    const part = await runThread(
      { ...task, runMs: leftMs, from, shared: new SharedArrayBuffer(FuzzProgress.BYTES) },
      failuresMax - failures.length,
    );
    failures.push(...part.failures);
    for (const [key, count] of Object.entries(part.counts)) counts[key] = (counts[key] ?? 0) + count;
    from = part.next;
    leftMs -= part.ranMs;
  }
  return { failures, inputs: from, counts };
}

interface ThreadRun extends Omit<FuzzRun, 'inputs'> {
  /** Number of the first input that was not begun. */
  readonly next: number;
  /** Units: milliseconds. */
  readonly ranMs: number;
}

function runThread(task: FuzzTask, failuresMax: number): Promise<ThreadRun> {
  const progress = new FuzzProgress(task.shared);
  const failures: FuzzFailure[] = [];
  const counts: Record<string, number> = {};
  let startedAtMs = Number.POSITIVE_INFINITY;
  const worker = new Worker(LOAD_WORKER, {
    eval: true,
    workerData: task,
    resourceLimits: { maxOldGenerationSizeMb: task.fault === null ? HEAP_MIB_MAX : FAULTY_HEAP_MIB_MAX, stackSizeMb: STACK_MIB },
  });
  return new Promise((resolve, reject) => {
    const watchdog = setInterval(
      watch(progress, (message) => {
        fail(message);
      }),
      POLL_MS,
    );
    const fail = (message: string): void => {
      const { index, step, count } = progress.read();
      if (count === 0) reject(new PlatformError('INTERNAL_INVARIANT', `the thread of inputs does not start: ${message}`));
      failures.push({ index, message: `${step}: ${message}` });
      void worker.terminate();
    };
    worker.on('message', (message: FuzzMessage) => {
      startedAtMs = Math.min(startedAtMs, Date.now());
      if (message.kind === 'outcome') counts[message.key] = (counts[message.key] ?? 0) + 1;
      else failures.push(message);
      if (failures.length >= failuresMax) void worker.terminate();
    });
    worker.on('error', (error) => {
      fail(String(error));
    });
    worker.on('exit', () => {
      clearInterval(watchdog);
      resolve({ failures, counts, next: progress.read().index + 1, ranMs: Math.max(0, Date.now() - startedAtMs) });
    });
  });
}

/** Returns what looks whether the thread is still in the step in which it was seen too long ago, and tells so once. */
function watch(progress: FuzzProgress, hangs: (message: string) => void): () => void {
  let count = -1;
  let before = process.cpuUsage();
  return () => {
    const seen = progress.read();
    if (seen.count !== count) {
      count = seen.count;
      before = process.cpuUsage();
      return;
    }
    const { user, system } = process.cpuUsage(before);
    if (seen.step === 'at rest' || (user + system) / 1000 <= STEP_CPU_MS_MAX) return;
    before = process.cpuUsage();
    hangs(`takes more than ${String(STEP_CPU_MS_MAX)} ms of processor time`);
  };
}
