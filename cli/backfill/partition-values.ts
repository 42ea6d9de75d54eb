import { PlatformError } from '../../spi/index.ts';

/** Steps of a range, with the name of the parameter that gets their values when no other is named. */
export const RANGE_STEPS = ['hour', 'day', 'week', 'month'] as const;

/** How far apart the values of a range are. */
export type RangeStep = (typeof RANGE_STEPS)[number];

/** Units: values of one range; a server remembers as many jobs that have ended, and so what is done already. */
export const VALUES_MAX = 1000;

/** Units: milliseconds. */
const STEP_MS = { hour: 3_600_000, day: 86_400_000, week: 7 * 86_400_000 } as const;

const MOMENT = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2})(?::00(?::00)?)?)?$/;

/** Returns the values of a range, `to` not among them: dates, or with the step `hour` dates with a time, without a time zone.
 *  @throws CONFIG_INVALID for what is no moment, a range without values or with too many, and months from a day that not all of them have */
export function partitionValues(from: string, to: string, step: RangeStep): readonly string[] {
  const [startMs, endMs] = [readMoment(from, '--from', step), readMoment(to, '--to', step)];
  if (step === 'month' && new Date(startMs).getUTCDate() > 28) {
    throw new PlatformError('CONFIG_INVALID', `--from ${from}: months begin on a day that all of them have, 1 to 28`);
  }
  const values: string[] = [];
  for (let index = 0; ; index += 1) {
    const atMs = momentOf(startMs, step, index);
    if (atMs >= endMs) break;
    if (index === VALUES_MAX) {
      throw new PlatformError('CONFIG_INVALID', `--from ${from} --to ${to}: more than ${String(VALUES_MAX)} values; take a shorter range`);
    }
    values.push(printMoment(atMs, step));
  }
  if (values.length > 0) return values;
  throw new PlatformError('CONFIG_INVALID', `--from ${from} --to ${to}: the range is empty; --to is the first value that is left out`);
}

function readMoment(given: string, option: string, step: RangeStep): number {
  const [, date, hour] = MOMENT.exec(given) ?? [];
  const atMs = date === undefined ? NaN : Date.parse(`${date}T${hour ?? '00'}:00:00Z`);
  // Some days that are none are taken for days of the next month.
  const isReal = !Number.isNaN(atMs) && new Date(atMs).toISOString().startsWith(`${date ?? ''}T${hour ?? '00'}`);
  if (isReal && (step === 'hour' || hour === undefined)) return atMs;
  const example = step === 'hour' ? '2001-06-01 or 2001-06-01T05' : '2001-06-01';
  throw new PlatformError('CONFIG_INVALID', `${option} ${given}: expected ${example}`);
}

function momentOf(startMs: number, step: RangeStep, index: number): number {
  if (step !== 'month') return startMs + index * STEP_MS[step];
  const start = new Date(startMs);
  return Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + index, start.getUTCDate());
}

function printMoment(atMs: number, step: RangeStep): string {
  const text = new Date(atMs).toISOString();
  return step === 'hour' ? `${text.slice(0, 10)} ${text.slice(11, 19)}` : text.slice(0, 10);
}
