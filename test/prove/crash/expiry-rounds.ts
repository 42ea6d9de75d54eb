import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { locationToPath, PlatformError, type WriteGoal } from '../../../spi/index.ts';
import { openWarehouse, type Warehouse } from '../../../storage/index.ts';
import { closedDataService } from '../../unit/storage/fixture/closed-data-service.ts';
import { filesOf, idTable, tableOf, writeIds } from '../../unit/storage/fixture/open-warehouse.ts';
import type { Check } from '../proof.ts';

/** What is found after an expiry was killed. Units: files, and snapshots. */
interface Findings {
  /** Data files that are missing although a snapshot of the table refers to them. */
  readonly lost: number;
  readonly forgotten: number;
  /** Data files that no snapshot refers to. */
  readonly left: number;
}

const open = (directory: string): Promise<Warehouse> =>
  openWarehouse({ directory, dataService: closedDataService(), onLog: () => undefined });

/** Kills an expiry of snapshots between its commit and the removal of files: nothing that a snapshot refers to may be lost, and the next expiry removes what
 *  is left. An expiry that removes files first is seen to lose some. */
export async function killExpiry(directory: string, log: (line: string) => void): Promise<Check[]> {
  const real = await killAt(join(directory, 'real'), 'between-commit-and-removal');
  const swept = await sweep(join(directory, 'real'), real.snapshotIds);
  const mutant = await killAt(join(directory, 'mutant'), 'mutant-files-first');
  log(
    `expiry killed: ${JSON.stringify(real.found)}, after the next: ${JSON.stringify(swept)}; files first: ${JSON.stringify(mutant.found)}`,
  );
  const check = (id: string, value: number, unit: string, target: string, pass: boolean): Check => ({ id, value, unit, target, pass });
  const { lost, forgotten, left } = real.found;
  return [
    check('kill-expiry-forgotten', forgotten, 'snapshots', '2', forgotten === 2),
    check('kill-expiry-lost', lost, 'files', '0', lost === 0),
    check('kill-expiry-left', left, 'files', '1', left === 1),
    check('kill-expiry-left-after-the-next', swept.left, 'files', '0', swept.left === 0 && swept.lost === 0),
    check('mutant-files-first-lost', mutant.found.lost, 'files', '> 0', mutant.found.lost > 0),
  ];
}

async function killAt(directory: string, point: string): Promise<{ readonly found: Findings; readonly snapshotIds: readonly string[] }> {
  const snapshotIds = await makeTable(directory);
  const program = fileURLToPath(new URL('./expiry-that-dies.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', program, directory, point], { stdio: 'ignore' });
  await once(child, 'exit');
  return { found: await within(directory, (warehouse) => inspect(warehouse, directory, snapshotIds)), snapshotIds };
}

/** A table of three snapshots, the first of which has a file that the others do not have. */
function makeTable(directory: string): Promise<readonly string[]> {
  return within(directory, async (warehouse) => {
    await warehouse.writer.createTable(idTable('t'), 'fail');
    const { ref: table } = await tableOf(warehouse, 't');
    const write = async (kind: 'append' | 'overwrite', id: number): Promise<string> => {
      const goal: WriteGoal = { kind, table };
      return (await writeIds(warehouse, goal, [id], String(id))).snapshotId;
    };
    return [await write('append', 1), await write('overwrite', 2), await write('append', 3)];
  });
}

function sweep(directory: string, snapshotIds: readonly string[]): Promise<Findings> {
  return within(directory, async (warehouse) => {
    const { ref } = await tableOf(warehouse, 't');
    const run = { signal: new AbortController().signal, onProgress: () => undefined };
    await warehouse.maintenance.expireSnapshots(ref, { olderThanMs: Date.now() + 1000 }, run);
    await warehouse.verify({ schema: 'main', name: 't' });
    return inspect(warehouse, directory, snapshotIds);
  });
}

async function within<Result>(directory: string, work: (warehouse: Warehouse) => Promise<Result>): Promise<Result> {
  const warehouse = await open(directory);
  try {
    return await work(warehouse);
  } finally {
    await warehouse.close();
  }
}

async function inspect(warehouse: Warehouse, directory: string, snapshotIds: readonly string[]): Promise<Findings> {
  const table = await tableOf(warehouse, 't');
  const referenced = new Set<string>();
  let [lost, forgotten] = [0, 0];
  for (const snapshotId of snapshotIds) {
    try {
      for (const uri of await filesOf(warehouse, { ...table, snapshotId })) referenced.add(locationToPath(uri));
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error;
      if (error.code === 'CATALOG_UNKNOWN_SNAPSHOT') forgotten += 1;
      // Its list of files is gone.
      else lost += 1;
    }
  }
  for (const path of referenced) if (!existsSync(path)) lost += 1;
  const there = dataFilesBelow(directory);
  return { lost, forgotten, left: there.filter((path) => !referenced.has(path)).length };
}

function dataFilesBelow(directory: string): readonly string[] {
  const names = readdirSync(join(directory, 'tables'), { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.parquet')).map((name) => join(directory, 'tables', name));
}
