import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assert, type Expression, type TableSnapshot, type TableSpec } from '../../../spi/index.ts';
import { openWarehouse, type Warehouse } from '../../../storage/index.ts';
import { closedDataService } from './fixture/closed-data-service.ts';
import { stageRows } from './fixture/stage-rows.ts';

const EVENTS: TableSpec = {
  name: { schema: 'main', name: 'Events' },
  columns: [
    { name: 'id', type: { kind: 'bigint' }, nullable: false },
    { name: 'word', type: { kind: 'varchar' }, nullable: true },
  ],
  partitioning: [],
  properties: {},
  comment: 'what happened',
};

let directory: string;
let warehouse: Warehouse;
const log: string[] = [];

const open = (): Promise<Warehouse> => openWarehouse({ directory, dataService: closedDataService(), onLog: (line) => void log.push(line) });

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'warehouse é-'));
  warehouse = await open();
});

afterEach(async () => {
  await warehouse.close();
  await rm(directory, { recursive: true });
});

async function table(name = 'events'): Promise<TableSnapshot> {
  const found = await warehouse.catalog.resolve({ schema: 'MAIN', name });
  assert(found?.kind === 'table', `there is a table ${name}`);
  return found;
}

async function append(query: string, key: string, kind: 'append' | 'overwrite' = 'append') {
  const transaction = await warehouse.sink.begin({ kind, table: (await table()).ref });
  return transaction.commit([await stageRows(transaction, 'task', query)], key);
}

async function plan(filter: Expression | null = null) {
  const found = await table();
  const columns = found.fields.map((field, index) => ({ ...field, id: 10 + index, fieldId: field.id }));
  return warehouse.source.plan({ table: found.ref, snapshotId: found.snapshotId, schemaId: found.schemaId, columns, filter });
}

describe('a warehouse', () => {
  it('has the schema main when it is new', async () => {
    expect(await warehouse.catalog.schemas()).toEqual(['main']);
  });

  it('finds a table by any case of its name and gives the name as it was spelt', async () => {
    await warehouse.writer.createTable(EVENTS, 'fail');
    const found = await table('eVENTS');
    expect(found.ref.name).toBe('Events');
    expect(found).toMatchObject({ snapshotId: null, rows: 0, comment: 'what happened', properties: {} });
    expect(found.fields.map(({ id, name }) => [id, name])).toEqual([
      [1, 'id'],
      [2, 'word'],
    ]);
  });

  it('shows appended rows in the next plan, and only the files that the filter may find something in', async () => {
    await warehouse.writer.createTable(EVENTS, 'fail');
    const first = await append("SELECT i AS id, 'w' || i AS word FROM range(100) r(i)", 'a');
    const second = await append('SELECT 1000 + i AS id, NULL::VARCHAR AS word FROM range(10) r(i)', 'b');
    expect(first.rows + second.rows).toBe(110);
    expect(await plan()).toMatchObject({ rows: 110, filesTotal: 2, filesSkipped: 0, residual: null });
    const filter: Expression = {
      kind: 'call',
      function: 'gt',
      arguments: [
        { kind: 'column', id: 10, type: { kind: 'bigint' } },
        { kind: 'literal', type: { kind: 'bigint' }, value: '500' },
      ],
      type: { kind: 'boolean' },
    };
    expect(await plan(filter)).toMatchObject({ rows: 10, filesTotal: 2, filesSkipped: 1 });
    expect(await table()).toMatchObject({ rows: 110, files: 2, snapshotId: second.snapshotId });
  });

  it('commits a key once', async () => {
    await warehouse.writer.createTable(EVENTS, 'fail');
    const first = await append("SELECT 1 AS id, 'x' AS word", 'same');
    const again = await append("SELECT 1 AS id, 'x' AS word", 'same');
    expect(again).toEqual({ ...first, repeated: true });
    expect(await warehouse.sink.committed(first.table, 'same')).toEqual(again);
    expect((await plan()).rows).toBe(1);
  });

  it('replaces all rows by an overwrite and still reads the snapshot before it', async () => {
    await warehouse.writer.createTable(EVENTS, 'fail');
    const old = await append("SELECT i AS id, 'old' AS word FROM range(5) r(i)", 'a');
    await append("SELECT i AS id, 'new' AS word FROM range(3) r(i)", 'b', 'overwrite');
    expect((await plan()).rows).toBe(3);
    const past = await warehouse.catalog.resolve(EVENTS.name, { kind: 'snapshot', snapshotId: old.snapshotId });
    expect(past).toMatchObject({ rows: 5, snapshotId: old.snapshotId });
    const history = await warehouse.catalog.history(EVENTS.name);
    expect(history.map((entry) => entry.operation)).toEqual(['append', 'overwrite']);
    const atOld = await warehouse.catalog.resolve(EVENTS.name, { kind: 'timestamp', atMs: history[0]?.committedAtMs ?? 0 });
    expect(atOld).toMatchObject({ snapshotId: old.snapshotId });
    await expect(warehouse.catalog.resolve(EVENTS.name, { kind: 'timestamp', atMs: 0 })).rejects.toMatchObject({
      code: 'CATALOG_UNKNOWN_SNAPSHOT',
    });
  });

  it('creates a table with its first rows in one step', async () => {
    const transaction = await warehouse.sink.begin({ kind: 'create', spec: EVENTS, ifExists: 'fail' });
    const fragment = await stageRows(transaction, 't', "SELECT 7 AS id, 'seven' AS word");
    expect(await warehouse.catalog.resolve(EVENTS.name)).toBeNull();
    await transaction.commit([fragment], 'k');
    expect(await table()).toMatchObject({ rows: 1, comment: 'what happened' });
  });

  it('keeps everything when it is closed and opened again', async () => {
    await warehouse.writer.createTable(EVENTS, 'fail');
    await append("SELECT i AS id, 'w' AS word FROM range(5) r(i)", 'a');
    await warehouse.close();
    warehouse = await open();
    expect((await plan()).rows).toBe(5);
    expect(await warehouse.verify(EVENTS.name)).toMatchObject({ files: 1, filesWithoutChecksum: 0 });
  });
});
