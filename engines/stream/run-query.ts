import { PlatformError, type RunOptions, type TableSource } from '../../spi/index.ts';
import { type Json, type Lease, type WarmPool, watchRun } from '../../runtime/process/index.ts';
import { CHILD_METHODS, type QueryMessage } from './child-message.ts';
import { type PlannedScans, readScans } from './plan-scans.ts';

/** Frames under way between a child and a reader that is slower. Units: bytes. */
const WINDOW_BYTES = 8 * 2 ** 20;

/** Where and over what a query runs. */
export interface QueryRunner {
  readonly pool: WarmPool;
  readonly tables: TableSource;
  readonly scans: PlannedScans;
}

/** Runs one query in a process of its own: the frames of its tables are passed on to the process no faster than it takes them, and its frames
 *  to the caller no faster than those are pulled.
 *  Guarantees: ends normally only after the process's explicit result; a run that is left, cancelled or too late kills the process. */
export async function* runQuery(runner: QueryRunner, message: QueryMessage, run: RunOptions): AsyncGenerator<Uint8Array, void, undefined> {
  const limits = watchRun(run);
  try {
    limits.signal.throwIfAborted();
    const lease = await runner.pool.lease(limits.signal);
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
  const reading = new AbortController();
  let rowsRead = 0;
  const frames = readScans(runner.scans, runner.tables, AbortSignal.any([signal, reading.signal]), (rows) => {
    rowsRead += rows;
    run.onProgress?.({ fraction: runner.scans.rows === 0 ? null : rowsRead / runner.scans.rows, rowsRead });
  });
  let reusable = false;
  try {
    const exchange = lease.child.channel.open(CHILD_METHODS.query, message as unknown as Json, {
      signal,
      frames,
      windowBytes: WINDOW_BYTES,
    });
    yield* exchange.frames;
    reusable = true;
  } catch (error) {
    const failed = PlatformError.from(error, 'ENGINE_FAILED');
    // After an error of the user's making the process is as good as new; a process that ended explains the error.
    reusable = failed.kind === 'user' && !signal.aborted;
    throw failed;
  } finally {
    reading.abort(new PlatformError('ENGINE_CANCELLED', 'the statement is over'));
    if (reusable) lease.release();
    else lease.discard();
  }
}
