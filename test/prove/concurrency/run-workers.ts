import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { openWarehouse, type Warehouse } from '../../../storage/index.ts';
import { closedDataService } from '../../unit/storage/fixture/closed-data-service.ts';
import { idTable } from '../../unit/storage/fixture/open-warehouse.ts';
import { writeParquet } from '../../unit/storage/fixture/stage-rows.ts';
import { type History, PAIRED_TABLES, SINGLE_TABLE, type TransactionEvent } from './history.ts';
import { readElements } from './read-elements.ts';

/** How the processes work. */
export interface WorkPlan {
  readonly directory: string;
  readonly committerEntry: string;
  readonly processes: number;
  /** Commits of each process: to the single table, and as transactions. */
  readonly commits: number;
  readonly seed: number;
  /** Lets each process commit a pair of tables between the reads of the two in each of its transactions, whatever the machine's load. */
  readonly interleaved: boolean;
  readonly mutant: 'stale-reads' | 'unpinned-reads' | null;
}

/** A line that a worker tells. */
interface Told {
  readonly transaction?: TransactionEvent;
  readonly appended?: string;
  readonly failure?: string;
}

/** Lets processes change one new warehouse at the same time, each with a committer of its own, and returns what they did. */
export async function runWorkers(plan: WorkPlan): Promise<History> {
  const open = (): Promise<Warehouse> =>
    openWarehouse({ directory: join(plan.directory, 'warehouse'), dataService: closedDataService(), onLog: () => undefined });
  const maker = await open();
  for (const name of [SINGLE_TABLE, ...PAIRED_TABLES]) await maker.writer.createTable(idTable(name), 'fail');
  await maker.close();
  const template = join(plan.directory, 'row.parquet');
  await writeParquet(template, [{ id: 1, name: 'id', type: { kind: 'bigint' }, nullable: true }], 'SELECT 1::BIGINT AS id');
  const told = (await Promise.all(Array.from({ length: plan.processes }, (_, index) => runWorker(plan, template, index)))).flat();
  return {
    transactions: told.flatMap(({ transaction }) => transaction ?? []),
    appended: told.flatMap(({ appended }) => appended ?? []),
    failures: told.flatMap(({ failure }) => failure ?? []),
    final: await readAll(open),
  };
}

async function runWorker(plan: WorkPlan, template: string, index: number): Promise<readonly Told[]> {
  const program = fileURLToPath(new URL('./worker.ts', import.meta.url));
  const words = [join(plan.directory, 'warehouse'), plan.committerEntry, template, String(index), String(plan.commits), String(plan.seed)];
  const modes = [plan.interleaved ? 'interleaved' : '', plan.mutant ?? ''];
  const child = spawn(process.execPath, ['--import', 'tsx', program, ...words, ...modes], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const told: Told[] = [];
  for await (const line of createInterface({ input: child.stdout })) told.push(JSON.parse(line) as Told);
  return told;
}

async function readAll(open: () => Promise<Warehouse>): Promise<History['final']> {
  const warehouse = await open();
  try {
    const final: Record<string, readonly string[]> = {};
    for (const name of [SINGLE_TABLE, ...PAIRED_TABLES]) {
      final[name] = (await readElements(warehouse, warehouse.catalog, name)).map(({ element }) => element);
      await warehouse.verify({ schema: 'main', name });
    }
    return final;
  } finally {
    await warehouse.close();
  }
}
