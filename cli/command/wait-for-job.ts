import { setTimeout as sleep } from 'node:timers/promises';
import { PlatformError } from '../../spi/index.ts';
import { hasEnded, type JobInfo } from '../../sql-gateway/index.ts';
import { fetchJob, followJob } from '../client/job-client.ts';
import type { ServerAddress } from '../../client/index.ts';
import { renderJobProgress, renderJobStep } from '../format/print-job.ts';
import { showProgress } from '../format/show-progress.ts';
import type { CommandIo } from './command.ts';

/** Units: milliseconds between two tries to reach a server that is away, and tries before it is given up. */
const RETRY_PAUSE_MS = 1000;
const RETRIES_MAX = 30;

/** Waits until a job has ended and shows how far it is: a bar on a terminal, else a line at each step. A server that stops is waited for, because
 *  the job goes on when it starts again. Returns null when the person does not want to wait any longer.
 *  @throws the server's coded error, INTERNAL_UNAVAILABLE when it does not come back */
export async function waitForJob(server: ServerAddress, first: JobInfo, io: CommandIo): Promise<JobInfo | null> {
  let job = first;
  let told = '';
  const interrupted = new AbortController();
  const { signal } = interrupted;
  const isInterrupted = (): boolean => signal.aborted;
  const onInterrupt = (): void => {
    interrupted.abort();
  };
  process.once('SIGINT', onInterrupt);
  const progress = showProgress(io.stderr, () => renderJobProgress(job));
  try {
    for (let failures = 0; !hasEnded(job) && !isInterrupted(); ) {
      try {
        for await (const next of followJob(server, job.jobId, signal)) {
          failures = 0;
          job = next;
          const step = renderJobStep(job);
          if (!io.stderr.isTTY && step !== told) io.stderr.write(`${step}\n`);
          told = step;
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
  } finally {
    progress.stop();
    process.off('SIGINT', onInterrupt);
  }
}
