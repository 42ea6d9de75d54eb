import { PlatformError } from '../../spi/index.ts';
import type { LiveJob } from './live-job.ts';
import { readyStatements } from './next-statement.ts';
import { type JobRunParts, runStatement } from './run-statement.ts';

/** Runs the statements of a job that are left, each as soon as those are done that it needs, and a bounded number at the same time; until it is paused.
 *  Guarantees: when this returns or throws none is under way. A failure ends the others, which then leave nothing behind.
 *  @throws the first failure */
export async function runStatements(job: LiveJob, parts: JobRunParts): Promise<void> {
  const running = new Map<number, Promise<void>>();
  const failures: unknown[] = [];
  const start = (statement: number): void => {
    const run = runStatement(job, statement, parts)
      .catch((error: unknown) => {
        failures.push(error);
        job.abort(
          new PlatformError('ENGINE_CANCELLED', `Statement ${String(statement)} of the job failed, and this one was ended with it.`),
        );
      })
      .finally(() => running.delete(statement));
    running.set(statement, run);
  };
  for (;;) {
    job.signal.throwIfAborted();
    const ready = readyStatements(job).filter((statement) => !running.has(statement));
    if (running.size === 0 && ready.length > 0 && job.pausing.rest()) return;
    if (!job.pausing.isOn) for (const statement of ready.slice(0, parts.concurrentStatements - running.size)) start(statement);
    if (running.size === 0) return;
    await Promise.race(running.values());
    if (failures.length === 0) continue;
    await Promise.all(running.values());
    throw failures[0];
  }
}
