import { access } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { locationToPath, type TableSnapshot, type TableTransaction, type WriteGoal } from '../../../../spi/index.ts';
import type { Warehouse } from '../../../../storage/index.ts';
import { filesOf, idTable, openTemporaryWarehouse, tableOf, type TemporaryWarehouse, writeIds } from '../fixture/open-warehouse.ts';

let temporary: TemporaryWarehouse;
let warehouse: Warehouse;

beforeEach(async () => {
  temporary = await openTemporaryWarehouse();
  warehouse = temporary.warehouse;
  for (const name of ['a', 'b']) await warehouse.writer.createTable(idTable(name), 'fail');
});

afterEach(async () => {
  await temporary.remove();
});

/** The warehouse as the transaction sees it. */
const within = (transaction: TableTransaction): Warehouse => ({ ...warehouse, catalog: transaction.catalog, sink: transaction.sink });

const seen = (transaction: TableTransaction, name: string): Promise<TableSnapshot> => tableOf(within(transaction), name);

async function write(
  transaction: TableTransaction,
  name: string,
  kind: 'append' | 'overwrite',
  ids: readonly number[],
  key = `${name}-${ids.join()}`,
) {
  return writeIds(within(transaction), { kind, table: (await seen(transaction, name)).ref }, ids, key);
}

async function rewrite(transaction: TableTransaction, name: string, ids: readonly number[]) {
  const table = await seen(transaction, name);
  const goal: WriteGoal = { kind: 'rewrite', table: table.ref, removes: await filesOf(warehouse, table) };
  return writeIds(within(transaction), goal, ids, `rewrite-${ids.join()}`);
}

const rowsOf = async (name: string) => (await tableOf(warehouse, name)).rows;

