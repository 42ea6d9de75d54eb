import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { filesOf, idTable, openTemporaryWarehouse, tableOf, type TemporaryWarehouse, writeIds } from '../fixture/open-warehouse.ts';

let temporary: TemporaryWarehouse;

beforeEach(async () => {
  temporary = await openTemporaryWarehouse();
  const { warehouse } = temporary;
  await warehouse.writer.createTable(idTable('t'), 'fail');
  for (const key of ['a', 'b', 'c']) await append([1, 2], key);
});

afterEach(() => temporary.remove());

const table = () => tableOf(temporary.warehouse, 't');

async function append(ids: readonly number[], key: string) {
  return writeIds(temporary.warehouse, { kind: 'append', table: (await table()).ref }, ids, key);
}

async function rewrite(removes: readonly string[], ids: readonly number[], key: string) {
  return writeIds(temporary.warehouse, { kind: 'rewrite', table: (await table()).ref, removes }, ids, key);
}

const lastEntry = async () => (await temporary.warehouse.catalog.history({ schema: 'main', name: 't' })).at(-1);

describe('a rewrite', () => {
  it('takes the files out, puts the new ones in, and keeps the others, in one snapshot', async () => {
    const before = await filesOf(temporary.warehouse, await table());
    const [first = '', ...others] = [...before].reverse();
    await rewrite([first], [7, 8, 9], 'r');
    const after = await filesOf(temporary.warehouse, await table());
    expect(after).toHaveLength(3);
    expect(after).toEqual(expect.arrayContaining(others));
    expect(after).not.toContain(first);
    expect(await table()).toMatchObject({ rows: 7, files: 3 });
    expect(await lastEntry()).toMatchObject({
      operation: 'overwrite',
      summary: {
        'added-data-files': '1',
        'deleted-data-files': '1',
        'deleted-records': '2',
        'total-records': '7',
        'total-data-files': '3',
      },
    });
    expect(await temporary.warehouse.verify({ schema: 'main', name: 't' })).toMatchObject({ files: 3, filesWithoutChecksum: 0 });
  });

  it('takes one of several files of a manifest out, and the rest stays part of later snapshots', async () => {
    await rewrite(await filesOf(temporary.warehouse, await table()), [], 'none');
    expect(await table()).toMatchObject({ rows: 0, files: 0 });
    await append([1], 'd');
    await append([2], 'e');
    const [one = ''] = await filesOf(temporary.warehouse, await table());
    await rewrite([one], [], 'f');
    await append([3], 'g');
    expect(await table()).toMatchObject({ rows: 2, files: 2 });
    expect(await filesOf(temporary.warehouse, await table())).toHaveLength(2);
  });

  it('leaves older snapshots as they were', async () => {
    const before = await table();
    const files = await filesOf(temporary.warehouse, before);
    await rewrite(files, [5], 'r');
    expect(await filesOf(temporary.warehouse, before)).toEqual(files);
  });

  it('fails when another statement removed one of its files, and does not touch the table then', async () => {
    const [first = ''] = await filesOf(temporary.warehouse, await table());
    await rewrite([first], [7], 'one');
    const between = await filesOf(temporary.warehouse, await table());
    await expect(rewrite([first], [8], 'two')).rejects.toMatchObject({ code: 'STORAGE_CONFLICT', retryable: true });
    await expect(rewrite([between[0] ?? '', first], [8], 'three')).rejects.toMatchObject({ code: 'STORAGE_CONFLICT' });
    expect(await filesOf(temporary.warehouse, await table())).toEqual(between);
  });

  it('fails when the table was emptied in between', async () => {
    const [first = ''] = await filesOf(temporary.warehouse, await table());
    await writeIds(temporary.warehouse, { kind: 'overwrite', table: (await table()).ref }, [], 'empty');
    await expect(rewrite([first], [8], 'r')).rejects.toMatchObject({ code: 'STORAGE_CONFLICT' });
  });

  it('that read the table fails when the table has another snapshot by now, and tells what it changed when it has not', async () => {
    const { ref, snapshotId } = await table();
    const changes = { inserted: 1, updated: 0, deleted: 0 };
    const begin = () => temporary.warehouse.sink.begin({ kind: 'rewrite', table: ref, removes: [], rows: 1, changes, basedOn: snapshotId });
    const [first, second] = [await begin(), await begin()];
    expect(await first.commit([], 'first')).toMatchObject({ rows: 1, changes, repeated: false });
    await expect(second.commit([], 'second')).rejects.toMatchObject({ code: 'STORAGE_CONFLICT', retryable: true });
    expect(await temporary.warehouse.sink.committed(ref, 'first')).toMatchObject({ changes, repeated: true });
  });

  it('keeps what others appended since it began', async () => {
    const [first = ''] = await filesOf(temporary.warehouse, await table());
    const transaction = await temporary.warehouse.sink.begin({ kind: 'rewrite', table: (await table()).ref, removes: [first] });
    await append([4, 5, 6], 'between');
    await transaction.commit([], 'r');
    expect(await table()).toMatchObject({ rows: 7, files: 3 });
  });

  it('of no file is an append', async () => {
    await rewrite([], [9], 'r');
    expect(await lastEntry()).toMatchObject({ operation: 'append', summary: { 'total-records': '7' } });
  });

  it('commits a key once', async () => {
    const [first = ''] = await filesOf(temporary.warehouse, await table());
    await rewrite([first], [7], 'r');
    expect(await rewrite([first], [7], 'r')).toMatchObject({ repeated: true });
    expect(await table()).toMatchObject({ rows: 5 });
  });
});

describe('a scan of files that are named', () => {
  it('reads these files alone', async () => {
    const [first = '', second = '', third = ''] = await filesOf(temporary.warehouse, await table());
    expect(await filesOf(temporary.warehouse, await table(), [second, first])).toEqual([first, second]);
    expect(await filesOf(temporary.warehouse, await table(), [third])).toEqual([third]);
    expect(await filesOf(temporary.warehouse, await table(), [])).toEqual([]);
  });

  it('fails for a file that is not part of the snapshot, instead of reading fewer rows', async () => {
    await expect(filesOf(temporary.warehouse, await table(), ['file:///elsewhere.parquet'])).rejects.toMatchObject({
      code: 'INTERNAL_INVARIANT',
    });
  });
});
