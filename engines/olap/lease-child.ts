import { PlatformError, type RunOptions } from '../../spi/index.ts';
import { type Lease, residentBytes, type WarmPool } from '../../runtime/process/index.ts';
import type { OlapConfig } from './olap-config.ts';

/** A process that holds more than this share of its memory when idle is replaced. */
const IDLE_SHARE_MAX = 0.25;

/** Leases a process for one statement, waiting for one as long as the queue's bounds allow.
 *  @throws RESOURCE_BUSY, RESOURCE_DEADLINE, the reason of the run's signal */
export async function leaseChild(pool: WarmPool, config: OlapConfig, run: RunOptions, stop: AbortSignal): Promise<Lease> {
  if (pool.state.ready > 0) return pool.lease(stop);
  if (pool.state.waiting >= config.queueMax) {
    throw new PlatformError(
      'RESOURCE_BUSY',
      `${String(config.queueMax)} statements already wait for a process of the olap engine; try again later`,
      {
        details: { queryId: run.queryId },
      },
    );
  }
  const tooLong = new AbortController();
  const timer = setTimeout(() => {
    tooLong.abort(
      new PlatformError(
        'RESOURCE_BUSY',
        `no process of the olap engine became free within ${String(config.queueTimeoutMs)} ms; try again later`,
      ),
    );
  }, config.queueTimeoutMs);
  try {
    return await pool.lease(AbortSignal.any([stop, tooLong.signal]));
  } finally {
    clearTimeout(timer);
  }
}

/** Returns whether a process holds more memory than an idle one should. */
export function isBloated({ child }: Lease, config: OlapConfig): boolean {
  return residentBytes(child.pid) > Math.max(512 * 2 ** 20, config.memoryBytesMax * IDLE_SHARE_MAX);
}
