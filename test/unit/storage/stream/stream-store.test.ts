import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  assert,
  type NewStream,
  type StreamCheckpoint,
  type StreamRecord,
  type TableSnapshot,
  type WriteGoal,
} from '../../../../spi/index.ts';
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

const VIEW: NewStream = {
  result: { ...idTable('totals'), comment: 'fresh' },
  late: idTable('totals_late'),
  sql: 'SELECT id FROM t',
  defaultSchema: 'main',
  timeZone: 'UTC',
  fingerprint: 'f',
};

let temporary: TemporaryWarehouse;

beforeEach(async () => {
  temporary = await openTemporaryWarehouse();
  await temporary.warehouse.writer.createTable(idTable('t'), 'fail');
});

afterEach(() => temporary.remove());

const table = (name: string): Promise<TableSnapshot> => tableOf(temporary.warehouse, name);

async function checkpointAfter(stream: StreamRecord): Promise<StreamCheckpoint> {
  const source = await table('t');
  return {
    sequence: (stream.checkpoint?.sequence ?? 0) + 1,
    offsets: [{ table: source.ref, snapshotId: source.snapshotId }],
    stateUri: null,
    openFiles: [],
    watermarksUs: [null],
    rowsRead: 1,
    lateRows: 0,
    committedAtMs: 5,
  };
}

async function find(): Promise<StreamRecord> {
  const found = await temporary.warehouse.streams.find(VIEW.result.name);
  assert(found !== null, 'the stream is there');
  return found;
}

async function stage(goal: WriteGoal, ids: readonly number[]) {
  const transaction = await temporary.warehouse.sink.begin(goal);
  return { transaction, fragments: [await stageRows(transaction, 'task', idsQuery(ids))] };
}

