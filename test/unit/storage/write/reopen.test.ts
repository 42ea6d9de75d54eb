import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  filesOf,
  idsQuery,
  idTable,
  openTemporaryWarehouse,
  tableOf,
  type TemporaryWarehouse,
  writeIds,
} from '../fixture/open-warehouse.ts';
import { stageRows } from '../fixture/stage-rows.ts';

let temporary: TemporaryWarehouse;

beforeEach(async () => {
  temporary = await openTemporaryWarehouse();
  await temporary.warehouse.writer.createTable(idTable('t'), 'fail');
});

afterEach(() => temporary.remove());

const table = () => tableOf(temporary.warehouse, 't');

describe('a write transaction that is taken up again by another process', () => {
  it('commits what was staged before with what is staged now, also under the same task and attempt', async () => {
    const begun = await temporary.warehouse.sink.begin({ kind: 'append', table: (await table()).ref });
    const before = await stageRows(begun, 'one', idsQuery([1, 2]));
    await stageRows(begun, 'two', idsQuery([100]));
    await temporary.reopen();
    const again = await temporary.warehouse.sink.reopen(begun.token);
    const now = await stageRows(again, 'two', idsQuery([3]));
    expect(await again.commit([before, now], 'key')).toMatchObject({ rows: 3, repeated: false });
    expect(await table()).toMatchObject({ rows: 3, files: 2 });
    expect(await temporary.warehouse.verify({ schema: 'main', name: 't' })).toMatchObject({ files: 2 });
  });

  it('commits once, whichever process did, and keeps the files that were committed', async () => {
    const begun = await temporary.warehouse.sink.begin({ kind: 'append', table: (await table()).ref });
    const before = await stageRows(begun, 'one', idsQuery([1, 2]));
    await begun.commit([before], 'key');
    await temporary.reopen();
    const again = await temporary.warehouse.sink.reopen(begun.token);
    expect(await again.commit([await stageRows(again, 'one', idsQuery([1, 2]))], 'key')).toMatchObject({ rows: 2, repeated: false });
    expect(await table()).toMatchObject({ rows: 2, files: 1 });
    expect(await temporary.warehouse.verify({ schema: 'main', name: 't' })).toMatchObject({ files: 1 });
  });

  it('is given up without harm to what an earlier process committed', async () => {
    const created = await temporary.warehouse.sink.begin({ kind: 'create', spec: idTable('made'), ifExists: 'fail' });
    await created.commit([await stageRows(created, 'one', idsQuery([1]))], 'key');
    await temporary.reopen();
    const again = await temporary.warehouse.sink.reopen(created.token);
    await again.abort();
    expect(await temporary.warehouse.verify({ schema: 'main', name: 'made' })).toMatchObject({ files: 1 });
  });

  it('creates a table, and remembers the files that a rewrite removes', async () => {
    const create = await temporary.warehouse.sink.begin({ kind: 'create', spec: idTable('made'), ifExists: 'fail' });
    const staged = await stageRows(create, 'one', idsQuery([1]));
    await writeIds(temporary.warehouse, { kind: 'append', table: (await table()).ref }, [1, 2], 'a');
    const files = await filesOf(temporary.warehouse, await table());
    const rewrite = await temporary.warehouse.sink.begin({ kind: 'rewrite', table: (await table()).ref, removes: files });
    await temporary.reopen();
    await (await temporary.warehouse.sink.reopen(create.token)).commit([staged], 'key');
    await (await temporary.warehouse.sink.reopen(rewrite.token)).commit([], 'key');
    expect(await tableOf(temporary.warehouse, 'made')).toMatchObject({ rows: 1 });
    expect(await table()).toMatchObject({ rows: 0 });
  });

  it('is spared by the sweep, as is what it staged', async () => {
    const begun = await temporary.warehouse.sink.begin({ kind: 'append', table: (await table()).ref });
    const before = await stageRows(begun, 'one', idsQuery([1]));
    await temporary.reopen();
    expect(await temporary.warehouse.sweep()).toMatchObject({ stagingDirectories: 0 });
    await (await temporary.warehouse.sink.reopen(begun.token)).commit([before], 'key');
    expect(await table()).toMatchObject({ rows: 1 });
  });

  it('fails when the table is gone, and for a text that is no token', async () => {
    const begun = await temporary.warehouse.sink.begin({ kind: 'append', table: (await table()).ref });
    await temporary.warehouse.writer.dropTable({ schema: 'main', name: 't' }, { ifExists: false });
    await expect(temporary.warehouse.sink.reopen(begun.token)).rejects.toMatchObject({ code: 'CATALOG_UNKNOWN_TABLE' });
    for (const text of ['', '{}', 'null', '{"version":1,"table":null}', begun.token.replace('"version":1', '"version":2')]) {
      await expect(temporary.warehouse.sink.reopen(text)).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    }
  });

  it('fails when the columns have changed since', async () => {
    const begun = await temporary.warehouse.sink.begin({ kind: 'append', table: (await table()).ref });
    const token = begun.token.replace('"schemaId":0', '"schemaId":1');
    await expect(temporary.warehouse.sink.reopen(token)).rejects.toMatchObject({ code: 'STORAGE_CONFLICT' });
  });
});
