import type { JobInfo } from '../../sql-gateway/index.ts';
import { followUntilEnd } from '../client/follow-until-end.ts';
import type { ServerAddress } from '../../client/index.ts';
import { renderJobProgress, renderJobStep } from '../format/print-job.ts';
import { showProgress } from '../format/show-progress.ts';
import type { CommandIo } from './command.ts';
import { untilInterrupted } from './until-interrupted.ts';

/** Waits until a job has ended and shows how far it is: a bar on a terminal, else a line at each step. Returns null when the person does not want to wait
 *  any longer.
 *  @throws as `followUntilEnd` */
export async function waitForJob(server: ServerAddress, first: JobInfo, io: CommandIo): Promise<JobInfo | null> {
  let job = first;
  let told = '';
  const progress = showProgress(io.stderr, () => renderJobProgress(job));
  try {
    return await untilInterrupted((signal) =>
      followUntilEnd(server, first, signal, (next) => {
        job = next;
        const step = renderJobStep(job);
        if (!io.stderr.isTTY && step !== told) io.stderr.write(`${step}\n`);
        told = step;
      }),
    );
  } finally {
    progress.stop();
  }
}
