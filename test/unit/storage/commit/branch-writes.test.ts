import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TableChange, type TableRef } from '../../../../spi/index.ts';
import { filesOf, idTable, openTemporaryWarehouse, tableOf, type TemporaryWarehouse, writeIds } from '../fixture/open-warehouse.ts';

const NAME = { schema: 'main', name: 't' };

let temporary: TemporaryWarehouse;
let table: TableRef;
let audit: TableRef;

beforeEach(async () => {
  temporary = await openTemporaryWarehouse();
  await temporary.warehouse.writer.createTable(idTable('t'), 'fail');
  table = (await tableOf(temporary.warehouse, 't')).ref;
  audit = { ...table, branch: 'audit' };
});

afterEach(() => temporary.remove());

const append = (to: TableRef, ids: readonly number[], key = String(ids)) =>
  writeIds(temporary.warehouse, { kind: 'append', table: to }, ids, key);

const alter = (change: TableChange) => temporary.warehouse.writer.alterTable(table, [change]);

const publish = () => alter({ kind: 'fast_forward', branch: 'audit' });

/** Rows of the table, of its branch, and data files of the table. */
async function counts(): Promise<readonly (number | null)[]> {
  const { catalog } = temporary.warehouse;
  const own = await tableOf(temporary.warehouse, 't');
  const branch = await catalog.resolve(NAME, { kind: 'reference', name: 'audit' }).catch(() => null);
  return [own.rows, branch?.kind === 'table' ? branch.rows : null, (await filesOf(temporary.warehouse, own)).length];
}

describe('rows that are written to a branch', () => {
  it('are in the branch alone, which springs from the newest rows, until the table is fast-forwarded to it', async () => {
    await append(table, [1, 2]);
    await append(audit, [3]);
    await append(audit, [4, 5]);
    expect(await counts()).toEqual([2, 5, 1]);
    await temporary.reopen();
    expect(await counts()).toEqual([2, 5, 1]);
    await publish();
    expect(await counts()).toEqual([5, 5, 3]);
    await append(table, [6]);
    expect(await counts()).toEqual([6, 5, 4]);
  });

  it('stay apart from those that the table gets beside', async () => {
    await append(table, [1, 2]);
    await append(audit, [3]);
    // What the committer remembers of the table from here on comes from the branch.
    await temporary.reopen();
    await append(audit, [5]);
    await append(table, [4]);
    expect(await counts()).toEqual([3, 4, 2]);
  });

  it('may be the first of their table', async () => {
    await append(audit, [1]);
    expect(await counts()).toEqual([0, 1, 0]);
    await publish();
    expect(await counts()).toEqual([1, 1, 1]);
  });

  it('take the place of those of the branch when they overwrite', async () => {
    await append(table, [1, 2]);
    await writeIds(temporary.warehouse, { kind: 'overwrite', table: audit }, [7], 'over');
    expect(await counts()).toEqual([2, 1, 1]);
    await publish();
    expect(await counts()).toEqual([1, 1, 1]);
  });

  it('are written once under a key, and a write that was begun goes to its branch after a restart', async () => {
    expect(await append(audit, [1], 'k')).toMatchObject({ repeated: false });
    expect(await append(audit, [1], 'k')).toMatchObject({ repeated: true });
    const begun = await temporary.warehouse.sink.begin({ kind: 'append', table: audit });
    const again = await temporary.warehouse.sink.reopen(begun.token);
    await again.commit([], 'other');
    expect(await counts()).toEqual([0, 1, 0]);
  });

  it('are refused by a tag', async () => {
    await append(table, [1]);
    await alter({
      kind: 'set_reference',
      action: 'create',
      type: 'tag',
      name: 'audit',
      ifNotExists: false,
      snapshotId: null,
      maxAgeMs: null,
    });
    await expect(append(audit, [2])).rejects.toMatchObject({ code: 'CATALOG_INCOMPATIBLE_CHANGE' });
  });
});

describe('a fast-forward', () => {
  it('is done again without harm, also when the table has gone on', async () => {
    await append(audit, [1]);
    await publish();
    await publish();
    await append(table, [2]);
    await publish();
    expect(await counts()).toEqual([2, 1, 2]);
  });

  it('is refused when the table has changed since the branch was made, and without the branch', async () => {
    await expect(publish()).rejects.toMatchObject({ code: 'CATALOG_UNKNOWN_SNAPSHOT' });
    await append(audit, [1]);
    await append(table, [2]);
    await expect(publish()).rejects.toMatchObject({ code: 'CATALOG_BRANCH_DIVERGED' });
    expect(await counts()).toEqual([1, 1, 1]);
  });

  it('is refused when a column has become NOT NULL, of which the branch may hold NULL', async () => {
    await append(table, [1]);
    await append(audit, [2]);
    await alter({ kind: 'set_column_nullability', column: ['id'], nullable: false });
    await expect(publish()).rejects.toMatchObject({ code: 'CATALOG_BRANCH_DIVERGED' });
  });
});
