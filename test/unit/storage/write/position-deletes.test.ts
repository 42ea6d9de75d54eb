import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assert, type CommitResult, type Field, type ParquetSplit, type TableSnapshot, type WriteGoal } from '../../../../spi/index.ts';
import { filesOf, idTable, openTemporaryWarehouse, type TemporaryWarehouse, tableOf, writeIds } from '../fixture/open-warehouse.ts';
import { stageRows, writeParquet } from '../fixture/stage-rows.ts';

import { printVectorFile } from '../../../../storage/iceberg/puffin/print-vector-file.ts';
import { pathToLocation } from '../../../../spi/index.ts';

const FIELDS: readonly Field[] = [
  { id: 2147483546, name: 'file_path', type: { kind: 'varchar' }, nullable: false },
  { id: 2147483545, name: 'pos', type: { kind: 'bigint' }, nullable: false },
];

type Rewrite = Extract<WriteGoal, { kind: 'rewrite' }>;

describe('a write of positions', () => {
  let temporary: TemporaryWarehouse;
  let table: TableSnapshot;
  let file = '';
  let keys = 0;

  beforeEach(async () => {
    temporary = await openTemporaryWarehouse();
    await temporary.warehouse.writer.createTable(idTable('t'), 'fail');
    table = await tableOf(temporary.warehouse, 't');
    await writeIds(temporary.warehouse, { kind: 'append', table: table.ref }, [1, 2, 3, 4], 'rows');
    table = await tableOf(temporary.warehouse, 't');
    [file = ''] = await filesOf(temporary.warehouse, table);
  });
  afterEach(() => temporary.remove());

  /** Commits positions of a data file, and rows beside them. */
  const remove = async (
    location: string,
    positions: readonly number[],
    goal: Partial<Rewrite> = {},
    ids: readonly number[] = [],
  ): Promise<CommitResult> => {
    keys += 1;
    const transaction = await temporary.warehouse.sink.begin({ kind: 'rewrite', table: table.ref, removes: [], ...goal });
    const target = await transaction.target('positions', 1);
    const query = `SELECT '${location}' AS file_path, unnest([${positions.join(', ')}])::BIGINT AS pos`;
    const written = await writeParquet(join(target.directory, 'd.parquet'), FIELDS, query);
    const fragments = [{ task: 'positions', attempt: 1, files: [{ ...written, deletes: location }] }];
    const rows = ids.length === 0 ? [] : [await stageRows(transaction, 'rows', `SELECT unnest([${ids.join(', ')}])::BIGINT AS id`)];
    return transaction.commit([...fragments, ...rows], `positions-${String(keys)}`);
  };

  const splitsNow = async (): Promise<readonly ParquetSplit[]> => {
    const now = await tableOf(temporary.warehouse, 't');
    const columns = now.fields.map((field) => ({ ...field, fieldId: field.id }));
    const request = { table: now.ref, snapshotId: now.snapshotId, schemaId: now.schemaId, columns, filter: null, deletes: true };
    return (await temporary.warehouse.source.plan(request)).splits;
  };

  const totalsNow = async (): Promise<readonly (string | undefined)[]> => {
    const summary = (await temporary.warehouse.catalog.history(table.ref)).at(-1)?.summary;
    return ['total-data-files', 'total-records', 'total-delete-files', 'total-position-deletes'].map((key) => summary?.[key]);
  };

  it('is one snapshot with the rows beside it, and its deletes are planned for their file', async () => {
    await remove(file, [1, 3], {}, [20, 40]);
    const splits = await splitsNow();
    expect(splits.map(({ rows, deletes }) => [rows, deletes.map(({ kind, rows: positions }) => [kind, positions])])).toEqual(
      expect.arrayContaining([
        [4, [['position', 2]]],
        [2, []],
      ]),
    );
    expect(await totalsNow()).toEqual(['2', '6', '1', '2']);
    expect((await tableOf(temporary.warehouse, 't')).deletes).toBe(true);
    expect(await temporary.warehouse.verify(table.ref)).toMatchObject({ files: 3, filesWithoutChecksum: 0 });
  });

  it('fails when its data file is gone', async () => {
    await writeIds(temporary.warehouse, { kind: 'rewrite', table: table.ref, removes: [file] }, [9], 'replaced');
    await expect(remove(file, [0])).rejects.toMatchObject({ code: 'STORAGE_CONFLICT' });
  });

  it('fails when rows of its file were deleted since it read them', async () => {
    await remove(file, [1], { readAt: table.snapshotId });
    await expect(remove(file, [2], { readAt: table.snapshotId })).rejects.toMatchObject({ code: 'STORAGE_CONFLICT' });
    const { snapshotId } = await tableOf(temporary.warehouse, 't');
    await writeIds(temporary.warehouse, { kind: 'append', table: table.ref }, [7], 'beside');
    await remove(file, [2], { readAt: snapshotId });
    expect(await totalsNow()).toEqual(['2', '5', '2', '2']);
  });

  it('is not undone by a rewrite of the file that read it before, which would be seen if commits did not look', async () => {
    const goal = { kind: 'rewrite', table: table.ref, removes: [file] } as const;
    await remove(file, [1]);
    await expect(writeIds(temporary.warehouse, { ...goal, readAt: table.snapshotId }, [1, 2, 3], 'late')).rejects.toMatchObject({
      code: 'STORAGE_CONFLICT',
    });
    await writeIds(temporary.warehouse, goal, [1, 2, 3], 'blind');
    expect((await splitsNow()).map(({ rows, deletes }) => [rows, deletes.length])).toEqual([[3, 0]]);
  });

  it('goes with its data file when that is replaced', async () => {
    await remove(file, [1, 2]);
    const { snapshotId } = await tableOf(temporary.warehouse, 't');
    await writeIds(temporary.warehouse, { kind: 'rewrite', table: table.ref, removes: [file], readAt: snapshotId }, [1, 4], 'rewritten');
    expect(await totalsNow()).toEqual(['1', '2', '0', '0']);
    expect((await tableOf(temporary.warehouse, 't')).deletes).toBeUndefined();
    assert(snapshotId !== null, 'there is a snapshot before');
    const old = { table: table.ref, snapshotId, schemaId: 0, columns: [], filter: null, deletes: true };
    expect((await temporary.warehouse.source.plan(old)).splits.map(({ deletes }) => deletes.length)).toEqual([1]);
  });
});

