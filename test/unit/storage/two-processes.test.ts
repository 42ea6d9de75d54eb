import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assert, type TableSnapshot, type TableSpec } from '../../../spi/index.ts';
import { openWarehouse, type Warehouse } from '../../../storage/index.ts';
import { closedDataService } from './fixture/closed-data-service.ts';
import { stageRows } from './fixture/stage-rows.ts';

const SPEC: TableSpec = {
  name: { schema: 'main', name: 't' },
  columns: [{ name: 'id', type: { kind: 'bigint' }, nullable: true }],
  partitioning: [],
  properties: {},
  comment: null,
};

let directory: string;
let warehouses: Warehouse[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'two-'));
  const open = (): Promise<Warehouse> => openWarehouse({ directory, dataService: closedDataService(), onLog: () => undefined });
  warehouses = await Promise.all([open(), open()]);
});

afterEach(async () => {
  for (const warehouse of warehouses) await warehouse.close();
  await rm(directory, { recursive: true });
});

async function tableOf(warehouse: Warehouse): Promise<TableSnapshot> {
  const found = await warehouse.catalog.resolve(SPEC.name);
  assert(found?.kind === 'table', 'the table is there');
  return found;
}

describe('two committers of one warehouse', () => {
  it('lose none of the appends that race, and each sees the other’s at once', async () => {
    const [first, second] = warehouses;
    assert(first !== undefined && second !== undefined, 'two are open');
    await first.writer.createTable(SPEC, 'fail');
    expect((await tableOf(second)).rows).toBe(0);
    const appends = warehouses.flatMap((warehouse, side) =>
      [0, 1, 2, 3].map(async (task) => {
        const transaction = await warehouse.sink.begin({ kind: 'append', table: (await tableOf(warehouse)).ref });
        const fragment = await stageRows(transaction, 'task', `SELECT ${String(side * 4 + task)}::BIGINT AS id`);
        await transaction.commit([fragment], `${String(side)}-${String(task)}`);
      }),
    );
    await Promise.all(appends);
    expect((await tableOf(first)).rows).toBe(8);
    expect((await tableOf(second)).rows).toBe(8);
    expect((await second.catalog.history(SPEC.name)).map((entry) => entry.sequenceNumber)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('let one table be created once', async () => {
    const outcomes = await Promise.allSettled(warehouses.map((warehouse) => warehouse.writer.createTable(SPEC, 'fail')));
    expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(outcomes.find((outcome) => outcome.status === 'rejected')?.reason).toMatchObject({ code: 'CATALOG_EXISTS' });
  });
});
