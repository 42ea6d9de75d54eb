import { setTimeout as sleep } from 'node:timers/promises';
import { PlatformError, type TableRef } from '../../spi/index.ts';
import type { CommitterParts } from '../committer/committer-parts.ts';

/** Units: milliseconds; the longest pause after the n-th lost race is n times this. */
const RETRY_PAUSE_MS = 5;

/** Who has lost more races pauses no more: commits that come anew have not paused either, and would win against who is patient again and again. */
const PATIENT_RACES = 10;

/** Makes attempts of a commit to one or more tables until one wins; an attempt that lost returns null.
 *  @throws STORAGE_CONFLICT when as many were lost as a commit may lose */
export async function raceUntilWon<Result>(
  parts: Pick<CommitterParts, 'retriesMax'>,
  tables: readonly TableRef[],
  attempt: () => Promise<Result | null>,
): Promise<Result> {
  for (let lost = 0; lost <= parts.retriesMax; lost += 1) {
    if (lost > 0 && lost <= PATIENT_RACES) await sleep(Math.random() * RETRY_PAUSE_MS * lost);
    const result = await attempt();
    if (result !== null) return result;
  }
  const names = tables.map(({ name }) => name).join(', ');
  throw new PlatformError('STORAGE_CONFLICT', `Other commits to the table ${names} won ${String(parts.retriesMax + 1)} races in a row.`, {
    hint: 'Repeat the statement.',
  });
}
