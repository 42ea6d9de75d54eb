import { mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Field, locationToPath, type MaintenanceRun, PlatformError, type TableRegistration } from '../../../../spi/index.ts';
import { printLosslessJson } from '../../../../storage/iceberg/json/lossless-json.ts';
import { type ForeignFile, ForeignTable } from '../../../support/foreign-table.ts';
import { filesOf, idTable, openTemporaryWarehouse, tableOf, type TemporaryWarehouse, writeIds } from '../fixture/open-warehouse.ts';

const ID: Field = { id: 1, name: 'id', type: { kind: 'bigint' }, nullable: true };
const RUN: MaintenanceRun = { signal: new AbortController().signal, onProgress: () => undefined };
const NAME = { schema: 'main', name: 'theirs' };

const fileOf = (query: string): ForeignFile => ({ query, fieldIds: { id: 1 }, specId: 0, partition: [], deletes: null });

let opened: TemporaryWarehouse;
let folder: string;
let foreign: ForeignTable;

beforeEach(async () => {
  opened = await openTemporaryWarehouse();
  folder = mkdtempSync(join(tmpdir(), 'theirs-'));
  foreign = new ForeignTable([ID], [{ specId: 0, fields: [] }], folder);
  await foreign.commit([fileOf('SELECT 1::BIGINT AS id'), fileOf('SELECT unnest([2, 3])::BIGINT AS id')]);
});
afterEach(async () => {
  await opened.remove();
  rmSync(folder, { recursive: true, force: true });
});

function metadataFile(change: (text: string) => string | Uint8Array = (text) => text): string {
  const path = join(foreign.directory, 'v3.metadata.json');
  writeFileSync(path, change(printLosslessJson(foreign.metadata.json)));
  return path;
}

const checkFolder = (path: string): Promise<void> =>
  path.startsWith(folder) ? Promise.resolve() : Promise.reject(new PlatformError('STORAGE_LOCATION', `${path} is outside`));

const register = (changes: Partial<TableRegistration> = {}) =>
  opened.warehouse.transfer.registerTable(
    { name: NAME, metadataFile: changes.metadataFile ?? metadataFile(), checkFiles: true, ...changes },
    checkFolder,
    RUN,
  );

const theirFiles = (): readonly string[] => readdirSync(folder, { recursive: true }).map(String).sort();

