import { PlatformError } from '../../spi/index.ts';

/** How urgent a job is, the least urgent first. */
export const JOB_PRIORITIES = ['low', 'normal', 'high'] as const;

/** One of them. */
export type JobPriority = (typeof JOB_PRIORITIES)[number];

/** Of jobs that say nothing. */
export const JOB_PRIORITY_DEFAULT: JobPriority = 'normal';

/** Units: milliseconds that a job may be younger than one of the next lower priority and still go before it. So none waits for ever. */
export const PRIORITY_HEADSTART_MS = 3_600_000;

/** Returns where a job stands among those that wait: the smallest number goes first. */
export function orderOf(priority: JobPriority, waitsSinceMs: number): number {
  return waitsSinceMs - JOB_PRIORITIES.indexOf(priority) * PRIORITY_HEADSTART_MS;
}

/** Checks a priority. @throws REQUEST_INVALID */
export function checkPriority(given: unknown): JobPriority {
  const priority = JOB_PRIORITIES.find((known) => known === given);
  if (priority !== undefined) return priority;
  throw new PlatformError('REQUEST_INVALID', `'priority' must be one of ${JOB_PRIORITIES.join(', ')}.`);
}
