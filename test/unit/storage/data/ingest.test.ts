import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRows, type Row } from '../../../../runtime/arrow/index.ts';
import { assert, type Expression, type FileSource, type TableSnapshot } from '../../../../spi/index.ts';
import { openWarehouse, type Warehouse } from '../../../../storage/index.ts';
import { type DataWorkbench, openWorkbench } from './fixture/data-workbench.ts';

let bench: DataWorkbench;
let warehouse: Warehouse;
beforeAll(async () => {
  bench = await openWorkbench();
  warehouse = await openWarehouse({ directory: join(bench.directory, 'warehouse'), dataService: bench.service, onLog: () => undefined });
  await warehouse.writer.createTable(
    {
      name: { schema: 'main', name: 'visits' },
      columns: [
        { name: 'at', type: { kind: 'timestamp' }, nullable: false },
        { name: 'page', type: { kind: 'varchar' }, nullable: true },
        { name: 'took', type: { kind: 'decimal', precision: 10, scale: 3 }, nullable: true },
      ],
      partitioning: [{ column: 'at', transform: { kind: 'month' } }],
      properties: {},
      comment: null,
    },
    'fail',
  );
});
afterAll(async () => {
  await warehouse.close();
  await bench.close();
});

async function visits(): Promise<TableSnapshot> {
  const table = await warehouse.catalog.resolve({ schema: 'main', name: 'visits' });
  assert(table?.kind === 'table', 'the table is there');
  return table;
}

async function ingest(source: FileSource, key: string) {
  const transaction = await warehouse.sink.begin({ kind: 'append', table: (await visits()).ref });
  return transaction.commit([await transaction.appendFile('load', 0, source)], key);
}

async function read(filter: Expression | null = null) {
  const table = await visits();
  const columns = table.fields.map((field, index) => ({ ...field, id: index, fieldId: field.id }));
  const plan = await warehouse.source.plan({ table: table.ref, snapshotId: table.snapshotId, schemaId: table.schemaId, columns, filter });
  const rows: Row[] = [];
  for (const split of plan.splits) {
    const frames: Uint8Array[] = [];
    for await (const frame of warehouse.source.read(split, columns)) frames.push(Uint8Array.from(frame));
    rows.push(...readRows(frames));
  }
  return { plan, rows };
}

describe('rows of files', () => {
  it('are in the table once their commit has returned, whatever their format', async () => {
    const csv = bench.file('csv', 'page,at,took\n/a,2001-01-31 23:59:59.999999,1.5\n,2001-02-01 00:00:00,\n');
    const ndjson = bench.file('ndjson', '{"at":"1969-12-31T23:59:59","page":"/b","took":"0.001"}\n');
    expect(await ingest(csv, 'first')).toMatchObject({ rows: 2, repeated: false });
    expect(await ingest(ndjson, 'second')).toMatchObject({ rows: 1, repeated: false });
    expect(await ingest(csv, 'first')).toMatchObject({ repeated: true });
    const { rows } = await read();
    expect(rows.map((row) => Object.values(row)).sort()).toEqual([
      ['1969-12-31T23:59:59', '/b', '0.001'],
      ['2001-01-31T23:59:59.999999', '/a', '1.500'],
      ['2001-02-01T00:00:00', null, null],
    ]);
  });

  it('are skipped by files whose partition and bounds exclude them', async () => {
    const { plan, rows } = await read({
      kind: 'call',
      function: 'ge',
      arguments: [
        { kind: 'column', id: 0, type: { kind: 'timestamp' } },
        { kind: 'literal', type: { kind: 'timestamp' }, value: '2001-02-01 00:00:00' },
      ],
      type: { kind: 'boolean' },
    });
    expect(plan).toMatchObject({ filesTotal: 3, filesSkipped: 2 });
    expect(rows).toHaveLength(1);
  });

  it('leave the table as it was when a value does not fit', async () => {
    await expect(ingest(bench.file('csv', 'at,took\n2001-01-01,x\n'), 'third')).rejects.toMatchObject({ code: 'SQL_INVALID_VALUE' });
    expect((await read()).rows).toHaveLength(3);
  });

  it('are in files that have the checksums taken at their commit', async () => {
    expect(await warehouse.verify({ schema: 'main', name: 'visits' })).toMatchObject({ files: 3 });
  });
});
