import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MetadataTableName, TableSpec } from '../../../../spi/index.ts';
import { openTemporaryWarehouse, tableOf, type TemporaryWarehouse } from '../fixture/open-warehouse.ts';
import { stageRows } from '../fixture/stage-rows.ts';

const SALES: TableSpec = {
  name: { schema: 'main', name: 'sales' },
  columns: [
    { name: 'day', type: { kind: 'date' }, nullable: true },
    { name: 'amount', type: { kind: 'decimal', precision: 9, scale: 2 }, nullable: true },
  ],
  partitioning: [{ column: 'day', transform: { kind: 'month' } }],
  properties: {},
  comment: null,
};

/** Months since 1970 of January and February 2026. */
const JANUARY = '672';
const FEBRUARY = '673';

let opened: TemporaryWarehouse;
const snapshots: string[] = [];

beforeEach(async () => {
  opened = await openTemporaryWarehouse();
  await opened.warehouse.writer.createTable(SALES, 'fail');
  snapshots.length = 0;
  await append("SELECT DATE '2026-01-05' AS day, 1.50::DECIMAL(9,2) AS amount", JANUARY);
  await append("SELECT DATE '2026-02-05' AS day, (10 + i)::DECIMAL(9,2) AS amount FROM range(3) r(i)", FEBRUARY);
});

afterEach(() => opened.remove());

async function append(query: string, month: string): Promise<void> {
  const { warehouse } = opened;
  const transaction = await warehouse.sink.begin({ kind: 'append', table: (await tableOf(warehouse, 'sales')).ref });
  const { snapshotId } = await transaction.commit([await stageRows(transaction, 'task', query, [month])], `key-${month}`);
  snapshots.push(snapshotId);
}

/** Rows of a metadata table with only the columns asked for. */
async function read(name: MetadataTableName, columns: readonly string[], snapshotId = snapshots.at(-1) ?? '') {
  const table = await opened.warehouse.catalog.metadataTable(SALES.name, name, snapshotId);
  return table.rows.map((row) => columns.map((column) => row[table.columns.findIndex(({ name: own }) => own === column)]));
}

describe('the metadata tables of a table', () => {
  it('tell its snapshots with their parents, and which of them lead to the current one', async () => {
    const [first = '', second = ''] = snapshots;
    expect(await read('snapshots', ['snapshot_id', 'parent_id', 'operation'])).toEqual([
      [first, null, 'append'],
      [second, first, 'append'],
    ]);
    const [[summary, committedAt] = []] = await read('snapshots', ['summary', 'committed_at']);
    expect(JSON.parse(String(summary))).toMatchObject({ 'added-records': '1', 'total-records': '1' });
    expect(committedAt).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?\+00$/);
    expect(await read('history', ['snapshot_id', 'is_current_ancestor'])).toEqual([
      [first, true],
      [second, true],
    ]);
    expect(await read('refs', ['name', 'type', 'snapshot_id'])).toEqual([['main', 'BRANCH', second]]);
  });

  it('tell the files of the snapshot asked for, with partitions and bounds as people write them', async () => {
    const columns = ['content', 'partition', 'record_count', 'lower_bounds', 'upper_bounds'];
    expect(await read('files', columns)).toEqual([
      ['0', '{"day_month":"2026-02"}', '3', '{"1":"2026-02-05","2":"10.00"}', '{"1":"2026-02-05","2":"12.00"}'],
      ['0', '{"day_month":"2026-01"}', '1', '{"1":"2026-01-05","2":"1.50"}', '{"1":"2026-01-05","2":"1.50"}'],
    ]);
    expect(await read('files', ['partition'], snapshots[0])).toEqual([['{"day_month":"2026-01"}']]);
    expect(await read('partitions', ['partition', 'spec_id', 'record_count', 'file_count'])).toEqual([
      ['{"day_month":"2026-01"}', '0', '1', '1'],
      ['{"day_month":"2026-02"}', '0', '3', '1'],
    ]);
    expect(await read('entries', ['status', 'snapshot_id', 'sequence_number'])).toEqual([
      ['1', snapshots[1], '2'],
      ['1', snapshots[0], '1'],
    ]);
  });

  it('tell its manifests with what their lists say about partitions', async () => {
    expect(await read('manifests', ['content', 'added_snapshot_id', 'added_files_count', 'added_rows_count'])).toEqual([
      ['0', snapshots[1], '1', '3'],
      ['0', snapshots[0], '1', '1'],
    ]);
    const [[summaries] = []] = await read('manifests', ['partition_summaries']);
    expect(JSON.parse(String(summaries))).toEqual([
      { name: 'day_month', contains_null: false, contains_nan: false, lower_bound: '2026-02', upper_bound: '2026-02' },
    ]);
  });

  it('have no rows of files while the table has no snapshot', async () => {
    await opened.warehouse.writer.createTable({ ...SALES, name: { schema: 'main', name: 'empty' } }, 'fail');
    for (const name of ['files', 'entries', 'partitions', 'manifests', 'snapshots', 'history', 'refs'] as const) {
      expect((await opened.warehouse.catalog.metadataTable({ schema: 'main', name: 'empty' }, name, null)).rows).toEqual([]);
    }
  });

  it('are refused for a table or a snapshot that is not there', async () => {
    const { catalog } = opened.warehouse;
    await expect(catalog.metadataTable({ schema: 'main', name: 'none' }, 'files', null)).rejects.toMatchObject({
      code: 'CATALOG_UNKNOWN_TABLE',
    });
    await expect(catalog.metadataTable(SALES.name, 'files', '7')).rejects.toMatchObject({ code: 'CATALOG_UNKNOWN_SNAPSHOT' });
  });
});
