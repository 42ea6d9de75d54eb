import { PlatformError } from '../../spi/index.ts';
import type { WaitingLine } from '../query/waiting-line.ts';
import { deadlinePassed } from '../query/query-service.ts';
import type { LiveJob } from './live-job.ts';
import { type JobRunParts, noteEarlierResult, runStatement } from './run-statement.ts';

/** Waits for a turn, then runs the statements that are left, in order, and notes how the job ended. A suspended job is left as it is.
 *  @throws STORAGE_IO, RESOURCE_DISK when the end could not be noted: the job is then taken up at the next start */
export async function runJob(job: LiveJob, line: WaitingLine, parts: JobRunParts): Promise<void> {
  let leave: () => void = () => undefined;
  let stopClock: () => void = () => undefined;
  try {
    await noteEarlierResult(job, parts);
    leave = await line.enter(job.signal);
    job.activate();
    stopClock = startClock(job);
    const count = job.spec.statements.length;
    while (job.progress.committed.length < count) await runStatement(job, job.progress.committed.length + 1, parts);
    await job.note({ kind: 'finished' });
  } catch (error) {
    if (job.suspended) return;
    const coded = PlatformError.from(error, 'INTERNAL_INVARIANT');
    const { jobId } = job.spec;
    const statement = job.progress.committed.length + 1;
    if (coded.kind === 'internal') parts.log.error({ jobId, statement, code: coded.code, stack: coded.stack }, coded.message);
    await job.note(coded.code === 'ENGINE_CANCELLED' ? { kind: 'cancelled' } : { kind: 'failed', statement, error: coded.toJSON() });
  } finally {
    stopClock();
    leave();
  }
}

/** The time limit of a job counts from its first statement's start, whatever happened since. */
function startClock(job: LiveJob): () => void {
  const { timeoutMs } = job.spec;
  if (timeoutMs === null) return () => undefined;
  const endAtMs = (job.progress.startedAtMs ?? Date.now()) + timeoutMs;
  const timer = setTimeout(
    () => {
      job.abort(deadlinePassed(timeoutMs));
    },
    Math.max(0, endAtMs - Date.now()),
  );
  return () => {
    clearTimeout(timer);
  };
}