describe('a stream', () => {
  it('is created with its tables, which are listed and read like tables, and outlives a restart', async () => {
    const created = await temporary.warehouse.streams.create(VIEW);
    await temporary.reopen();
    const { warehouse } = temporary;
    expect(await warehouse.streams.list()).toEqual([created]);
    expect(await find()).toMatchObject({ sql: VIEW.sql, paused: false, failure: null, checkpoint: null, table: { name: 'totals' } });
    expect(await warehouse.catalog.relations('main')).toMatchObject([
      { schema: 'main', name: 't', kind: 'table' },
      { schema: 'main', name: 'totals', kind: 'materialized_view' },
      { schema: 'main', name: 'totals_late', kind: 'table' },
    ]);
    expect(await table('totals')).toMatchObject({ comment: 'fresh', properties: { 'trivium.materialized-view': 'true' } });
    expect(await warehouse.streams.find({ schema: 'main', name: 'totals_late' })).toBeNull();
    expect(await warehouse.streams.find({ schema: 'main', name: 'nothing' })).toBeNull();
  });

  it('needs both names to be free', async () => {
    const { streams } = temporary.warehouse;
    await expect(streams.create({ ...VIEW, late: idTable('t') })).rejects.toMatchObject({ code: 'CATALOG_EXISTS' });
    await expect(streams.create({ ...VIEW, late: idTable('TOTALS') })).rejects.toMatchObject({ code: 'CATALOG_EXISTS' });
    await expect(streams.create({ ...VIEW, result: { ...VIEW.result, name: { schema: 'no', name: 'x' } } })).rejects.toMatchObject({
      code: 'CATALOG_UNKNOWN_SCHEMA',
    });
    expect(await streams.list()).toEqual([]);
    await streams.create(VIEW);
    await expect(streams.create(VIEW)).rejects.toMatchObject({ code: 'CATALOG_EXISTS' });
  });

  it('commits its tables and its checkpoint together, and each checkpoint is a snapshot that tells what it has seen', async () => {
    const { warehouse } = temporary;
    const created = await warehouse.streams.create(VIEW);
    await writeIds(warehouse, { kind: 'append', table: (await table('t')).ref }, [1], 'a');
    const first = await checkpointAfter(created);
    const writes = [
      await stage({ kind: 'append', table: created.table }, [1, 2]),
      await stage({ kind: 'append', table: created.lateTable ?? created.table }, [3]),
    ];
    const results = await warehouse.streams.commit(created.table, first, writes);
    expect(results).toMatchObject([
      { rows: 2, repeated: false, table: created.table },
      { rows: 1, table: created.lateTable },
    ]);
    expect((await find()).checkpoint).toEqual(first);
    expect(await table('totals')).toMatchObject({ rows: 2 });
    expect(await table('totals_late')).toMatchObject({ rows: 1 });
    const removes = await filesOf(warehouse, await table('totals'));
    const second = await checkpointAfter(await find());
    await warehouse.streams.commit(created.table, second, [await stage({ kind: 'rewrite', table: created.table, removes }, [9])]);
    expect(await table('totals')).toMatchObject({ rows: 1, files: 1 });
    expect(await warehouse.streams.commit(created.table, { ...second, sequence: 3 }, [])).toEqual([]);
    const { snapshotId } = await table('t');
    expect(await warehouse.catalog.history(VIEW.result.name)).toMatchObject(
      ['1', '2', '3'].map((sequence) => ({
        summary: { 'trivium.checkpoint': sequence, 'trivium.offsets': `main.t@${String(snapshotId)}` },
      })),
    );
    expect(await warehouse.verify(VIEW.result.name)).toMatchObject({ files: 1 });
  });

  it('refuses a checkpoint that does not follow the stored one, and then changes nothing', async () => {
    const { warehouse } = temporary;
    const created = await warehouse.streams.create(VIEW);
    const first = await checkpointAfter(created);
    const attempt = async (sequence: number) =>
      warehouse.streams.commit(created.table, { ...first, sequence }, [await stage({ kind: 'append', table: created.table }, [1])]);
    await expect(attempt(2)).rejects.toMatchObject({ code: 'STORAGE_CONFLICT' });
    await attempt(1);
    await expect(attempt(1)).rejects.toMatchObject({ code: 'STORAGE_CONFLICT' });
    await expect(attempt(0)).rejects.toMatchObject({ code: 'STORAGE_CONFLICT' });
    expect(await table('totals')).toMatchObject({ rows: 1 });
  });

  it('lets one of two processes that run it commit a checkpoint', async () => {
    const { warehouse } = temporary;
    const created = await warehouse.streams.create(VIEW);
    const first = await checkpointAfter(created);
    const writes = await Promise.all([1, 2].map((id) => stage({ kind: 'append', table: created.table }, [id])));
    const outcomes = await Promise.allSettled(writes.map((write) => warehouse.streams.commit(created.table, first, [write])));
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
    expect(await table('totals')).toMatchObject({ rows: 1 });
  });

  it('is paused, fails and goes on', async () => {
    const { warehouse } = temporary;
    const { table: view } = await warehouse.streams.create(VIEW);
    await warehouse.streams.change(view, { paused: true, failure: { code: 'SQL_OVERFLOW', message: 'too big' } });
    expect(await find()).toMatchObject({ paused: true, failure: { code: 'SQL_OVERFLOW' } });
    await warehouse.streams.change(view, { paused: false, failure: null });
    expect(await find()).toMatchObject({ paused: false, failure: null });
    const gone = { ...view, uuid: 'gone' };
    await expect(warehouse.streams.change(gone, { paused: true, failure: null })).rejects.toMatchObject({ code: 'CATALOG_UNKNOWN_TABLE' });
  });

  it('alone changes its tables', async () => {
    const { warehouse } = temporary;
    const { table: view, lateTable } = await warehouse.streams.create(VIEW);
    const removes = ['file:///x'];
    for (const target of [view, lateTable ?? view]) {
      const attempts = [
        () => writeIds(warehouse, { kind: 'append', table: target }, [1], 'k'),
        () => writeIds(warehouse, { kind: 'overwrite', table: target }, [], 'k'),
        () => writeIds(warehouse, { kind: 'rewrite', table: target, removes }, [], 'k'),
        () => writeIds(warehouse, { kind: 'create', spec: idTable(target.name), ifExists: 'replace' }, [1], 'k'),
        () => warehouse.writer.createTable(idTable(target.name), 'replace'),
        () => warehouse.writer.dropTable(target, { ifExists: true }),
        () => warehouse.writer.dropView(target, { ifExists: true }),
      ];
      for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject({ code: 'CATALOG_NOT_A_TABLE' });
    }
    expect(await table('totals')).toMatchObject({ rows: 0 });
    const stray = await stage({ kind: 'append', table: (await table('t')).ref }, [1]);
    await expect(warehouse.streams.commit(view, await checkpointAfter(await find()), [stray])).rejects.toMatchObject({
      code: 'INTERNAL_INVARIANT',
    });
  });

  it('is dropped with its tables, by name or with its schema, and a commit under way fails then', async () => {
    const { warehouse } = temporary;
    const created = await warehouse.streams.create(VIEW);
    const first = await checkpointAfter(created);
    const write = await stage({ kind: 'append', table: created.table }, [1]);
    await expect(warehouse.streams.drop({ schema: 'main', name: 't' }, { ifExists: true })).rejects.toMatchObject({
      code: 'CATALOG_NOT_A_TABLE',
    });
    await warehouse.streams.drop(VIEW.result.name, { ifExists: false });
    await expect(warehouse.streams.commit(created.table, first, [write])).rejects.toMatchObject({ code: 'STORAGE_CONFLICT' });
    await expect(warehouse.streams.drop(VIEW.result.name, { ifExists: false })).rejects.toMatchObject({ code: 'CATALOG_UNKNOWN_TABLE' });
    await warehouse.streams.drop(VIEW.result.name, { ifExists: true });
    expect(await warehouse.catalog.relations('main')).toHaveLength(1);
    await warehouse.streams.create(VIEW);
    await warehouse.writer.dropSchema('main', { ifExists: false, cascade: true });
    expect(await warehouse.streams.list()).toEqual([]);
  });
});
