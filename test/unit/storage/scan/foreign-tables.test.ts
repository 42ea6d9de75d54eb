import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRows } from '../../../../runtime/arrow/index.ts';
import type { Field } from '../../../../spi/index.ts';
import { type ForeignFile, ForeignTable } from '../../../support/foreign-table.ts';
import { type DataWorkbench, openWorkbench } from '../data/fixture/data-workbench.ts';

const FIELDS: readonly Field[] = [
  { id: 1, name: 'id', type: { kind: 'bigint' }, nullable: true },
  { id: 2, name: 'gone', type: { kind: 'varchar' }, nullable: true },
];
const rowsFile = (query: string): ForeignFile => ({ query, fieldIds: { id: 1, gone: 2 }, specId: 0, partition: [], deletes: null });

describe('a table that another engine wrote', () => {
  let bench: DataWorkbench;
  let table: ForeignTable;

  beforeAll(async () => {
    bench = await openWorkbench();
    table = new ForeignTable(FIELDS, [{ specId: 0, fields: [] }], bench.directory);
    await table.commit([rowsFile("SELECT 1::BIGINT AS id, 'a' AS gone UNION ALL SELECT 2, NULL UNION ALL SELECT 3, 'c'")]);
    await table.commit([
      {
        query: 'SELECT NULL::VARCHAR AS gone',
        fieldIds: { gone: 2 },
        specId: 0,
        partition: [],
        deletes: { content: 'equality', equalityIds: [2], referencedDataFile: null, vector: null },
      },
    ]);
  });
  afterAll(() => bench.close());

  it('is refused to a reader that does not apply its delete files, since its rows would be wrong without them', async () => {
    const request = { ...table.request(), deletes: false };
    await expect(table.source(bench.service).plan(request)).rejects.toMatchObject({ code: 'STORAGE_UNSUPPORTED' });
  });

  it('is read without rows whose deleted column was dropped since, and NULL agrees with NULL', async () => {
    table.evolve(FIELDS.slice(0, 1));
    const source = table.source(bench.service);
    const { splits } = await source.plan(table.request());
    const frames: Uint8Array[] = [];
    for (const split of splits) for await (const frame of source.read(split, table.columns)) frames.push(Uint8Array.from(frame));
    expect(readRows(frames).map(({ id }) => id)).toEqual([1n, 3n]);
    expect(splits.map(({ rows }) => rows)).toEqual([3]);
  });
});
