import type { JobProgress } from './job-progress.ts';
import { type JobSpec, needsOf } from './job-spec.ts';

/** Returns the lowest number of the statements that are not done; null when all are. */
export function nextStatement({ spec, progress }: JobState): number | null {
  const index = spec.statements.findIndex((_, at) => !progress.committed.has(at + 1));
  return index < 0 ? null : index + 1;
}

/** Returns the numbers, ascending, of the statements that are not done and wait for no other. */
export function readyStatements({ spec, progress }: JobState): readonly number[] {
  const { statements } = spec;
  return statements.flatMap((_, index) => {
    const isReady = !progress.committed.has(index + 1) && needsOf(statements, index + 1).every((need) => progress.committed.has(need));
    return isReady ? [index + 1] : [];
  });
}

interface JobState {
  readonly spec: Pick<JobSpec, 'statements'>;
  readonly progress: Pick<JobProgress, 'committed'>;
}
