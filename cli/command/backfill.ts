import { PlatformError } from '../../spi/index.ts';
import { partitionValues, RANGE_STEPS, type RangeStep } from '../backfill/partition-values.ts';
import { type PartitionOutcome, partitionJobs, runPartitions } from '../backfill/run-partitions.ts';
import type { JobDescription } from '../client/job-client.ts';
import { renderError } from '../format/print-error.ts';
import { renderPartition, renderPartitions } from '../format/print-partition.ts';
import type { ServerConnection } from '../server/connect-server.ts';
import { type CommandArguments, type CommandIo, type CommandOption, EXIT, textOption } from './command.ts';
import { untilInterrupted } from './until-interrupted.ts';

/** Options of `trivium job backfill`. */
export const BACKFILL_OPTIONS = {
  from: { type: 'string', value: 'date', help: 'backfill: the first value, such as 2001-06-01, or 2001-06-01T05 with --step hour' },
  to: { type: 'string', value: 'date', help: 'backfill: the first value that is left out' },
  step: { type: 'string', value: 'name', help: `backfill: ${RANGE_STEPS.join(', ')} (default: day)` },
  as: { type: 'string', value: 'name', help: 'backfill: the parameter that gets the value (default: the name of the step)' },
  concurrent: { type: 'string', value: 'number', help: 'backfill: jobs at the same time (default: 1)' },
} as const satisfies Readonly<Record<string, CommandOption>>;

/** A range of values to run a job for. */
export interface Backfill {
  readonly values: readonly string[];
  readonly parameter: string;
  readonly concurrent: number;
}

/** Reads what a call says of a range.
 *  @throws CONFIG_INVALID */
export function readBackfill(call: CommandArguments, concurrent: number | null): Backfill {
  const [from, to] = [textOption(call, 'from'), textOption(call, 'to')];
  if (from === null || to === null) throw new PlatformError('CONFIG_INVALID', 'backfill needs --from and --to');
  const given = textOption(call, 'step') ?? 'day';
  const step = RANGE_STEPS.find((known): known is RangeStep => known === given);
  if (step === undefined) throw new PlatformError('CONFIG_INVALID', `--step ${given}: expected ${RANGE_STEPS.join(', ')}`);
  return { values: partitionValues(from, to, step), parameter: textOption(call, 'as') ?? step, concurrent: concurrent ?? 1 };
}

/** Runs a job once for each value; returns the exit code. */
export async function runBackfill(
  { values, parameter, concurrent }: Backfill,
  job: JobDescription,
  { server }: Pick<ServerConnection, 'server'>,
  io: CommandIo,
  json: boolean,
): Promise<number> {
  const outcomes: PartitionOutcome[] = [];
  const tell = (outcome: PartitionOutcome): void => {
    outcomes.push(outcome);
    if (!json) io.stdout.write(`${renderPartition(outcome)}\n`);
  };
  const jobs = partitionJobs(job, parameter, values);
  let refusal: unknown = null;
  const interrupted = await untilInterrupted(async (signal) => {
    await runPartitions(server, jobs, concurrent, signal, tell).catch((error: unknown) => {
      refusal = error;
    });
    return signal.aborted;
  });
  const lines = json
    ? [JSON.stringify({ partitions: outcomes.map(({ value, before, info }) => ({ value, before, ...info })) }, null, 2)]
    : [renderPartitions(outcomes, values.length)];
  io.stdout.write(`${lines.join('\n')}\n`);
  if (refusal !== null) io.stderr.write(`${renderError(refusal, '').join('\n')}\n`);
  if (interrupted) io.stderr.write('Jobs that were under way go on without you; the same command goes on with the others.\n');
  if (interrupted) return EXIT.interrupted;
  return refusal === null && outcomes.every(({ info }) => info.state === 'finished') ? EXIT.done : EXIT.failed;
}
