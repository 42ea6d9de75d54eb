import { DuckDBInstance } from '@duckdb/node-api';
import { assert, locationToPath } from '../../../spi/index.ts';
import { openWarehouse } from '../../../storage/index.ts';
import { closedDataService } from '../../unit/storage/fixture/closed-data-service.ts';
import { CRASH_TABLE } from './crash-table.ts';

/** What is in the crash table, against what was acknowledged. */
export interface Findings {
  readonly rows: number;
  /** Acknowledged appends of which a half or both are missing. */
  readonly lost: number;
  /** Appends, acknowledged or not, of which only a half is there. */
  readonly halved: number;
  /** Appends that are there more than once. */
  readonly doubled: number;
  /** Why the table cannot be read, null when it can. */
  readonly failure: string | null;
}

/** Makes a warehouse with the empty crash table. */
export async function makeCrashTable(directory: string): Promise<void> {
  const warehouse = await openWarehouse({ directory, dataService: closedDataService(), onLog: () => undefined });
  await warehouse.writer.createTable(CRASH_TABLE, 'fail');
  await warehouse.close();
}

/** Opens the warehouse as a new process would and compares its rows, and its files' checksums, with what was acknowledged. */
export async function inspectTable(directory: string, acknowledged: ReadonlySet<number>): Promise<Findings> {
  try {
    return judgeHalves(await readHalves(directory), acknowledged);
  } catch (error) {
    return { rows: 0, lost: acknowledged.size, halved: 0, doubled: 0, failure: String(error) };
  }
}

/** Compares how often each half of each append is there with what was acknowledged. */
export function judgeHalves(halves: ReadonlyMap<number, ReadonlyMap<number, number>>, acknowledged: ReadonlySet<number>): Findings {
  let lost = 0;
  let halved = 0;
  let doubled = 0;
  for (const id of acknowledged) if (halves.get(id)?.size !== 2) lost += 1;
  for (const counts of halves.values()) {
    if (counts.size !== 2) halved += 1;
    if ([...counts.values()].some((count) => count > 1)) doubled += 1;
  }
  return { rows: halves.size, lost, halved, doubled, failure: null };
}

/** Returns how often each half of each append is in the table. */
async function readHalves(directory: string): Promise<ReadonlyMap<number, ReadonlyMap<number, number>>> {
  const warehouse = await openWarehouse({ directory, dataService: closedDataService(), onLog: () => undefined });
  try {
    const table = await warehouse.catalog.resolve(CRASH_TABLE.name);
    assert(table?.kind === 'table', 'the crash table is there');
    const request = { table: table.ref, snapshotId: table.snapshotId, schemaId: table.schemaId, columns: [], filter: null };
    const { splits } = await warehouse.source.plan(request);
    await warehouse.verify(CRASH_TABLE.name);
    return await countHalves(splits.map((split) => locationToPath(split.uri)));
  } finally {
    await warehouse.close();
  }
}

async function countHalves(paths: readonly string[]): Promise<ReadonlyMap<number, ReadonlyMap<number, number>>> {
  const halves = new Map<number, Map<number, number>>();
  if (paths.length === 0) return halves;
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const list = paths.map((path) => `'${path}'`).join(', ');
  const rows = await connection.runAndReadAll(`SELECT id::INTEGER, half, count(*)::INTEGER FROM read_parquet([${list}]) GROUP BY ALL`);
  for (const [id, half, count] of rows.getRows()) {
    const counts = halves.get(Number(id)) ?? new Map<number, number>();
    counts.set(Number(half), Number(count));
    halves.set(Number(id), counts);
  }
  connection.closeSync();
  instance.closeSync();
  return halves;
}
