import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readDeletionVector } from '../../../../runtime/deletion-vector/index.ts';
import { locationToPath, type MaintenanceRun, type ParquetSplit, pathToLocation } from '../../../../spi/index.ts';
import type { Warehouse } from '../../../../storage/index.ts';
import { MetadataReader } from '../../../../storage/catalog/metadata-reader.ts';
import { openCatalogStore } from '../../../../storage/catalog-store/open-catalog-store.ts';
import { localFileSystem } from '../../../../storage/file/local-file-system.ts';
import { printVectorFile } from '../../../../storage/iceberg/puffin/print-vector-file.ts';
import { layoutOf } from '../../../../storage/warehouse-layout.ts';
import { filesOf, idTable, tableOf, type TemporaryWarehouse, writeIds } from '../fixture/open-warehouse.ts';
import { type BackupPair, openBackupPair } from '../fixture/open-backup-pair.ts';

const RUN: MaintenanceRun = { signal: new AbortController().signal, onProgress: () => undefined };
const NAME = { schema: 'main', name: 't' };

let pair: BackupPair;
let source: TemporaryWarehouse;
let target: TemporaryWarehouse;
let folder: string;

beforeEach(async () => {
  pair = await openBackupPair();
  ({ source, target, folder } = pair);
});
afterEach(() => pair.remove());

/** Commits one Puffin file with a vector for each of the data files. */
async function mark(positions: Readonly<Record<string, readonly number[]>>): Promise<void> {
  const { ref } = await tableOf(source.warehouse, 't');
  const transaction = await source.warehouse.sink.begin({ kind: 'rewrite', table: ref, removes: [] });
  const { directory } = await transaction.target('vectors', 1);
  const { bytes, vectors } = printVectorFile(Object.entries(positions).map(([location, of]) => ({ location, positions: of })));
  const path = join(directory, 'd.puffin');
  await writeFile(path, bytes);
  const written = { uri: pathToLocation(path), bytes: bytes.length, partition: [], columns: [] };
  const files = vectors.map(({ location, offset, length, rows }) => ({
    ...{ ...written, rows, deletes: location },
    vector: { offset, length, rows },
  }));
  await transaction.commit([{ task: 'vectors', attempt: 1, files }], 'vectors');
}

async function splitsOf(warehouse: Warehouse): Promise<readonly ParquetSplit[]> {
  const { ref, fields, snapshotId, schemaId } = await tableOf(warehouse, 't');
  const columns = fields.map((field) => ({ ...field, fieldId: field.id }));
  return (await warehouse.source.plan({ table: ref, snapshotId, schemaId, columns, filter: null, deletes: true })).splits;
}

/** Positions that are deleted of each data file, in the order of the files' rows. */
async function deletedOf(warehouse: Warehouse): Promise<readonly (readonly (number | bigint)[])[]> {
  const splits = [...(await splitsOf(warehouse))].sort((left, right) => left.rows - right.rows);
  return splits.map(({ deletes }) => deletes.flatMap((each) => (each.kind === 'vector' ? [...readDeletionVector(each)] : [NaN])));
}

/** First row ids of the data files by their numbers of rows. */
async function rowIdsOf(directory: string): Promise<readonly (readonly [number, number | null | undefined])[]> {
  const store = openCatalogStore(layoutOf(directory).catalogDirectory, 'read');
  try {
    const reader = new MetadataReader(localFileSystem());
    const table = await reader.table(store.relation(NAME)?.metadataLocation ?? '');
    const ids: (readonly [number, number | null | undefined])[] = [[-1, table.nextRowId]];
    for (const file of await reader.manifestList(table.current?.manifestList ?? '')) {
      if (file.content === 'deletes') continue;
      for (const { rows, firstRowId } of (await reader.manifest(file, table)).entries) ids.push([rows, firstRowId]);
    }
    return ids.sort(([left], [right]) => left - right);
  } finally {
    await store.close();
  }
}

describe('a backup of a table of format version 3', () => {
  beforeEach(async () => {
    await source.warehouse.writer.createTable({ ...idTable('t'), properties: { 'format-version': '3' } }, 'fail');
    await pair.append('t', [1, 2, 3, 4]);
    await pair.append('t', [5, 6, 7, 8, 9]);
    const [second = '', first = ''] = await filesOf(source.warehouse, await tableOf(source.warehouse, 't'));
    await mark({ [first]: [1], [second]: [0, 3] });
    await pair.append('t', [10, 11]);
  });

  it('brings deletion vectors of several data files in one file, and every row under the id that it had', async () => {
    const before = await deletedOf(source.warehouse);
    expect(before.map(({ length }) => length).sort()).toEqual([0, 1, 2]);
    await source.warehouse.transfer.backup(folder, RUN);
    await target.warehouse.transfer.restore(folder, { table: NAME, name: null }, RUN);
    const restored = target.warehouse;
    expect(await deletedOf(restored)).toEqual(before);
    expect(await rowIdsOf(target.directory)).toEqual(await rowIdsOf(source.directory));
    const vectors = (await splitsOf(restored)).flatMap(({ deletes }) => deletes.map(({ uri }) => locationToPath(uri)));
    expect(vectors.every((path) => path.startsWith(target.directory))).toBe(true);
    expect(await restored.verify(NAME)).toMatchObject({ files: 5, filesWithoutChecksum: 0 });
    expect(await restored.catalog.history(NAME)).toHaveLength(4);
  }, 120_000);

  it('goes on with row ids and vectors where the table was', async () => {
    await source.warehouse.transfer.backup(folder, RUN);
    await target.warehouse.transfer.restore(folder, { table: NAME, name: null }, RUN);
    const { ref } = await tableOf(target.warehouse, 't');
    await writeIds(target.warehouse, { kind: 'append', table: ref }, [12, 13, 14], 'after');
    const [next, , ...files] = await rowIdsOf(target.directory);
    expect(next).toEqual([-1, 14]);
    expect(files).toContainEqual([3, 11]);
    const [victim] = (await splitsOf(target.warehouse)).filter(({ rows }) => rows === 5);
    const replaced = { kind: 'rewrite', table: ref, removes: [victim?.uri ?? ''] } as const;
    await writeIds(target.warehouse, replaced, [6, 7, 9], 'replaced');
    expect((await deletedOf(target.warehouse)).map(({ length }) => length).sort()).toEqual([0, 0, 0, 1]);
  }, 120_000);
});
