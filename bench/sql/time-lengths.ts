import { PerformanceObserver } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { medianInterval } from '../measure.ts';
import type { LongShape } from './long-statements.ts';

/** Characters of the statements that are compared, the shortest first. */
export const LENGTHS: readonly number[] = [1_000, 10_000, 100_000, 1_000_000];

/** So many that short statements pay for the garbage that they leave, too. */
const CHARACTERS_PER_SAMPLE = 400_000;
/** The first rounds meet code that is not compiled yet and a heap that still grows. */
const WARM_UP_ROUNDS = 2;
/** Units: milliseconds until the collector's pauses of a sample were reported. */
const REPORT_MS = 5;

/** What a thousand characters cost. Units: microseconds of wall time. */
export interface TextCost {
  /** Outside the collector. */
  readonly workUs: number;
  /** In the collector's pauses. */
  readonly collectorUs: number;
}

/** What a shape costs at each length. */
export interface LengthTimes {
  readonly shape: string;
  /** In the order of `LENGTHS`. */
  readonly costs: readonly TextCost[];
}

/** Measures a shape at every length; a short statement is read again and again, so that a sample lasts. */
export async function timeLengths(shape: LongShape, run: (sql: string) => unknown, rounds: number): Promise<LengthTimes> {
  const costs: TextCost[] = [];
  for (const length of LENGTHS) {
    const sql = shape.build(length);
    costs.push(await costOf(sql.length, () => run(sql), rounds));
  }
  return { shape: shape.name, costs };
}

/** Returns what it costs V8 at the greatest length to make the tree of our parser, of which nothing is parsed but its JSON: what a tree in memory costs at
 *  least, per thousand characters of the statement. */
export function timeTree(shape: LongShape, parse: (sql: string) => unknown, rounds: number): Promise<TextCost> {
  const sql = shape.build(LENGTHS.at(-1) ?? 0);
  const json = JSON.stringify(parse(sql), (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  return costOf(sql.length, () => JSON.parse(json), rounds);
}

async function costOf(characters: number, run: () => unknown, rounds: number): Promise<TextCost> {
  const repeats = Math.max(1, Math.round(CHARACTERS_PER_SAMPLE / characters));
  const usPerKilobyte = 1e6 / (characters * repeats);
  let pausesMs = 0;
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) pausesMs += duration;
  });
  observer.observe({ entryTypes: ['gc'] });
  const work: number[] = [];
  const collector: number[] = [];
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    await delay(REPORT_MS);
    pausesMs = 0;
    const started = performance.now();
    for (let repeat = 0; repeat < repeats; repeat++) await run();
    const elapsedMs = performance.now() - started;
    await delay(REPORT_MS);
    if (round < 0) continue;
    work.push((elapsedMs - pausesMs) * usPerKilobyte);
    collector.push(pausesMs * usPerKilobyte);
  }
  observer.disconnect();
  return { workUs: medianInterval(work).median, collectorUs: medianInterval(collector).median };
}
