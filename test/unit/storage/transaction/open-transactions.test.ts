import { readdir, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { locationToPath, type MaintenanceRun, type TableTransaction } from '../../../../spi/index.ts';
import { superviseCommitter } from '../../../../storage/committer/supervised-committer.ts';
import { localFileSystem } from '../../../../storage/file/local-file-system.ts';
import { openWarehouse, type Warehouse } from '../../../../storage/index.ts';
import { closedDataService } from '../fixture/closed-data-service.ts';
import { filesOf, idTable, openTemporaryWarehouse, tableOf, type TemporaryWarehouse, writeIds } from '../fixture/open-warehouse.ts';

const RUN: MaintenanceRun = { signal: new AbortController().signal, onProgress: () => undefined };
const NAME = { schema: 'main', name: 't' };
const COMMITTER = new URL('../../../../storage/committer/committer-main.ts', import.meta.url);

let temporary: TemporaryWarehouse | null = null;
const others: Warehouse[] = [];

/** Opens a warehouse with the table `t`, whose log names one old metadata file. */
async function openTable(): Promise<TemporaryWarehouse> {
  temporary = await openTemporaryWarehouse();
  await temporary.warehouse.writer.createTable({ ...idTable('t'), properties: { 'write.metadata.previous-versions-max': '1' } }, 'fail');
  await append(temporary.warehouse, 1);
  return temporary;
}

/** Opens the same warehouse as another process would. */
async function openAgain({ directory }: TemporaryWarehouse): Promise<Warehouse> {
  const other = await openWarehouse({ directory, dataService: closedDataService(), onLog: () => undefined });
  others.push(other);
  return other;
}

/** Forgets all snapshots but the newest, without asking anybody who reads them. */
async function forgetOld({ directory, warehouse }: TemporaryWarehouse): Promise<void> {
  const committer = await superviseCommitter({
    entry: COMMITTER,
    warehouseDirectory: directory,
    retriesMax: 3,
    env: {},
    onLog: () => undefined,
  });
  const { ref: table } = await tableOf(warehouse, 't');
  const rules = { olderThanMs: Date.now() + 1000 };
  await committer.run({ kind: 'maintain', request: { kind: 'expire_snapshots', table, rules, pinned: [], othersRead: false } });
  await committer.close();
}

afterEach(async () => {
  for (const other of others.splice(0)) await other.close();
  await temporary?.remove();
  temporary = null;
});

const append = async (warehouse: Warehouse, id: number) =>
  writeIds(warehouse, { kind: 'append', table: (await tableOf(warehouse, 't')).ref }, [id], `append ${String(id)}`);

const overwrite = async (warehouse: Warehouse, id: number) =>
  writeIds(warehouse, { kind: 'overwrite', table: (await tableOf(warehouse, 't')).ref }, [id], `overwrite ${String(id)}`);

const within = (warehouse: Warehouse, { catalog, sink }: TableTransaction): Warehouse => ({ ...warehouse, catalog, sink });

async function expireAll(warehouse: Warehouse) {
  return warehouse.maintenance.expireSnapshots((await tableOf(warehouse, 't')).ref, { olderThanMs: Date.now() + 1000 }, RUN);
}

/** Returns whether the files that the transaction reads are all there. */
async function readsItsFiles(warehouse: Warehouse, transaction: TableTransaction): Promise<boolean> {
  const files = await filesOf(warehouse, await tableOf(within(warehouse, transaction), 't'));
  const sizes = await Promise.all(files.map((uri) => localFileSystem().size(locationToPath(uri))));
  return sizes.length > 0 && !sizes.includes(null);
}

async function metadataFolder(warehouse: Warehouse): Promise<string> {
  const [file = ''] = await filesOf(warehouse, await tableOf(warehouse, 't'));
  return join(dirname(locationToPath(file)), '../../metadata');
}

const versionsOf = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder)).filter((name) => name.endsWith('.metadata.json')).map((name) => name.slice(0, 5));

