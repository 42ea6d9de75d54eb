import { createHash } from 'node:crypto';
import { hasEnded, type JobInfo } from '../../sql-gateway/index.ts';
import type { ServerAddress } from '../../client/index.ts';
import { followUntilEnd } from '../client/follow-until-end.ts';
import { type JobDescription, retryJob, submitJob } from '../client/job-client.ts';

/** A job for one value of a range. */
export interface PartitionJob {
  readonly value: string;
  readonly job: JobDescription;
}

/** How a job for one value ended. */
export interface PartitionOutcome {
  readonly value: string;
  readonly info: JobInfo;
  /** Whether it was finished before it was asked for. */
  readonly before: boolean;
}

/** Returns jobs for the values of a parameter. */
export function partitionJobs(job: JobDescription, parameter: string, values: readonly string[]): readonly PartitionJob[] {
  const parameters = job['parameters'] as object | undefined;
  return values.map((value) => ({ value, job: { ...job, parameters: { ...parameters, [parameter]: value } } }));
}

/** Runs jobs in their order, a bounded number at the same time; those that are done already are not done again, and those that failed are tried again. `tell`
 *  hears of each when it has ended. No more are begun once one is refused or the signal is aborted; those under way go on at the server.
 *  @throws what the server says against a job */
export async function runPartitions(
  server: ServerAddress,
  jobs: readonly PartitionJob[],
  concurrent: number,
  signal: AbortSignal,
  tell: (outcome: PartitionOutcome) => void,
): Promise<void> {
  const left = jobs[Symbol.iterator]();
  const refusals: unknown[] = [];
  const work = async (): Promise<void> => {
    for (const { value, job } of left) {
      if (signal.aborted || refusals.length > 0) return;
      try {
        const outcome = await runPartition(server, job, signal);
        if (outcome !== null) tell({ value, ...outcome });
      } catch (error) {
        refusals.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: concurrent }, work));
  if (refusals.length > 0) throw refusals[0];
}

async function runPartition(
  server: ServerAddress,
  job: JobDescription,
  signal: AbortSignal,
): Promise<Omit<PartitionOutcome, 'value'> | null> {
  const found = await submitJob(server, job, keyOf(job));
  if (found.state === 'finished') return { info: found, before: true };
  const begun = hasEnded(found) ? await retryJob(server, found.jobId) : found;
  const info = await followUntilEnd(server, begun, signal, () => undefined);
  return info === null ? null : { info, before: false };
}

/** The same job with the same parameters has the same key, so that it is made once. */
function keyOf(job: JobDescription): string {
  return `backfill-${createHash('sha256').update(JSON.stringify(job)).digest('hex')}`;
}
