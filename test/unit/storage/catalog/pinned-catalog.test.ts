import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { idTable, openTemporaryWarehouse, tableOf, type TemporaryWarehouse, writeIds } from '../fixture/open-warehouse.ts';

let temporary: TemporaryWarehouse;

beforeEach(async () => {
  temporary = await openTemporaryWarehouse();
  await temporary.warehouse.writer.createTable(idTable('t'), 'fail');
});

afterEach(() => temporary.remove());

describe('a pinned catalog', () => {
  it('answers from the state of its moment, whatever is committed afterwards', async () => {
    const { warehouse } = temporary;
    const pinned = warehouse.catalog.pinned();
    await writeIds(warehouse, { kind: 'append', table: (await tableOf(warehouse, 't')).ref }, [1], 'a');
    await warehouse.writer.createTable(idTable('later'), 'fail');
    await warehouse.writer.createSchema('other', 'fail');
    expect(await pinned.resolve({ schema: 'MAIN', name: 'T' })).toMatchObject({ rows: 0, snapshotId: null });
    expect(await pinned.resolve({ schema: 'main', name: 'later' })).toBeNull();
    expect(await pinned.schemas()).toEqual(['main']);
    expect(await pinned.relations('main')).toMatchObject([{ schema: 'main', name: 't', kind: 'table' }]);
    await warehouse.writer.dropTable({ schema: 'main', name: 't' }, { ifExists: false });
    expect(await pinned.history({ schema: 'main', name: 't' })).toEqual([]);
    expect(await pinned.pinned().resolve({ schema: 'main', name: 't' })).toMatchObject({ rows: 0 });
  });

  it('sees what was committed before it was made, at once', async () => {
    const { warehouse } = temporary;
    for (let count = 1; count <= 20; count += 1) {
      await writeIds(warehouse, { kind: 'append', table: (await tableOf(warehouse, 't')).ref }, [count], String(count));
      expect(await warehouse.catalog.pinned().resolve({ schema: 'main', name: 't' })).toMatchObject({ rows: count });
    }
  });

  it('sees a commit that was on its way to the disk while it was asked again and again', async () => {
    const { warehouse } = temporary;
    const polling = setInterval(() => {
      warehouse.catalog.pinned();
    }, 1);
    for (let count = 1; count <= 20; count += 1) {
      await writeIds(warehouse, { kind: 'append', table: (await tableOf(warehouse, 't')).ref }, [count], String(count));
      expect(await warehouse.catalog.pinned().resolve({ schema: 'main', name: 't' })).toMatchObject({ rows: count });
    }
    clearInterval(polling);
  });
});