describe('a transaction over several tables', () => {
  it('shows its writes to itself alone, and to everybody at once when it commits', async () => {
    const transaction = warehouse.transactions.begin();
    await write(transaction, 'a', 'append', [1, 2]);
    await write(transaction, 'b', 'append', [3]);
    await write(transaction, 'a', 'append', [4]);
    expect([(await seen(transaction, 'a')).rows, (await seen(transaction, 'b')).rows]).toEqual([3, 1]);
    expect((await filesOf(warehouse, await seen(transaction, 'a'))).length).toBe(2);
    expect([await rowsOf('a'), await rowsOf('b')]).toEqual([0, 0]);
    const results = await transaction.commit();
    expect(results.map(({ table, rows }) => [table.name, rows])).toEqual([
      ['a', 3],
      ['b', 1],
    ]);
    expect([await rowsOf('a'), await rowsOf('b')]).toEqual([3, 1]);
    expect((await tableOf(warehouse, 'a')).snapshotId).toBe(results[0]?.snapshotId);
    expect(await warehouse.verify({ schema: 'main', name: 'a' })).toMatchObject({ files: 2 });
  });

  it('changes rows that it has written itself', async () => {
    const transaction = warehouse.transactions.begin();
    await write(transaction, 'a', 'append', [1, 2]);
    await rewrite(transaction, 'a', [2]);
    await write(transaction, 'a', 'append', [5]);
    await write(transaction, 'b', 'append', [5]);
    await write(transaction, 'b', 'overwrite', [6, 7]);
    await transaction.commit();
    expect([await rowsOf('a'), await rowsOf('b')]).toEqual([2, 2]);
    expect((await filesOf(warehouse, await tableOf(warehouse, 'a'))).length).toBe(2);
  });

  it('reads the tables as they were at the begin, whatever others commit', async () => {
    const transaction = warehouse.transactions.begin();
    await writeIds(warehouse, { kind: 'append', table: (await tableOf(warehouse, 'a')).ref }, [1], 'other');
    expect((await seen(transaction, 'a')).rows).toBe(0);
    await write(transaction, 'b', 'append', [1]);
    expect((await seen(transaction, 'a')).rows).toBe(0);
  });

  it('adds its rows to those that others have appended meanwhile', async () => {
    const transaction = warehouse.transactions.begin();
    const staged = await write(transaction, 'a', 'append', [1]);
    await write(transaction, 'a', 'append', [2]);
    await write(transaction, 'b', 'append', [3]);
    await writeIds(warehouse, { kind: 'append', table: (await tableOf(warehouse, 'a')).ref }, [9, 10, 11], 'other');
    const [merged] = await transaction.commit();
    expect(merged?.snapshotId).not.toBe(staged.snapshotId);
    expect([await rowsOf('a'), await rowsOf('b')]).toEqual([5, 1]);
    expect(await warehouse.verify({ schema: 'main', name: 'a' })).toMatchObject({ files: 3 });
  });

  it.each(['rewrite', 'overwrite'] as const)(
    'commits nothing after a %s of a table that another has changed since the begin',
    async (how) => {
      await writeIds(warehouse, { kind: 'append', table: (await tableOf(warehouse, 'a')).ref }, [1], 'first');
      const transaction = warehouse.transactions.begin();
      await write(transaction, 'b', 'append', [3]);
      if (how === 'rewrite') await rewrite(transaction, 'a', [7]);
      else await write(transaction, 'a', 'overwrite', [7]);
      await writeIds(warehouse, { kind: 'append', table: (await tableOf(warehouse, 'a')).ref }, [9, 10], 'other');
      await expect(transaction.commit()).rejects.toMatchObject({ code: 'STORAGE_CONFLICT' });
      await transaction.abort();
      expect([await rowsOf('a'), await rowsOf('b')]).toEqual([3, 0]);
    },
  );

  it('lets the first of two win that replace rows of one table', async () => {
    await writeIds(warehouse, { kind: 'append', table: (await tableOf(warehouse, 'a')).ref }, [1], 'first');
    const [first, second] = [warehouse.transactions.begin(), warehouse.transactions.begin()];
    await rewrite(first, 'a', [2]);
    await rewrite(second, 'a', [3]);
    const outcomes = await Promise.allSettled([first.commit(), second.commit()]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await rowsOf('a')).toBe(1);
  });

  it('commits nothing when one of its tables was dropped', async () => {
    const transaction = warehouse.transactions.begin();
    await write(transaction, 'a', 'append', [1]);
    await write(transaction, 'b', 'append', [1]);
    await warehouse.writer.dropTable({ schema: 'main', name: 'b' }, { ifExists: false });
    await expect(transaction.commit()).rejects.toMatchObject({ code: 'STORAGE_CONFLICT' });
    expect(await rowsOf('a')).toBe(0);
  });

  it('commits once however often it is asked, and any process tells what it committed', async () => {
    const transaction = warehouse.transactions.begin();
    expect(await warehouse.transactions.committed(transaction.id)).toBeNull();
    await write(transaction, 'a', 'append', [1]);
    await write(transaction, 'b', 'append', [2]);
    const results = await transaction.commit();
    await temporary.reopen();
    const told = await temporary.warehouse.transactions.committed(transaction.id);
    expect(told?.map(({ snapshotId }) => snapshotId).sort()).toEqual(results.map(({ snapshotId }) => snapshotId).sort());
  });

  it('stages the write of an idempotency key once', async () => {
    const transaction = warehouse.transactions.begin();
    const { ref } = await seen(transaction, 'a');
    const first = await write(transaction, 'a', 'append', [1], 'key');
    expect(await transaction.sink.committed(ref, 'key')).toMatchObject({ snapshotId: first.snapshotId, repeated: true });
    expect(await warehouse.sink.committed(ref, 'key')).toBeNull();
  });

  it('removes what it has staged when it is given up', async () => {
    const transaction = warehouse.transactions.begin();
    await write(transaction, 'a', 'append', [1]);
    const [file] = await filesOf(warehouse, await seen(transaction, 'a'));
    await transaction.abort();
    await expect(access(locationToPath(file ?? ''))).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await rowsOf('a')).toBe(0);
    await writeIds(warehouse, { kind: 'append', table: (await tableOf(warehouse, 'a')).ref }, [9], 'later');
    expect(await rowsOf('a')).toBe(1);
  });

  it('makes no tables', async () => {
    const transaction = warehouse.transactions.begin();
    const goal: WriteGoal = { kind: 'create', spec: idTable('c'), ifExists: 'fail' };
    await expect(writeIds(within(transaction), goal, [1], 'key')).rejects.toMatchObject({ code: 'TRANSACTION_STATEMENT' });
  });

  it('leaves snapshots between its statements out of the time line', async () => {
    const transaction = warehouse.transactions.begin();
    for (const id of [1, 2, 3]) await write(transaction, 'a', 'append', [id]);
    await transaction.commit();
    const history = await warehouse.catalog.history({ schema: 'main', name: 'a' });
    expect(history.length).toBe(3);
    for (const { committedAtMs } of history.slice(0, -1)) {
      const at = { kind: 'timestamp', atMs: committedAtMs } as const;
      await expect(warehouse.catalog.resolve({ schema: 'main', name: 'a' }, at)).rejects.toMatchObject({
        code: 'CATALOG_UNKNOWN_SNAPSHOT',
      });
    }
  });
});
