import { type DataFile, type Fragment, PlatformError, type RunOptions, type StagingArea } from '../../spi/index.ts';
import { explainLoss, type Json, watchRun } from '../../runtime/process/index.ts';
import type { QueryMessage } from '../duckdb/query-message.ts';
import { CHILD_METHODS, type WriteMessage } from './child-message.ts';
import { isBloated, leaseChild } from './lease-child.ts';
import type { QueryRunner } from './run-query.ts';
import { watchChild } from './watch-child.ts';

const TASK = 'olap';
const ATTEMPT = 1;

/** Runs one query in a writer process of its own and returns the files that it staged. A process in which a write failed is not used again. */
export async function runWrite(
  runner: QueryRunner,
  message: QueryMessage,
  staging: StagingArea,
  run: RunOptions,
): Promise<readonly Fragment[]> {
  const limits = watchRun(run);
  try {
    const target = await staging.target(TASK, ATTEMPT);
    const lease = await leaseChild(runner.children.pool, runner.config, run, limits.signal);
    const watch = watchChild(lease.child, run.onProgress?.bind(run));
    const job: WriteMessage = { ...message, ...target };
    let reusable = false;
    try {
      const files = await lease.child.channel.call(CHILD_METHODS.write, job as unknown as Json, { signal: limits.signal });
      reusable = !isBloated(lease, runner.config);
      return [{ task: TASK, attempt: ATTEMPT, files: files as unknown as readonly DataFile[] }];
    } catch (error) {
      const failed = PlatformError.from(error, 'ENGINE_FAILED');
      if (failed.code !== 'ENGINE_LOST') throw failed;
      throw await explainLoss(lease.child, runner.children.linesOf(lease.child), watch.rssBytesLast, runner.config.memoryBytesMax);
    } finally {
      watch.stop();
      if (reusable) lease.release();
      else lease.discard();
    }
  } finally {
    limits.clear();
  }
}
