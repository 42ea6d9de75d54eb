import { PlatformError } from '../../../spi/index.ts';
import type { Task } from './make-tasks.ts';

/** Files that a message names; the details name all. */
const FILES_TOLD = 3;

/** Returns the error of a task with its name and what it alone reads, so that people find the rows that are at fault.
 *  Shape: `details.task`, `details.attempts`, and `details.split` with the rows `from` (counted from 0) to before `to` of each file. */
export function nameTask(error: PlatformError, { name, split }: Pick<Task, 'name' | 'split'>, attempts: number): PlatformError {
  const told = split.slice(0, FILES_TOLD).map(({ file, from, to }) => `rows ${String(from)} to ${String(to - 1)} of ${file}`);
  if (split.length > FILES_TOLD) told.push(`${String(split.length - FILES_TOLD)} more files`);
  const reads = told.length === 0 ? '' : `, which reads ${told.join(', ')}`;
  // What is wrong with a statement as a whole is no task's.
  const where = error.kind === 'user' && told.length === 0 ? '' : ` (task ${name}${reads})`;
  return new PlatformError(error.code, error.message + where, {
    location: error.location,
    hint: error.hint,
    details: { ...error.details, task: name, attempts, ...(split.length === 0 ? {} : { split }) },
    cause: error,
  });
}
