import { PlatformError, type RunOptions } from '../../spi/index.ts';
import { explainLoss, type Json, type Lease, lowerPriority, watchRun } from '../../runtime/process/index.ts';
import type { QueryMessage } from '../duckdb/query-message.ts';
import { CHILD_METHODS } from './child-message.ts';
import type { ChildPool } from './child-pool.ts';
import { isBloated, leaseChild } from './lease-child.ts';
import type { OlapConfig } from './olap-config.ts';
import { watchChild } from './watch-child.ts';

/** Frames under way between a child and a reader that is slower. Units: bytes. */
const WINDOW_BYTES = 8 * 2 ** 20;

/** How long an interrupted statement may take to end before its process is killed. Units: milliseconds. */
const SETTLE_MS = 500;

/** Statements shorter than this leave nothing behind that is worth a look. Units: milliseconds. */
const SHORT_MS = 100;

/** A query of the short lane that takes longer makes room for others. Units: milliseconds. */
const SHORT_STAY_MS = 1000;

/** Where and with what queries run. */
export interface QueryRunner {
  readonly children: ChildPool;
  readonly config: OlapConfig;
}

/** Runs one query in a process of its own and yields its frames.
 *  Guarantees: ends normally only after the child's explicit result; leaving early interrupts the statement, and kills the process when that does not help. */
export async function* runQuery(runner: QueryRunner, message: QueryMessage, run: RunOptions): AsyncGenerator<Uint8Array, void, undefined> {
  const limits = watchRun(run);
  try {
    const lease = await leaseChild(runner.children.pool, runner.config, run, limits.signal);
    run.onStarted?.();
    yield* framesOf(runner, lease, message, run, limits.signal);
  } finally {
    limits.clear();
  }
}

async function* framesOf(
  runner: QueryRunner,
  lease: Lease,
  message: QueryMessage,
  run: RunOptions,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { child } = lease;
  const watch = watchChild(child, run.onProgress?.bind(run));
  const stay = setTimeout(() => {
    if (lease.uncount()) lowerPriority(child.pid);
  }, SHORT_STAY_MS);
  const startedAtMs = performance.now();
  let outcome: 'left' | 'ended' | PlatformError = 'left';
  try {
    const exchange = child.channel.open(CHILD_METHODS.query, message as unknown as Json, { signal, windowBytes: WINDOW_BYTES });
    yield* exchange.frames;
    outcome = 'ended';
  } catch (error) {
    outcome = PlatformError.from(error, 'ENGINE_FAILED');
    if (outcome.code === 'ENGINE_LOST') {
      outcome = await explainLoss(child, runner.children.linesOf(child), watch.rssBytesLast, runner.config.memoryBytesMax);
    }
    throw outcome;
  } finally {
    watch.stop();
    clearTimeout(stay);
    const short = performance.now() - startedAtMs < SHORT_MS;
    giveBack(lease, outcome, { aborted: signal.aborted, isBloated: () => !short && isBloated(lease, runner.config) });
  }
}

interface ChildState {
  readonly aborted: boolean;
  /** Whether the process holds more memory than an idle one should. */
  isBloated(): boolean;
}

/** Hands the process back when it is as good as new, in the background where it has to come to rest first. */
function giveBack(lease: Lease, outcome: 'left' | 'ended' | PlatformError, state: ChildState): void {
  const decide = (reusable: boolean): void => {
    if (reusable && !state.isBloated()) lease.release();
    else lease.discard();
  };
  if (outcome === 'left' || state.aborted) void settle(lease).then(decide);
  else decide(isReusable(outcome));
}

/** After an error of the user's making the process is as good as new. */
function isReusable(outcome: 'ended' | PlatformError): boolean {
  return outcome === 'ended' || outcome.kind === 'user';
}

async function settle(lease: Lease): Promise<boolean> {
  try {
    await lease.child.channel.call(CHILD_METHODS.settle, null, { signal: AbortSignal.timeout(SETTLE_MS) });
    return true;
  } catch {
    // It does not come to rest or is gone: the caller discards it.
    return false;
  }
}