describe('a write of deletion vectors', () => {
  let temporary: TemporaryWarehouse;
  let table: TableSnapshot;
  let file = '';
  let keys = 0;

  beforeEach(async () => {
    temporary = await openTemporaryWarehouse();
    await temporary.warehouse.writer.createTable({ ...idTable('t'), properties: { 'format-version': '3' } }, 'fail');
    table = await tableOf(temporary.warehouse, 't');
    await writeIds(temporary.warehouse, { kind: 'append', table: table.ref }, [1, 2, 3, 4], 'rows');
    table = await tableOf(temporary.warehouse, 't');
    [file = ''] = await filesOf(temporary.warehouse, table);
  });
  afterEach(() => temporary.remove());

  /** Commits a vector, whose bytes and number of positions a test may change. */
  const mark = async (
    positions: readonly number[],
    goal: Partial<Rewrite> = {},
    change: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes,
    rows = positions.length,
  ): Promise<CommitResult> => {
    keys += 1;
    const transaction = await temporary.warehouse.sink.begin({ kind: 'rewrite', table: table.ref, removes: [], ...goal });
    const { directory } = await transaction.target('vectors', 1);
    const { bytes, vectors } = printVectorFile([{ location: file, positions }]);
    const path = join(directory, 'd.puffin');
    await writeFile(path, change(bytes));
    const [vector] = vectors;
    assert(vector !== undefined, 'there is a vector');
    const { offset, length } = vector;
    const written = { uri: pathToLocation(path), rows, bytes: bytes.length, partition: [], columns: [], deletes: file };
    return transaction.commit(
      [{ task: 'vectors', attempt: 1, files: [{ ...written, vector: { offset, length, rows } }] }],
      `vectors-${String(keys)}`,
    );
  };

  const vectorsNow = async (): Promise<readonly (readonly [string, number])[]> => {
    const now = await tableOf(temporary.warehouse, 't');
    const request = { table: now.ref, snapshotId: now.snapshotId, schemaId: now.schemaId, columns: [], filter: null, deletes: true };
    return (await temporary.warehouse.source.plan(request)).splits.flatMap(({ deletes }) =>
      deletes.map(({ kind, rows }) => [kind, rows] as const),
    );
  };

  it('leaves one vector for a data file, whose checksum is kept', async () => {
    await mark([1]);
    await mark([1, 3]);
    expect(await vectorsNow()).toEqual([['vector', 2]]);
    const summary = (await temporary.warehouse.catalog.history(table.ref)).at(-1)?.summary;
    expect(summary).toMatchObject({
      'added-dvs': '1',
      'removed-dvs': '1',
      'added-position-deletes': '2',
      'removed-position-deletes': '1',
      'total-delete-files': '1',
      'total-position-deletes': '2',
    });
    expect(await temporary.warehouse.verify(table.ref)).toMatchObject({ files: 2, filesWithoutChecksum: 0 });
  });

  it('fails when rows of its file were deleted since it was made, and would lose them otherwise', async () => {
    await mark([1], { readAt: table.snapshotId });
    await expect(mark([2], { readAt: table.snapshotId })).rejects.toMatchObject({ code: 'STORAGE_CONFLICT' });
    expect(await vectorsNow()).toEqual([['vector', 1]]);
  });

  it('fails when its bytes are not as told', async () => {
    const flipped = (bytes: Uint8Array): Uint8Array => bytes.map((byte, index) => (index === 20 ? byte ^ 1 : byte));
    await expect(mark([1, 2], {}, flipped)).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' });
    await expect(mark([1, 2], {}, undefined, 3)).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' });
    await expect(mark([1, 2], {}, (bytes) => bytes.subarray(1))).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' });
  });

  it('is all that takes rows of such a table away: position delete files are not added', async () => {
    const transaction = await temporary.warehouse.sink.begin({ kind: 'rewrite', table: table.ref, removes: [] });
    const { directory } = await transaction.target('positions', 1);
    const written = await writeParquet(join(directory, 'd.parquet'), FIELDS, `SELECT '${file}' AS file_path, 0::BIGINT AS pos`);
    const fragments = [{ task: 'positions', attempt: 1, files: [{ ...written, deletes: file }] }];
    await expect(transaction.commit(fragments, 'positions')).rejects.toMatchObject({ code: 'STORAGE_CONFLICT' });
  });
});
