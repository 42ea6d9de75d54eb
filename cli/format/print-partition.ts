import type { PartitionOutcome } from '../backfill/run-partitions.ts';
import { elapsedOf } from './print-job.ts';

/** Returns how the job for one value ended, as a line. */
export function renderPartition({ value, before, info }: PartitionOutcome): string {
  const { state, rows, jobId, error } = info;
  const parts = before
    ? ['finished before']
    : [state, `${rows.toLocaleString('en-US')} row${rows === 1 ? '' : 's'}`, elapsedOf(info) || 'no time'];
  const line = [value, ...parts, `job ${jobId}`].join(' · ');
  return error === null ? line : `${line}\n  ${error.code}: ${error.message}`;
}

/** Returns how many of the jobs for all values ended how, as a line. */
export function renderPartitions(outcomes: readonly PartitionOutcome[], count: number): string {
  const inState = (isWanted: (outcome: PartitionOutcome) => boolean): number => outcomes.filter(isWanted).length;
  const parts = [
    [inState(({ before, info }) => !before && info.state === 'finished'), 'finished'],
    [inState(({ before }) => before), 'finished before'],
    [inState(({ info }) => info.state !== 'finished'), 'failed or cancelled'],
    [count - outcomes.length, 'left'],
  ] as const;
  const told = parts.flatMap(([of, name]) => (of === 0 ? [] : [`${String(of)} ${name}`]));
  return `${String(count)} in all: ${told.join(', ')}`;
}
