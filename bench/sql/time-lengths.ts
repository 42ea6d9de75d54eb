import { medianInterval } from '../measure.ts';
import type { LongShape } from './long-statements.ts';
import { cpuMs } from './time-statements.ts';

/** Characters of the statements that are compared, the shortest first. */
export const LENGTHS: readonly number[] = [1_000, 10_000, 100_000, 1_000_000];

/** So many that short statements pay for the garbage that they leave, too. */
const CHARACTERS_PER_SAMPLE = 400_000;
/** The first rounds meet code that is not compiled yet and a heap that still grows. */
const WARM_UP_ROUNDS = 2;

/** What a shape costs at each length. */
export interface LengthTimes {
  readonly shape: string;
  /** Processor time per thousand characters, in the order of `LENGTHS`. Units: microseconds. */
  readonly usPerKilobyte: readonly number[];
}

/** Measures a shape at every length; a short statement is read again and again, so that a sample lasts. */
export async function timeLengths(shape: LongShape, run: (sql: string) => unknown, rounds: number): Promise<LengthTimes> {
  const usPerKilobyte: number[] = [];
  for (const length of LENGTHS) {
    const sql = shape.build(length);
    const repeats = Math.max(1, Math.round(CHARACTERS_PER_SAMPLE / sql.length));
    const samples: number[] = [];
    for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
      const before = process.cpuUsage();
      for (let repeat = 0; repeat < repeats; repeat++) await run(sql);
      if (round >= 0) samples.push((cpuMs(before) * 1e6) / (sql.length * repeats));
    }
    usPerKilobyte.push(medianInterval(samples).median);
  }
  return { shape: shape.name, usPerKilobyte };
}
