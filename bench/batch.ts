import type { Check, Proof } from '../test/prove/proof.ts';
import { type BatchWorld, openBatchWorld } from './batch/batch-world.ts';
import { measureBeside } from './batch/beside.ts';
import { FULL_SIZE, type JobSize, MANY_GROUPS, QUICK_SIZE } from './batch/join-job.ts';
import { peakMemory } from './batch/peak-memory.ts';
import { measureRatios, memoryCheck } from './batch/ratios.ts';

/** The larger input has so many times the rows, on both sides. */
const LARGER = 10;

/** Measures what it costs to cut a join and a grouping into tasks, and whom that disturbs. */
export const benchmark: Proof = {
  name: 'batch',
  summary:
    'a join and grouping of 60 million rows in tasks against one bare DuckDB statement, its memory, ten times the input in the same memory, interactive statements beside it',
  needs: ['linux'],
  parts: ['ratios', 'larger', 'beside'],
  run: async ({ quick, only, log }) => {
    const size = quick ? QUICK_SIZE : FULL_SIZE;
    const checks: Check[] = [];
    if (only !== 'larger') {
      await within(size, log, async (world) => {
        // The peer makes this process, and so the client, stand behind others: it comes last.
        if (only !== 'ratios') checks.push(await measureBeside(world, quick ? 3 : 7, log));
        if (only !== 'beside') checks.push(...(await measureRatios(world, quick ? 3 : 7, log)));
      });
    }
    if (only === 'larger' || (only === undefined && !quick)) {
      await within(timesLarger(size), log, async (world) => {
        const peak = await peakMemory(
          () => [world.server.pid, ...world.server.children()],
          () => world.runJob(MANY_GROUPS.select),
        );
        checks.push(memoryCheck('larger-memory', peak));
      });
    }
    return checks;
  },
};

function timesLarger(size: JobSize): JobSize {
  return { ...size, rows: size.rows * LARGER, parties: size.parties * LARGER, groups: size.groups * LARGER };
}

async function within(size: JobSize, log: (line: string) => void, run: (world: BatchWorld) => Promise<void>): Promise<void> {
  const world = await openBatchWorld(size, log);
  try {
    await run(world);
  } finally {
    await world.close();
  }
}
