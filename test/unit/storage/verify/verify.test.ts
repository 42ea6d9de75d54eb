import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { locationToPath } from '../../../../spi/index.ts';
import { verifyWarehouse } from '../../../../storage/index.ts';
import { filesOf, idTable, openTemporaryWarehouse, tableOf, type TemporaryWarehouse, writeIds } from '../fixture/open-warehouse.ts';

const NAME = { schema: 'main', name: 't' };

let opened: TemporaryWarehouse;

beforeEach(async () => {
  opened = await openTemporaryWarehouse();
  const { warehouse } = opened;
  await warehouse.writer.createTable(idTable('t'), 'fail');
  const { ref } = await tableOf(warehouse, 't');
  for (const id of [1, 2]) await writeIds(warehouse, { kind: 'append', table: ref }, [id], `key ${String(id)}`);
});

afterEach(() => opened.remove());

async function filesBelow(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

describe('a table that is verified when it is read', () => {
  it('gives no plan over a file that has changed, and reads a file that was found sound as it is', async () => {
    const { warehouse } = opened;
    await warehouse.writer.createTable({ ...idTable('checked'), properties: { 'verify-on-read': 'true' } }, 'fail');
    const { ref } = await tableOf(warehouse, 'checked');
    await writeIds(warehouse, { kind: 'append', table: ref }, [1], 'first');
    const [sound = ''] = await filesOf(warehouse, await tableOf(warehouse, 'checked'));
    await writeIds(warehouse, { kind: 'append', table: ref }, [2], 'second');
    const unchecked = await filesOf(warehouse, await tableOf(warehouse, 't'));
    const path = locationToPath((await newFiles(sound))[0] ?? '');
    const bytes = await readFile(path);
    bytes[8] = (bytes[8] ?? 0) ^ 1;
    await writeFile(path, bytes);
    const table = await tableOf(warehouse, 'checked');
    await expect(filesOf(warehouse, table)).rejects.toMatchObject({
      code: 'STORAGE_CORRUPT',
      message: expect.stringContaining(path) as string,
    });
    expect(await filesOf(warehouse, table, [sound])).toEqual([sound]);
    expect(await filesOf(warehouse, await tableOf(warehouse, 't'))).toEqual(unchecked);
  });
});

/** The files of the table `checked` beside one of them, without reading a plan. */
async function newFiles(known: string): Promise<readonly string[]> {
  const { warehouse } = opened;
  const { snapshotId } = await tableOf(warehouse, 'checked');
  const { columns, rows } = await warehouse.catalog.metadataTable({ schema: 'main', name: 'checked' }, 'files', snapshotId);
  const place = columns.findIndex(({ name }) => name === 'file_path');
  return rows.map((row) => String(row[place])).filter((location) => location !== known);
}

describe('verifying a table', () => {
  it('finds a changed byte anywhere in any of its files, and names the file', async () => {
    const { warehouse, directory } = opened;
    expect(await warehouse.verify(NAME)).toMatchObject({ files: 2, filesWithoutChecksum: 0 });
    const files = await filesBelow(join(directory, 'tables'));
    // Two data files with manifest, list and checksums each, and the metadata of the empty table and of both commits.
    expect(files).toHaveLength(11);
    for (const path of files) {
      const bytes = await readFile(path);
      for (const place of [0, bytes.length >> 2, bytes.length >> 1, bytes.length - 1]) {
        const changed = Buffer.from(bytes);
        changed[place] = (changed[place] ?? 0) ^ 1;
        await writeFile(path, changed);
        const found = await warehouse.verify(NAME).then(
          () => 'nothing',
          (error: unknown) => error,
        );
        expect(found, `byte ${String(place)} of ${path}`).toMatchObject({
          code: 'STORAGE_CORRUPT',
          message: expect.stringContaining(path) as string,
        });
      }
      await writeFile(path, bytes);
    }
    expect(await warehouse.verify(NAME)).toMatchObject({ files: 2 });
  });
});

describe('verifying a warehouse that nobody has open', () => {
  const damageOf = async (names: readonly { schema: string; name: string }[] = []) => {
    const found: Record<string, readonly string[]> = {};
    for await (const { name, damage } of verifyWarehouse(opened.directory, names)) found[name.name] = damage.map(({ message }) => message);
    return found;
  };

  it('tells every damaged file of every table once, and that the others are sound', async () => {
    const { warehouse, directory } = opened;
    await warehouse.writer.createTable(idTable('other'), 'fail');
    expect(await damageOf()).toEqual({ other: [], t: [] });
    const files = await filesBelow(join(directory, 'tables', 'main'));
    for (const end of ['.parquet', '-m0.avro']) {
      const path = files.find((each) => each.endsWith(end)) ?? '';
      const sound = await readFile(path);
      await writeFile(path, Buffer.concat([sound, Buffer.from('x')]));
      const { t = [] } = await damageOf();
      expect(
        t.some((message) => message.includes(path)),
        path,
      ).toBe(true);
      expect(t).toHaveLength(new Set(t).size);
      await writeFile(path, sound);
    }
    const [lost = ''] = files.filter((path) => path.includes('/other-') && path.endsWith('.metadata.json'));
    await rm(lost);
    const found = await damageOf();
    expect(found).toEqual({ other: [expect.stringContaining(lost)], t: [] });
    expect(Object.keys(await damageOf([NAME]))).toEqual(['t']);
    await expect(damageOf([{ schema: 'main', name: 'none' }])).rejects.toMatchObject({ code: 'CATALOG_UNKNOWN_TABLE' });
  });

  it('refuses a directory without a warehouse, and makes nothing there', async () => {
    const nothing = join(opened.directory, 'nothing');
    await expect(verifyWarehouse(nothing, []).next()).rejects.toMatchObject({ code: 'STORAGE_LOCATION' });
    expect(await filesBelow(opened.directory).then((files) => files.some((path) => path.startsWith(nothing)))).toBe(false);
  });
});