describe('what an open transaction reads', () => {
  it('outlives an expiry of all old snapshots, and goes with the next one', async () => {
    const { warehouse } = await openTable();
    const transaction = warehouse.transactions.begin();
    await overwrite(warehouse, 2);
    expect(await expireAll(warehouse)).toMatchObject({ snapshots: 0, pinnedSnapshots: 1, dataFiles: 0 });
    expect(await readsItsFiles(warehouse, transaction)).toBe(true);
    await transaction.abort();
    expect(await expireAll(warehouse)).toMatchObject({ snapshots: 1, pinnedSnapshots: 0, dataFiles: 1 });
  });

  it('is read as of the begin although other commits have let its metadata file go', async () => {
    const { warehouse } = await openTable();
    const transaction = warehouse.transactions.begin();
    for (const id of [2, 3, 4, 5]) await overwrite(warehouse, id);
    expect(await tableOf(within(warehouse, transaction), 't')).toMatchObject({ rows: 1 });
    expect(await readsItsFiles(warehouse, transaction)).toBe(true);
    await append(within(warehouse, transaction), 6);
    expect(await tableOf(within(warehouse, transaction), 't')).toMatchObject({ rows: 2 });
    await transaction.commit();
    expect(await tableOf(warehouse, 't')).toMatchObject({ rows: 2 });
    await overwrite(warehouse, 7);
    expect((await versionsOf(await metadataFolder(warehouse))).length).toBe(2);
  });

  it('is read although the table has forgotten its snapshot since', async () => {
    const opened = await openTable();
    const { warehouse } = opened;
    const transaction = warehouse.transactions.begin();
    await overwrite(warehouse, 2);
    await forgetOld(opened);
    expect(await warehouse.catalog.history(NAME)).toHaveLength(1);
    expect(await readsItsFiles(warehouse, transaction)).toBe(true);
  });

  it('is in conflict when another process has let its metadata file go, and damage stays damage', async () => {
    const opened = await openTable();
    const other = await openAgain(opened);
    // The process that made the table still knows what the file said.
    const warehouse = await openAgain(opened);
    const transaction = warehouse.transactions.begin();
    for (const id of [2, 3, 4, 5]) await append(other, id);
    const begun = within(warehouse, transaction);
    await expect(tableOf(begun, 't')).rejects.toMatchObject({ code: 'STORAGE_CONFLICT', details: { schema: 'main', table: 't' } });
    await expect(begun.catalog.history(NAME)).rejects.toMatchObject({ code: 'STORAGE_CONFLICT' });
    const folder = await metadataFolder(other);
    const current =
      (await readdir(folder))
        .filter((name) => name.endsWith('.metadata.json'))
        .sort()
        .at(-1) ?? '';
    await localFileSystem().remove(join(folder, current));
    const later = await openAgain(opened);
    await expect(tableOf(within(later, later.transactions.begin()), 't')).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' });
  });
});

describe('what an open transaction has staged', () => {
  it('outlives an expiry and a forced sweep of orphans, and is committed then', async () => {
    const opened = await openTable();
    const { warehouse } = opened;
    const transaction = warehouse.transactions.begin();
    await append(within(warehouse, transaction), 2);
    await overwrite(warehouse, 3);
    await expireAll(warehouse);
    const folder = await metadataFolder(warehouse);
    for (const name of await readdir(folder)) await utimes(join(folder, name), 1_000_000, 1_000_000);
    const { ref } = await tableOf(warehouse, 't');
    await warehouse.maintenance.removeOrphanFiles(ref, { olderThanMs: Date.now() + 1000, dryRun: false }, RUN);
    expect(await tableOf(within(warehouse, transaction), 't')).toMatchObject({ rows: 2 });
    expect(await readsItsFiles(warehouse, transaction)).toBe(true);
    await transaction.commit();
    await opened.reopen();
    expect(await tableOf(opened.warehouse, 't')).toMatchObject({ rows: 2 });
    expect(await opened.warehouse.verify(NAME)).toMatchObject({ files: 2 });
  });

  it('outlives a forced sweep by another process while it is younger than a day', async () => {
    const opened = await openTable();
    const { warehouse } = opened;
    const other = await openAgain(opened);
    const transaction = warehouse.transactions.begin();
    await append(within(warehouse, transaction), 2);
    const folder = await metadataFolder(warehouse);
    const hourAgo = Date.now() / 1000 - 3600;
    for (const name of await readdir(folder)) await utimes(join(folder, name), hourAgo, hourAgo);
    const { ref } = await tableOf(warehouse, 't');
    await other.maintenance.removeOrphanFiles(ref, { olderThanMs: Date.now() + 1000, dryRun: false }, RUN);
    await transaction.commit();
    await opened.reopen();
    expect(await opened.warehouse.verify(NAME)).toMatchObject({ files: 2 });
  });
});

describe('readers in other processes', () => {
  it('keep a snapshot that was current within the last day, however old it is', async () => {
    const opened = await openTable();
    await overwrite(opened.warehouse, 2);
    await openAgain(opened);
    expect(await expireAll(opened.warehouse)).toMatchObject({ snapshots: 0, pinnedSnapshots: 1 });
  });
});
