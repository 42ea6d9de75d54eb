import type { Check } from '../../test/prove/proof.ts';
import { measurePairs, ratioCheck } from '../measure.ts';
import type { BatchWorld } from './batch-world.ts';
import { openDuckdbPeer } from './duckdb-peer.ts';
import { FEW_GROUPS, type JoinJob, MANY_GROUPS, MEMORY_BYTES, THREADS } from './join-job.ts';
import { peakMemory } from './peak-memory.ts';

const RATIO_MAX: Readonly<Record<string, number>> = { [FEW_GROUPS.id]: 1.4, [MANY_GROUPS.id]: 1.8 };

const TASKS_MIN = 16;

const GIBIBYTE = 2 ** 30;

/** Measures jobs of the batch engine against one statement of DuckDB over the same files. */
export async function measureRatios(world: BatchWorld, pairs: number, log: (line: string) => void): Promise<readonly Check[]> {
  const peer = await openDuckdbPeer(world);
  try {
    const checks: Check[] = [];
    for (const job of [FEW_GROUPS, MANY_GROUPS]) checks.push(...(await measureJob(world, job, (select) => peer.copy(select), pairs, log)));
    return checks;
  } finally {
    peer.close();
  }
}

async function measureJob(
  world: BatchWorld,
  { id, select }: JoinJob,
  copy: (select: string) => Promise<void>,
  pairs: number,
  log: (line: string) => void,
): Promise<readonly Check[]> {
  let tasks = 0;
  const peak = await peakMemory(
    () => [world.server.pid, ...world.server.children()],
    async () => {
      tasks = await world.runJob(select);
    },
  );
  log(`  ${id}: ${String(tasks)} tasks, ${(peak / GIBIBYTE).toPrecision(3)} GiB`);
  const measured = await measurePairs({ pairs, warmUpPairs: 1, ours: () => world.runJob(select), peer: () => copy(select) });
  const mode = `a job over HTTP, ${String(THREADS)} executors, ${String(tasks)} tasks; the peer is one COPY of an embedded DuckDB, ${String(THREADS)} threads; ${String(MEMORY_BYTES / GIBIBYTE)} GiB on both sides`;
  return [
    ratioCheck(id, measured, RATIO_MAX[id] ?? Number.NaN, mode),
    { id: `${id}-tasks`, value: tasks, unit: 'tasks', target: `>= ${String(TASKS_MIN)}`, pass: tasks >= TASKS_MIN },
    memoryCheck(`${id}-memory`, peak),
  ];
}

/** Returns the check of the memory of all processes of the server against the budget. */
export function memoryCheck(id: string, peak: number): Check {
  return {
    id,
    value: Number((peak / GIBIBYTE).toPrecision(3)),
    unit: 'GiB',
    target: `<= ${String(MEMORY_BYTES / GIBIBYTE)}`,
    pass: peak <= MEMORY_BYTES,
    note: 'proportional set size of the server and all processes below it, the most at one time',
  };
}