describe('a registered table of another program', () => {
  it('is read where it lies, and written in a folder of the warehouse', async () => {
    const before = [...theirFiles(), `${foreign.directory.slice(folder.length + 1)}/v3.metadata.json`].sort();
    expect(await register()).toEqual({ snapshotId: foreign.snapshotId, dataFiles: 2, deleteFiles: 0, rows: 3 });
    const { warehouse, directory } = opened;
    const table = await tableOf(warehouse, 'theirs');
    expect(table.snapshotId).toBe(foreign.snapshotId);
    expect(await filesOf(warehouse, table)).toHaveLength(2);
    await writeIds(warehouse, { kind: 'append', table: table.ref }, [4], 'key');
    const [own = '', ...others] = [...(await filesOf(warehouse, await tableOf(warehouse, 'theirs')))].sort((left) =>
      left.includes(directory) ? -1 : 1,
    );
    expect(locationToPath(own).startsWith(join(directory, 'tables', 'main'))).toBe(true);
    expect(others.every((location) => locationToPath(location).startsWith(folder))).toBe(true);
    expect(await warehouse.verify(NAME)).toMatchObject({ files: 3, filesWithoutChecksum: 2 });
    expect(theirFiles()).toEqual(before);
  });

  it('keeps its files outside whatever becomes of it here: expiry, sweep and DROP', async () => {
    await register();
    const before = theirFiles();
    const { warehouse, directory } = opened;
    const { ref } = await tableOf(warehouse, 'theirs');
    await writeIds(warehouse, { kind: 'overwrite', table: ref }, [9], 'key');
    await warehouse.maintenance.expireSnapshots(ref, { olderThanMs: Date.now() + 1000, retainLast: 1 }, RUN);
    await warehouse.maintenance.removeOrphanFiles(ref, { olderThanMs: Date.now() + 1000, dryRun: false }, RUN);
    expect((await warehouse.catalog.history(NAME)).length).toBe(1);
    await warehouse.writer.dropTable(NAME, { ifExists: false });
    // What this process staged stays as long as it has the warehouse open.
    await opened.reopen();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await opened.warehouse.sweep(0)).tableDirectories).toBe(1);
    expect(readdirSync(join(directory, 'tables', 'main'))).toEqual([]);
    expect(theirFiles()).toEqual(before);
  });

  it('may spell its locations as other writers do, and compress its metadata', async () => {
    await register({ metadataFile: metadataFile((text) => gzipSync(text.replaceAll('file:///', 'file:/'))) });
    await register({
      name: { schema: 'main', name: 'plain' },
      metadataFile: `file:${metadataFile((text) => text.replaceAll('file:///', '/'))}`,
    });
    for (const name of ['theirs', 'plain']) expect(await filesOf(opened.warehouse, await tableOf(opened.warehouse, name))).toHaveLength(2);
  });

  it('stays unknown when any of its files is outside, missing, a link or not as told', async () => {
    const data = join(foreign.directory, 'data');
    const [first = ''] = readdirSync(data);
    await expect(register({ metadataFile: '/etc/v1.metadata.json' })).rejects.toMatchObject({ code: 'STORAGE_LOCATION' });
    await expect(register({ metadataFile: join(folder, 'none.json') })).rejects.toMatchObject({ code: 'STORAGE_FILE' });
    await expect(register({ metadataFile: metadataFile((text) => text.replaceAll('file:///', 's3://b/')) })).rejects.toMatchObject({
      code: 'STORAGE_LOCATION',
    });
    await expect(
      register({ metadataFile: metadataFile((text) => text.replace('"format-version":2', '"format-version":9')) }),
    ).rejects.toMatchObject({
      code: 'STORAGE_UNSUPPORTED',
    });
    const elsewhere = join(folder, first);
    renameSync(join(data, first), elsewhere);
    await expect(register()).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' });
    symlinkSync(elsewhere, join(data, first));
    await expect(register()).rejects.toMatchObject({ code: 'STORAGE_LOCATION' });
    rmSync(join(data, first));
    writeFileSync(join(data, first), 'PAR1');
    await expect(register()).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' });
    expect(await opened.warehouse.catalog.relations('main')).toEqual([]);
    // Whoever knows better may leave the files unseen.
    await register({ checkFiles: false });
    expect(await opened.warehouse.catalog.relations('main')).toHaveLength(1);
  });

  it('takes no rows where it has bytes of fixed length, which are read', async () => {
    const fixed = new ForeignTable(
      [{ id: 1, name: 'f', type: { kind: 'fixed', lengthBytes: 4 }, nullable: true }],
      [{ specId: 0, fields: [] }],
      folder,
    );
    await fixed.commit([{ ...fileOf("SELECT 'abcd'::BLOB AS f"), fieldIds: { f: 1 } }]);
    const path = join(fixed.directory, 'v2.metadata.json');
    writeFileSync(path, printLosslessJson(fixed.metadata.json));
    expect(await register({ metadataFile: path })).toMatchObject({ dataFiles: 1, rows: 1 });
    const { ref } = await tableOf(opened.warehouse, 'theirs');
    const transaction = await opened.warehouse.sink.begin({ kind: 'append', table: ref });
    await expect(transaction.target('task', 1)).rejects.toMatchObject({ code: 'STORAGE_UNSUPPORTED' });
    await transaction.abort();
  });

  it('needs a name that is free', async () => {
    await opened.warehouse.writer.createTable(idTable('theirs'), 'fail');
    await expect(register()).rejects.toMatchObject({ code: 'CATALOG_EXISTS' });
    await expect(register({ name: { schema: 'nowhere', name: 't' } })).rejects.toMatchObject({ code: 'CATALOG_UNKNOWN_SCHEMA' });
  });

  it('refuses files without field ids unless the name mapping of the table has all of their columns', async () => {
    await foreign.commit([{ ...fileOf('SELECT 4::BIGINT AS id'), fieldIds: {} }]);
    await expect(register()).rejects.toMatchObject({ code: 'STORAGE_UNSUPPORTED' });
    expect(await opened.warehouse.catalog.relations('main')).toEqual([]);
    const mapped = metadataFile((text) => text.replace('"properties":{', '"properties":{"schema.name-mapping.default":"[]"'));
    await expect(register({ metadataFile: mapped })).rejects.toMatchObject({ code: 'STORAGE_UNSUPPORTED' });
  });
});

