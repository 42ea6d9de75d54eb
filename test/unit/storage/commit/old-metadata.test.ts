import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { locationToPath } from '../../../../spi/index.ts';
import { filesOf, idTable, openTemporaryWarehouse, tableOf, type TemporaryWarehouse, writeIds } from '../fixture/open-warehouse.ts';

let temporary: TemporaryWarehouse;

beforeEach(async () => {
  temporary = await openTemporaryWarehouse();
});

afterEach(() => temporary.remove());

describe('metadata files of a table', () => {
  it('are removed when the log lets them go, and all snapshots stay', async () => {
    const { warehouse } = temporary;
    await warehouse.writer.createTable({ ...idTable('t'), properties: { 'write.metadata.previous-versions-max': '3' } }, 'fail');
    const { ref } = await tableOf(warehouse, 't');
    for (let key = 0; key < 8; key += 1) await writeIds(warehouse, { kind: 'append', table: ref }, [key], String(key));
    const [file = ''] = await filesOf(warehouse, await tableOf(warehouse, 't'));
    const directory = join(dirname(locationToPath(file)), '../../metadata');
    const names = (await readdir(directory)).filter((name) => name.endsWith('.metadata.json')).sort();
    expect(names.map((name) => name.slice(0, 5))).toEqual(['00005', '00006', '00007', '00008']);
    expect(await warehouse.catalog.history(ref)).toHaveLength(8);
    expect(await warehouse.verify(ref)).toMatchObject({ files: 8 });
  });
});
