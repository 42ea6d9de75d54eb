import { PlatformError } from '../../spi/index.ts';
import type { WaitingLine } from '../query/waiting-line.ts';
import { deadlinePassed } from '../query/query-service.ts';
import type { LiveJob } from './live-job.ts';
import { nextStatement } from './next-statement.ts';
import { type JobRunParts, noteEarlierResults } from './run-statement.ts';
import { runStatements } from './run-statements.ts';

/** Waits for a turn, then runs the statements that are left and notes how the job ended. A suspended job is left as it is.
 *  @throws STORAGE_IO, RESOURCE_DISK when the end could not be noted: the job is then taken up at the next start */
export async function runJob(job: LiveJob, line: WaitingLine, parts: JobRunParts): Promise<void> {
  let leave: () => void = () => undefined;
  let stopClock: () => void = () => undefined;
  try {
    await noteEarlierResults(job, parts);
    leave = await line.enter(job.signal);
    job.activate();
    stopClock = startClock(job);
    await runStatements(job, parts);
    await job.note({ kind: 'finished' });
  } catch (error) {
    if (job.suspended) return;
    const coded = PlatformError.from(error, 'INTERNAL_INVARIANT');
    const { jobId } = job.spec;
    const statement = statementOf(coded) ?? nextStatement(job) ?? job.spec.statements.length;
    if (coded.kind === 'internal') parts.log.error({ jobId, statement, code: coded.code, stack: coded.stack }, coded.message);
    await job.note(coded.code === 'ENGINE_CANCELLED' ? { kind: 'cancelled' } : { kind: 'failed', statement, error: coded.toJSON() });
  } finally {
    stopClock();
    leave();
  }
}

/** The number of the statement that an error names. */
function statementOf({ details }: PlatformError): number | null {
  const statement = details['statement'];
  return typeof statement === 'number' ? statement : null;
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
