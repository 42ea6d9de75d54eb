import { PlatformError } from '../../spi/index.ts';
import { deadlinePassed } from '../query/query-service.ts';
import type { LiveJob } from './live-job.ts';
import { nextStatement } from './next-statement.ts';
import { type JobRunParts, noteEarlierResults } from './run-statement.ts';
import { runStatements } from './run-statements.ts';

/** Waits for a turn, and returns what gives it back. */
type EnterLine = (signal: AbortSignal) => Promise<() => void>;

/** Waits for a turn, then runs the statements that are left and notes how the job ended. A job that is suspended or paused is left as it is.
 *  @throws STORAGE_IO, RESOURCE_DISK when the end could not be noted: the job is then taken up at the next start */
export async function runJob(job: LiveJob, enter: EnterLine, parts: JobRunParts): Promise<void> {
  // Its place in the line is that of now, however long it takes to look what is done.
  const turn = takeTurn(job, enter);
  const leave = (): void => void turn.then((left) => left?.()).catch(() => undefined);
  turn.catch(() => undefined);
  let stopClock: () => void = () => undefined;
  try {
    await noteEarlierResults(job, parts);
    if ((await turn) === null) return;
    job.activate();
    stopClock = startClock(job);
    await runStatements(job, parts);
    if (job.pausing.resting) return;
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

/** Waits for a job's turn, and returns what gives it back; null for a job that is paused. */
async function takeTurn(job: LiveJob, enter: EnterLine): Promise<(() => void) | null> {
  for (;;) {
    try {
      return await enter(AbortSignal.any([job.signal, job.pausing.signal]));
    } catch (error) {
      if (job.signal.aborted || !job.pausing.signal.aborted) throw error;
      if (job.pausing.rest()) return null;
    }
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