describe('a registered table with deletes', () => {
  const equality = (fieldIds: Record<string, number>): ForeignFile => ({
    ...fileOf('SELECT 2::BIGINT AS id'),
    fieldIds,
    deletes: { content: 'equality', equalityIds: [1], referencedDataFile: null, vector: null },
  });
  const positions = (column: string): ForeignFile => ({
    ...fileOf(`SELECT 'file:///f' AS ${column}, 0::BIGINT AS pos`),
    fieldIds: {},
    deletes: { content: 'position', equalityIds: [], referencedDataFile: null, vector: null },
  });

  it('is taken when its delete files tell what they delete', async () => {
    await foreign.commit([equality({ id: 1 }), positions('file_path')]);
    expect(await register()).toMatchObject({ dataFiles: 2, deleteFiles: 2 });
  });

  it('is taken with deletion vectors, which have no columns', async () => {
    foreign.upgrade();
    const [location = ''] = await foreign.commit([fileOf('SELECT 4::BIGINT AS id')]);
    const deletes = { content: 'position', equalityIds: [], referencedDataFile: location, vector: null } as const;
    await foreign.commit([{ ...fileOf(''), deletes, positions: [0] }]);
    expect(await register()).toMatchObject({ dataFiles: 3, deleteFiles: 1 });
  });

  it.each([
    ['an equality delete file without the id of a column that it compares', equality({}), '1'],
    ['a position delete file without the column of paths', positions('path'), 'file_path'],
  ])('is refused for %s', async (_what, file, column) => {
    await foreign.commit([file]);
    await expect(register()).rejects.toMatchObject({ code: 'STORAGE_UNSUPPORTED', details: { column } });
  });

  it('is refused for instants in nanoseconds, with the path of the part that holds them', async () => {
    const type = 'timestamptz_ns';
    const struct = (name: string, part: unknown) => ({ type: 'struct', fields: [{ id: 10, name, required: false, type: part }] });
    const list = { type: 'list', 'element-id': 11, 'element-required': false, element: struct('at', type) };
    const map = { type: 'map', 'key-id': 12, key: 'string', 'value-id': 13, 'value-required': false, value: struct('seen', list) };
    const file = metadataFile((text) => text.replaceAll('"type":"long"', `"type":${JSON.stringify(map)}`));
    await expect(register({ metadataFile: file })).rejects.toMatchObject({
      code: 'STORAGE_UNSUPPORTED',
      message: expect.stringContaining(`column id.value.seen.element.at uses the type ${type}`) as string,
      hint: expect.stringContaining('microseconds') as string,
      details: { type },
    });
    expect(await opened.warehouse.catalog.relations('main')).toEqual([]);
  });
});

describe('a table that was dropped', () => {
  const metadataOf = (table: string): string => {
    const metadata = join(opened.directory, 'tables', 'main', table, 'metadata');
    return join(
      metadata,
      readdirSync(metadata)
        .filter((name) => name.endsWith('.metadata.json'))
        .sort()
        .at(-1) ?? '',
    );
  };

  it('comes back as it was while its files are there, and not afterwards', async () => {
    const { warehouse, directory } = opened;
    await warehouse.writer.createTable(idTable('t'), 'fail');
    const { ref } = await tableOf(warehouse, 't');
    await writeIds(warehouse, { kind: 'append', table: ref }, [1, 2], 'key');
    const [table = ''] = readdirSync(join(directory, 'tables', 'main'));
    await expect(register({ metadataFile: metadataOf(table) })).rejects.toMatchObject({ code: 'CATALOG_UNKNOWN_TABLE' });
    await warehouse.writer.dropTable({ schema: 'main', name: 't' }, { ifExists: false });
    const back = { name: { schema: 'main', name: 'back' }, metadataFile: metadataOf(table) };
    expect(await register(back)).toMatchObject({ dataFiles: 1, rows: 2 });
    expect((await tableOf(warehouse, 'back')).ref.uuid).toBe(ref.uuid);
    expect((await warehouse.sweep(0)).tableDirectories).toBe(0);
    expect(await warehouse.verify(back.name)).toMatchObject({ files: 1, filesWithoutChecksum: 0 });
    await warehouse.writer.dropTable(back.name, { ifExists: false });
    // What this process staged stays as long as it has the warehouse open.
    await opened.reopen();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await opened.warehouse.sweep(0)).tableDirectories).toBe(1);
    await expect(register(back)).rejects.toMatchObject({ code: 'STORAGE_FILE' });
  });
});
