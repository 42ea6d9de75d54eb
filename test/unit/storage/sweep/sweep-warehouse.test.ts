import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Fragment, WriteTransaction } from '../../../../spi/index.ts';
import { idsQuery, idTable, openTemporaryWarehouse, tableOf, type TemporaryWarehouse } from '../fixture/open-warehouse.ts';
import { writeParquet } from '../fixture/stage-rows.ts';

let temporary: TemporaryWarehouse;

beforeEach(async () => {
  temporary = await openTemporaryWarehouse();
});

afterEach(() => temporary.remove());

/** Stages a file in the folder of its partition, as engines do. */
async function stagePartition(transaction: WriteTransaction, id: number): Promise<Fragment> {
  const target = await transaction.target(`task${String(id)}`, 1);
  const folder = join(target.directory, `id=${String(id)}`);
  await mkdir(folder);
  const file = await writeParquet(join(folder, 'part-0.parquet'), target.fields, idsQuery([id]), [String(id)]);
  return { task: `task${String(id)}`, attempt: 1, files: [file] };
}

describe('the sweep', () => {
  it('keeps the files of partitions, which lie in folders of their own, and removes what nobody committed', async () => {
    const partitioned = { ...idTable('parts'), partitioning: [{ column: 'id', transform: { kind: 'identity' } }] } as const;
    await temporary.warehouse.writer.createTable(partitioned, 'fail');
    const { ref: table } = await tableOf(temporary.warehouse, 'parts');
    const kept = await temporary.warehouse.sink.begin({ kind: 'append', table });
    await kept.commit([await stagePartition(kept, 1), await stagePartition(kept, 2)], 'key');
    await stagePartition(await temporary.warehouse.sink.begin({ kind: 'append', table }), 3);
    await temporary.reopen();
    expect(await temporary.warehouse.sweep(0)).toEqual({ stagingDirectories: 1, tableDirectories: 0 });
    expect(await temporary.warehouse.verify({ schema: 'main', name: 'parts' })).toMatchObject({ files: 2 });
  });
});
