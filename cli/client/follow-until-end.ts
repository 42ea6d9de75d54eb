import { setTimeout as sleep } from 'node:timers/promises';
import { PlatformError } from '../../spi/index.ts';
import { hasEnded, type JobInfo } from '../../sql-gateway/index.ts';
import type { ServerAddress } from '../../client/index.ts';
import { fetchJob, followJob } from './job-client.ts';

/** Units: milliseconds between two tries to reach a server that is away, and tries before it is given up. */
const RETRY_PAUSE_MS = 1000;
const RETRIES_MAX = 30;

/** Follows a job until it has ended; `tell` hears of each change. A server that stops is waited for, because the job goes on when it starts again.
 *  Returns null when the signal is aborted before.
 *  @throws the server's coded error, INTERNAL_UNAVAILABLE when it does not come back */
export async function followUntilEnd(
  server: ServerAddress,
  first: JobInfo,
  signal: AbortSignal,
  tell: (job: JobInfo) => void,
): Promise<JobInfo | null> {
  let job = first;
  const isInterrupted = (): boolean => signal.aborted;
  for (let failures = 0; !hasEnded(job) && !isInterrupted(); ) {
    try {
      for await (const next of followJob(server, job.jobId, signal)) {
        failures = 0;
        job = next;
        tell(job);
      }
      job = await fetchJob(server, job.jobId);
    } catch (error) {
      failures += 1;
      const isAway = error instanceof TypeError || (error instanceof PlatformError && error.code === 'INTERNAL_UNAVAILABLE');
      if (!isInterrupted() && (!isAway || failures > RETRIES_MAX)) throw error;
      await sleep(RETRY_PAUSE_MS, undefined, { signal }).catch(() => undefined);
    }
  }
  return hasEnded(job) ? job : null;
}
