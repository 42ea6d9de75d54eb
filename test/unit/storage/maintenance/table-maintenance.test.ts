import { existsSync } from 'node:fs';
import { readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { locationToPath, type MaintenanceRun, PlatformError, type TableRef } from '../../../../spi/index.ts';
import { openWarehouse } from '../../../../storage/index.ts';
import { closedDataService } from '../fixture/closed-data-service.ts';
import { filesOf, idTable, openTemporaryWarehouse, tableOf, type TemporaryWarehouse, writeIds } from '../fixture/open-warehouse.ts';
import { writeParquet } from '../fixture/stage-rows.ts';

const RUN: MaintenanceRun = { signal: new AbortController().signal, onProgress: () => undefined };
const NAME = { schema: 'main', name: 't' };

let opened: TemporaryWarehouse;
let table: TableRef;

beforeEach(async () => {
  opened = await openTemporaryWarehouse();
  await opened.warehouse.writer.createTable(idTable('t'), 'fail');
  table = (await tableOf(opened.warehouse, 't')).ref;
});

afterEach(() => opened.remove());

const write = (kind: 'append' | 'overwrite', ids: readonly number[]): Promise<{ readonly snapshotId: string }> =>
  writeIds(opened.warehouse, { kind, table }, ids, `${kind} ${ids.join()}`);

const historyIds = async (): Promise<readonly string[]> =>
  (await opened.warehouse.catalog.history(NAME)).map(({ snapshotId }) => snapshotId);

describe('expiring snapshots', () => {
  const now = (): { readonly olderThanMs: number } => ({ olderThanMs: Date.now() + 1000 });

  it('forgets all but the newest, and removes the files that only they read', async () => {
    const { warehouse } = opened;
    await write('append', [1]);
    const old = await filesOf(warehouse, await tableOf(warehouse, 't'));
    const { snapshotId } = await write('overwrite', [2]);
    const result = await warehouse.maintenance.expireSnapshots(table, now(), RUN);
    expect(result).toMatchObject({ snapshots: 1, pinnedSnapshots: 0, dataFiles: 1, metadataFiles: 3 });
    expect(await historyIds()).toEqual([snapshotId]);
    expect(old.map((uri) => existsSync(locationToPath(uri)))).toEqual([false]);
    expect(await warehouse.verify(NAME)).toMatchObject({ files: 1 });
    expect(await warehouse.maintenance.expireSnapshots(table, now(), RUN)).toMatchObject({ snapshots: 0, dataFiles: 0, metadataFiles: 0 });
  });

  it('keeps as many as it is told, and what the table says where it is told nothing', async () => {
    for (const id of [1, 2, 3]) await write('append', [id]);
    expect(await opened.warehouse.maintenance.expireSnapshots(table, {}, RUN)).toMatchObject({ snapshots: 0 });
    expect(await opened.warehouse.maintenance.expireSnapshots(table, { ...now(), retainLast: 2 }, RUN)).toMatchObject({
      snapshots: 1,
      dataFiles: 0,
    });
    expect(await historyIds()).toHaveLength(2);
  });

  it('keeps what somebody reads, and its files', async () => {
    const { warehouse } = opened;
    const { snapshotId } = await write('append', [1]);
    const old = await tableOf(warehouse, 't');
    await write('overwrite', [2]);
    warehouse.maintenance.protect(() => Promise.resolve([{ table: { schema: 'MAIN', name: 'T' }, snapshotId }]));
    expect(await warehouse.maintenance.expireSnapshots(table, now(), RUN)).toMatchObject({
      snapshots: 0,
      pinnedSnapshots: 1,
      dataFiles: 0,
    });
    expect(await filesOf(warehouse, old)).toHaveLength(1);
  });

  it('keeps the files of a snapshot that was found just before it was forgotten', async () => {
    const { warehouse } = opened;
    const { snapshotId } = await write('append', [1]);
    const [file = ''] = await filesOf(warehouse, await tableOf(warehouse, 't'));
    await write('overwrite', [2]);
    let asked = 0;
    warehouse.maintenance.protect(() => {
      asked += 1;
      return Promise.resolve(asked === 1 ? [] : [{ table: NAME, snapshotId }]);
    });
    expect(await warehouse.maintenance.expireSnapshots(table, now(), RUN)).toMatchObject({ snapshots: 1, dataFiles: 0 });
    expect(existsSync(locationToPath(file))).toBe(true);
  });

  it('keeps what is younger than a day while another process has the warehouse open', async () => {
    const { warehouse, directory } = opened;
    await write('append', [1]);
    await write('overwrite', [2]);
    const other = await openWarehouse({ directory, dataService: closedDataService(), onLog: () => undefined });
    try {
      expect(await warehouse.maintenance.expireSnapshots(table, now(), RUN)).toMatchObject({ snapshots: 0, pinnedSnapshots: 1 });
    } finally {
      await other.close();
    }
    expect(await warehouse.maintenance.expireSnapshots(table, now(), RUN)).toMatchObject({ snapshots: 1, dataFiles: 1 });
  });

  it('goes on where it was interrupted between the commit and the removal', async () => {
    const { warehouse } = opened;
    await write('append', [1]);
    const [file = ''] = await filesOf(warehouse, await tableOf(warehouse, 't'));
    await write('overwrite', [2]);
    let asked = 0;
    warehouse.maintenance.protect(() => {
      asked += 1;
      return asked === 2 ? Promise.reject(new PlatformError('ENGINE_CANCELLED', 'interrupted')) : Promise.resolve([]);
    });
    await expect(warehouse.maintenance.expireSnapshots(table, now(), RUN)).rejects.toMatchObject({ code: 'ENGINE_CANCELLED' });
    expect(await historyIds()).toHaveLength(1);
    expect(existsSync(locationToPath(file))).toBe(true);
    expect(await warehouse.maintenance.expireSnapshots(table, now(), RUN)).toMatchObject({ snapshots: 0, dataFiles: 1 });
    expect(existsSync(locationToPath(file))).toBe(false);
  });
});

describe('removing orphan files', () => {
  it('lists and removes old files that nothing refers to, and nothing else', async () => {
    const { warehouse, directory } = opened;
    await write('append', [1]);
    const [file = ''] = await filesOf(warehouse, await tableOf(warehouse, 't'));
    const [schema = ''] = await readdir(join(directory, 'tables'));
    const [folder = ''] = await readdir(join(directory, 'tables', schema));
    const data = join(directory, 'tables', schema, folder, 'data');
    const orphan = join(data, 'left.parquet');
    const young = join(data, 'young.parquet');
    await writeFile(orphan, 'left');
    await writeFile(young, 'young');
    for (const path of [orphan, locationToPath(file)]) await utimes(path, 1_000_000, 1_000_000);
    const rules = { olderThanMs: Date.now() + 1000, dryRun: true };
    const found = [{ location: `file://${orphan}`, bytes: 4 }];
    expect(await warehouse.maintenance.removeOrphanFiles(table, rules, RUN)).toEqual(found);
    expect(existsSync(orphan)).toBe(true);
    expect(await warehouse.maintenance.removeOrphanFiles(table, { ...rules, dryRun: false }, RUN)).toEqual(found);
    expect([orphan, young, locationToPath(file)].map((path) => existsSync(path))).toEqual([false, true, true]);
    expect(await warehouse.verify(NAME)).toMatchObject({ files: 1 });
  });
});

describe('changing the current snapshot', () => {
  it('makes an earlier one current, from which writing goes on', async () => {
    const { warehouse } = opened;
    const first = await write('append', [1]);
    const second = await write('append', [2]);
    const { maintenance } = warehouse;
    expect(await maintenance.setCurrentSnapshot(table, first.snapshotId, true)).toEqual({ previousSnapshotId: second.snapshotId });
    expect(await tableOf(warehouse, 't')).toMatchObject({ snapshotId: first.snapshotId, rows: 1 });
    await write('append', [3]);
    expect(await tableOf(warehouse, 't')).toMatchObject({ rows: 2 });
    await maintenance.setCurrentSnapshot(table, second.snapshotId, false);
    expect(await tableOf(warehouse, 't')).toMatchObject({ snapshotId: second.snapshotId, rows: 2 });
    await expect(maintenance.setCurrentSnapshot(table, '7', true)).rejects.toMatchObject({ code: 'CATALOG_UNKNOWN_SNAPSHOT' });
  });
});

describe('rewriting manifests', () => {
  it('leaves one where there were many, with the same files under the same sequence numbers', async () => {
    const { warehouse } = opened;
    for (const id of [1, 2, 3]) await write('append', [id]);
    const entries = async (): Promise<readonly unknown[]> => {
      const { snapshotId } = await tableOf(warehouse, 't');
      const { rows } = await warehouse.catalog.metadataTable(NAME, 'entries', snapshotId);
      return rows.map(([, snapshot, sequence, , , path]) => [snapshot, sequence, path]).sort();
    };
    const before = await entries();
    const result = await warehouse.maintenance.rewriteManifests(table);
    expect(result).toMatchObject({ before: 3, after: 1 });
    expect(await entries()).toEqual(before);
    expect(await tableOf(warehouse, 't')).toMatchObject({ snapshotId: result.snapshotId, rows: 3, files: 3 });
    expect(await warehouse.maintenance.rewriteManifests(table)).toEqual({ before: 1, after: 1, snapshotId: null });
    expect(await warehouse.maintenance.verify(table, RUN)).toMatchObject({ files: 3, filesWithoutChecksum: 0 });
  });
});

describe('rewriting manifests of delete files', () => {
  it('leaves one of them beside one of data files, and the same deletes for each file', async () => {
    const { warehouse } = opened;
    const positions = [
      { id: 2147483546, name: 'file_path', type: { kind: 'varchar' as const }, nullable: false },
      { id: 2147483545, name: 'pos', type: { kind: 'bigint' as const }, nullable: false },
    ];
    for (const id of [1, 2]) await write('append', [id, id + 10]);
    for (const file of await filesOf(warehouse, await tableOf(warehouse, 't'))) {
      const transaction = await warehouse.sink.begin({ kind: 'rewrite', table, removes: [] });
      const { directory } = await transaction.target('positions', 1);
      const written = await writeParquet(join(directory, 'd.parquet'), positions, `SELECT '${file}' AS file_path, 0::BIGINT AS pos`);
      await transaction.commit([{ task: 'positions', attempt: 1, files: [{ ...written, deletes: file }] }], file);
    }
    const deletesNow = async () => {
      const { snapshotId, schemaId } = await tableOf(warehouse, 't');
      const request = { table, snapshotId, schemaId, columns: [], filter: null, deletes: true };
      const { splits } = await warehouse.source.plan(request);
      return splits.map(({ uri, deletes }) => [uri, deletes.map((each) => each.uri)]).sort();
    };
    const before = await deletesNow();
    expect(await warehouse.maintenance.rewriteManifests(table)).toMatchObject({ before: 4, after: 2 });
    expect(await deletesNow()).toEqual(before);
    expect(before.map(([, deletes]) => deletes?.length)).toEqual([1, 1]);
  });
});

describe('planning what is written anew', () => {
  it('puts small files of a partition together up to the wanted size, and leaves a lone one', async () => {
    const { warehouse } = opened;
    for (const id of [1, 2, 3]) await write('append', [id]);
    const found = await tableOf(warehouse, 't');
    const columns = found.fields.map((field) => ({ ...field, fieldId: field.id }));
    const request = { table, snapshotId: found.snapshotId, schemaId: found.schemaId, columns, filter: null };
    const files = await filesOf(warehouse, found);
    const all = await warehouse.maintenance.planRewrite(request, null);
    expect(all).toMatchObject([{ rows: 3, partition: [] }]);
    expect([...(all[0]?.files ?? [])].sort()).toEqual([...files].sort());
    const bytes = (all[0]?.bytes ?? 0) / 3;
    expect((await warehouse.maintenance.planRewrite(request, bytes * 2.5)).map((group) => group.files.length)).toEqual([2]);
    expect(await warehouse.maintenance.planRewrite(request, 1)).toEqual([]);
  });

  it('puts files together whose rows are near each other in the order of the table', async () => {
    const { warehouse } = opened;
    for (const ids of [
      [1, 2],
      [21, 22],
      [3, 4],
      [23, 24],
    ])
      await write('append', ids);
    await warehouse.writer.alterTable(table, [{ kind: 'set_sort_order', keys: [{ column: 'id', descending: false, nullsFirst: true }] }]);
    const found = await tableOf(warehouse, 't');
    const columns = found.fields.map((field) => ({ ...field, fieldId: field.id }));
    const request = { table, snapshotId: found.snapshotId, schemaId: found.schemaId, columns, filter: null };
    const [first] = await warehouse.maintenance.planRewrite(request, null);
    const groups = await warehouse.maintenance.planRewrite(request, (first?.bytes ?? 0) / 2);
    const files = (await filesOf(warehouse, found)).toReversed();
    expect(groups.map((group) => group.files.map((uri) => files.indexOf(uri)))).toEqual([
      [0, 2],
      [1, 3],
    ]);
  });
});
