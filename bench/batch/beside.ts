import { setTimeout as sleep } from 'node:timers/promises';
import type { Check } from '../../test/prove/proof.ts';
import { elapsedMs, medianInterval, round } from '../measure.ts';
import type { BatchWorld } from './batch-world.ts';
import { MANY_GROUPS } from './join-job.ts';

/** How many times as long interactive statements may take at the median while a batch job runs. */
const SLOWER_MAX = 1.2;

/** Somebody's interactive statement: a scan with a filter and a grouping. */
const SHORT = 'SELECT /*+ ENGINE(olap), NO_CACHE */ day, count(*), sum(amount) FROM facts WHERE day < 30 GROUP BY day';

const STATEMENTS = 15;

/** Measures interactive statements alone and beside a batch job, in turns. */
export async function measureBeside(world: BatchWorld, rounds: number, log: (line: string) => void): Promise<Check> {
  const short = async (): Promise<readonly number[]> => {
    const times: number[] = [];
    for (let statement = 0; statement < STATEMENTS; statement += 1) times.push(await elapsedMs(() => world.run(SHORT)));
    return times;
  };
  await short();
  const ratios: number[] = [];
  const medians: { alone: number; beside: number }[] = [];
  for (let turn = 0; turn < rounds; turn += 1) {
    const alone = medianInterval(await short()).median;
    const beside = medianInterval(await besideJob(world, short)).median;
    ratios.push(beside / alone);
    medians.push({ alone, beside });
    log(`  alone ${String(round(alone))} ms, beside a job ${String(round(beside))} ms`);
  }
  const { median, low, high } = medianInterval(ratios);
  const of = (which: 'alone' | 'beside'): string => String(round(medianInterval(medians.map((each) => each[which])).median));
  return {
    id: 'interactive-beside-a-job',
    value: round(median),
    unit: 'ratio',
    target: `<= ${String(SLOWER_MAX)}`,
    pass: median <= SLOWER_MAX,
    note: `95% ${String(round(low))} to ${String(round(high))} of ${String(rounds)} rounds of ${String(STATEMENTS)} statements; medians ${of('alone')} ms alone, ${of('beside')} ms beside; one client, the engine olap in a process of its own`,
  };
}

/** Jobs follow each other until the work beside them is done. */
async function besideJob(world: BatchWorld, work: () => Promise<readonly number[]>): Promise<readonly number[]> {
  const over = new AbortController();
  const jobs = (async () => {
    while (!over.signal.aborted) await world.runJob(MANY_GROUPS.select);
  })();
  await sleep(1000);
  const times = await work();
  over.abort();
  await jobs;
  return times;
}
