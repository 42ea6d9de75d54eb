import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { locationToPath, type TableRef, type WriteGoal } from '../../../../spi/index.ts';
import { layoutOf } from '../../../../storage/warehouse-layout.ts';
import { openCatalogStore } from '../../../../storage/catalog-store/open-catalog-store.ts';
import { MetadataReader } from '../../../../storage/catalog/metadata-reader.ts';
import { localFileSystem } from '../../../../storage/file/local-file-system.ts';
import { assignRowIds } from '../../../../storage/iceberg/manifest/assign-row-ids.ts';
import { readManifestList } from '../../../../storage/iceberg/manifest/manifest-list.ts';
import type { TableMetadata } from '../../../../storage/iceberg/metadata/table-metadata.ts';
import { join } from 'node:path';
import { filesOf, idTable, openTemporaryWarehouse, tableOf, type TemporaryWarehouse, writeIds } from '../fixture/open-warehouse.ts';

let opened: TemporaryWarehouse;
let table: TableRef;

const create = async (properties: Readonly<Record<string, string>>): Promise<void> => {
  await opened.warehouse.writer.createTable({ ...idTable('t'), properties }, 'fail');
  table = (await tableOf(opened.warehouse, 't')).ref;
};

beforeEach(async () => {
  opened = await openTemporaryWarehouse();
});
afterEach(() => opened.remove());

const write = (goal: Partial<WriteGoal> & { readonly kind: 'append' | 'overwrite' | 'rewrite' }, ids: readonly number[]) =>
  writeIds(opened.warehouse, { table, removes: [], ...goal } as WriteGoal, ids, `${goal.kind} ${ids.join()}`);

const upgrade = (version = '3') =>
  opened.warehouse.writer.alterTable(table, [{ kind: 'set_properties', properties: { 'format-version': version } }]);

async function metadataNow(): Promise<TableMetadata> {
  const store = openCatalogStore(layoutOf(join(opened.directory)).catalogDirectory, 'read');
  const location = store.relation(table)?.metadataLocation ?? '';
  await store.close();
  return new MetadataReader(localFileSystem()).table(location);
}

/** The first row id and the rows of each live data file of the newest snapshot, in the order of the ids. */
async function rowIds(): Promise<readonly (readonly [number | null, number])[]> {
  const metadata = await metadataNow();
  const reader = new MetadataReader(localFileSystem());
  const found: [number | null, number][] = [];
  for (const file of await reader.manifestList(metadata.current?.manifestList ?? '')) {
    for (const entry of (await reader.manifest(file, metadata)).entries) {
      if (entry.status !== 'deleted') found.push([entry.firstRowId ?? null, entry.rows]);
    }
  }
  return found.sort(([left], [right]) => (left ?? 0) - (right ?? 0));
}

describe('row ids of a table of format version 3', () => {
  it('are given to each append after those of the one before, and told by snapshots, lists and the table', async () => {
    await create({ 'format-version': '3', owner: 'ada' });
    await write({ kind: 'append' }, [1, 2, 3]);
    await write({ kind: 'append' }, [4, 5]);
    expect(await rowIds()).toEqual([
      [0, 3],
      [3, 2],
    ]);
    const metadata = await metadataNow();
    expect(metadata.json['next-row-id']).toBe(5);
    expect(metadata.properties).toEqual({ owner: 'ada' });
    const snapshots = metadata.json['snapshots'] as readonly Record<string, unknown>[];
    expect(snapshots.map((each) => [each['first-row-id'], each['added-rows']])).toEqual([
      [0, 3],
      [3, 2],
    ]);
    const list = locationToPath(metadata.current?.manifestList ?? '');
    expect(readManifestList(readFileSync(list), list).map(({ firstRowId }) => firstRowId)).toEqual([3, 0]);
  });

  it('stay with files that a rewrite keeps, and with files whose manifests are written anew', async () => {
    await create({ 'format-version': '3' });
    for (const ids of [[1, 2, 3], [4], [5, 6]]) await write({ kind: 'append' }, ids);
    const files = await filesOf(opened.warehouse, await tableOf(opened.warehouse, 't'));
    const removed = files.find((uri) => files.indexOf(uri) === 1) ?? '';
    await opened.warehouse.maintenance.rewriteManifests(table);
    expect(await rowIds()).toEqual([
      [0, 3],
      [3, 1],
      [4, 2],
    ]);
    await write({ kind: 'rewrite', removes: [removed] }, [7, 8]);
    const ids = await rowIds();
    expect(ids.slice(0, 2)).toEqual([
      [0, 3],
      [4, 2],
    ]);
    const next = (await metadataNow()).nextRowId;
    expect(ids[2]?.[0]).toBeGreaterThanOrEqual(6);
    expect((ids[2]?.[0] ?? 0) + 2).toBeLessThanOrEqual(next);
    await write({ kind: 'overwrite' }, [9]);
    expect(await rowIds()).toEqual([[next, 1]]);
  });

  it('begin with the first snapshot after an upgrade, for the files of before too', async () => {
    await create({});
    await write({ kind: 'append' }, [1, 2, 3]);
    await upgrade();
    expect(await rowIds()).toEqual([[null, 3]]);
    expect((await tableOf(opened.warehouse, 't')).properties).toEqual({ 'format-version': '3' });
    await write({ kind: 'append' }, [4]);
    expect(await rowIds()).toEqual([
      [0, 1],
      [1, 3],
    ]);
    expect((await metadataNow()).nextRowId).toBe(4);
  });

  it('are never two for one row, which would be seen if manifests did not count', () => {
    const file = { addedRows: 2, existingRows: 1, content: 'data' } as never;
    const deletes = { addedRows: 5, existingRows: 0, content: 'deletes' } as never;
    const { manifests, addedRows } = assignRowIds(10, [file, deletes, file]);
    expect([manifests.map(({ firstRowId }) => firstRowId), addedRows]).toEqual([[10, undefined, 13], 6]);
    expect(assignRowIds(20, manifests)).toEqual({ manifests, addedRows: 0 });
  });
});

describe('the format version of a table', () => {
  it('is 2 when nothing is said, goes up and never down', async () => {
    await create({});
    expect((await metadataNow()).formatVersion).toBe(2);
    await upgrade('2');
    await upgrade();
    await upgrade();
    expect((await metadataNow()).formatVersion).toBe(3);
    await expect(upgrade('2')).rejects.toMatchObject({ code: 'CATALOG_INCOMPATIBLE_CHANGE' });
    await expect(upgrade('4')).rejects.toMatchObject({ code: 'SQL_INVALID_VALUE' });
    await expect(
      opened.warehouse.writer.alterTable(table, [{ kind: 'unset_properties', keys: ['format-version'], ifExists: true }]),
    ).rejects.toMatchObject({ code: 'SQL_INVALID_VALUE' });
  });

  it('that nobody knows is refused when the table is made', async () => {
    await expect(create({ 'format-version': '1' })).rejects.toMatchObject({ code: 'SQL_INVALID_VALUE' });
  });
});
