import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { locationToPath, type MaintenanceRun } from '../../../../spi/index.ts';
import { restoreBackup } from '../../../../storage/backup/restore-backup.ts';
import { rewritePositions } from '../../../../storage/backup/rewrite-positions.ts';
import { localFileSystem } from '../../../../storage/file/local-file-system.ts';
import { FILE_PATH_ID, POS_ID } from '../../../../storage/iceberg/manifest/referenced-path.ts';
import { printLosslessJson } from '../../../../storage/iceberg/json/lossless-json.ts';
import { layoutOf } from '../../../../storage/warehouse-layout.ts';
import { ForeignTable } from '../../../support/foreign-table.ts';
import { filesOf, idTable, tableOf, type TemporaryWarehouse, writeIds } from '../fixture/open-warehouse.ts';
import { type BackupPair, openBackupPair } from '../fixture/open-backup-pair.ts';

const RUN: MaintenanceRun = { signal: new AbortController().signal, onProgress: () => undefined };
const WHOLE = { table: null, name: null };

let pair: BackupPair;
let source: TemporaryWarehouse;
let target: TemporaryWarehouse;
let folder: string;

beforeEach(async () => {
  pair = await openBackupPair();
  ({ source, target, folder } = pair);
  for (const name of ['a', 'b']) {
    await source.warehouse.writer.createTable(idTable(name), 'fail');
    await pair.append(name, [1, 2]);
  }
});
afterEach(() => pair.remove());

const backup = () => source.warehouse.transfer.backup(folder, RUN);
const stored = (): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [join(entry.parentPath, entry.name)] : [],
  );
const record = (): string =>
  stored()
    .filter((path) => /backup-\d+\.json$/.test(path))
    .sort()
    .at(-1) ?? '';

describe('a backup', () => {
  it('brings schemas, tables with their snapshots, views and settings into an empty warehouse elsewhere', async () => {
    const { writer, settings, catalog } = source.warehouse;
    await writer.createSchema('Sales', 'fail');
    await writer.createView(
      { name: { schema: 'Sales', name: 'v' }, sql: 'SELECT 1', defaultSchema: 'main', columnNames: null, comment: null },
      'fail',
    );
    await settings.put('key', '7');
    await source.warehouse.streams.create({
      result: idTable('kept'),
      late: null,
      sql: 'SELECT id FROM a',
      defaultSchema: 'main',
      timeZone: 'UTC',
      fingerprint: 'f',
    });
    await pair.append('a', [3]);
    expect(await backup()).toMatchObject({ tables: 3 });
    const restored = target.warehouse;
    expect(await restored.transfer.restore(folder, WHOLE, RUN)).toMatchObject({ tables: 3 });
    expect(await restored.catalog.schemas()).toEqual(await catalog.schemas());
    expect(await restored.catalog.resolve({ schema: 'sales', name: 'v' })).toMatchObject({ sql: 'SELECT 1' });
    expect(await restored.settings.list('')).toContainEqual({ key: 'key', value: '7' });
    const [before, after] = [await tableOf(source.warehouse, 'a'), await tableOf(restored, 'a')];
    expect(after).toEqual({ ...before, ref: { ...before.ref, uuid: after.ref.uuid } });
    expect(await restored.catalog.history(after.ref)).toEqual(await catalog.history(before.ref));
    const files = (await filesOf(restored, after)).map(locationToPath);
    expect(files.every((path) => path.startsWith(join(target.directory, 'tables', 'main', 'a-')))).toBe(true);
    expect(await restored.verify(after.ref)).toMatchObject({ files: 2, filesWithoutChecksum: 0 });
    const [stream] = await restored.streams.list();
    expect(stream).toMatchObject({ sql: 'SELECT id FROM a', checkpoint: null, table: (await tableOf(restored, 'kept')).ref });
    expect(await restored.catalog.relations('main')).toContainEqual(
      expect.objectContaining({ schema: 'main', name: 'kept', kind: 'materialized_view' }),
    );
    // It goes on as any table does.
    await writeIds(restored, { kind: 'append', table: after.ref }, [9], 'key');
    expect((await tableOf(restored, 'a')).rows).toBe(4);
    await target.reopen();
    expect(await target.warehouse.sweep(0)).toEqual({ stagingDirectories: 0, tableDirectories: 0 });
    await expect(target.warehouse.transfer.restore(folder, WHOLE, RUN)).rejects.toMatchObject({ code: 'CATALOG_NOT_EMPTY' });
  });

  it('copies only what is new the next time', async () => {
    const first = await backup();
    expect(first.copiedFiles).toBe(first.files);
    await pair.append('a', [3]);
    // Data file, manifest, list and metadata of one commit.
    expect(await backup()).toMatchObject({ files: first.files + 3, copiedFiles: 4 });
    expect(await backup()).toMatchObject({ copiedFiles: 0 });
    rmSync(stored().find((path) => path.endsWith('.parquet')) ?? '');
    expect(await backup()).toMatchObject({ copiedFiles: 1 });
  });

  it('gives one table back under another name, beside the one that is there', async () => {
    await backup();
    await pair.append('a', [3]);
    const { warehouse } = source;
    const restore = (table: string, name: string | null) =>
      warehouse.transfer.restore(
        folder,
        { table: { schema: 'main', name: table }, name: name === null ? null : { schema: 'main', name } },
        RUN,
      );
    expect(await restore('A', 'before')).toMatchObject({ tables: 1 });
    expect((await tableOf(warehouse, 'before')).rows).toBe(2);
    expect((await tableOf(warehouse, 'a')).rows).toBe(3);
    await expect(restore('a', null)).rejects.toMatchObject({ code: 'CATALOG_EXISTS' });
    await expect(restore('none', 'c')).rejects.toMatchObject({ code: 'CATALOG_UNKNOWN_TABLE' });
  });

  it('is of one moment over all tables while others write', async () => {
    let isDone = false;
    const writing = (async () => {
      for (let id = 10; !isDone; id += 1) for (const name of ['a', 'b']) await pair.append(name, [id]);
    })();
    await backup();
    isDone = true;
    await writing;
    await target.warehouse.transfer.restore(folder, WHOLE, RUN);
    const [a, b] = [await tableOf(target.warehouse, 'a'), await tableOf(target.warehouse, 'b')];
    expect([0, 1]).toContain(Number(a.rows) - Number(b.rows));
  });

  it('is none without its record, and says which file of it is damaged', async () => {
    await expect(target.warehouse.transfer.restore(folder, WHOLE, RUN)).rejects.toMatchObject({ code: 'STORAGE_FILE' });
    await backup();
    const parts = {
      files: localFileSystem(),
      layout: layoutOf(target.directory),
      warehouseDirectory: target.directory,
      signal: RUN.signal,
      onProgress: () => Promise.resolve(),
    };
    for (const path of stored()) {
      const bytes = readFileSync(path);
      const spoilt = Buffer.from(bytes);
      spoilt[spoilt.length >> 1] = (spoilt[spoilt.length >> 1] ?? 0) ^ 1;
      writeFileSync(path, spoilt);
      await expect(restoreBackup(parts, folder, WHOLE), path).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' });
      writeFileSync(path, bytes);
    }
    expect(await target.warehouse.catalog.relations('main')).toEqual([]);
    rmSync(record());
    await expect(target.warehouse.transfer.restore(folder, WHOLE, RUN)).rejects.toMatchObject({ code: 'STORAGE_FILE' });
  });

  it('is refused when a file of a table is damaged, and leaves no record', async () => {
    const [location = ''] = await filesOf(source.warehouse, await tableOf(source.warehouse, 'b'));
    const path = locationToPath(location);
    writeFileSync(path, Buffer.concat([readFileSync(path), Buffer.from('x')]));
    await expect(backup()).rejects.toMatchObject({ code: 'STORAGE_CORRUPT', message: expect.stringContaining(path) as string });
    expect(record()).toBe('');
  });

  it('takes the files of other programs along, and names them anew where rows of them are deleted', async () => {
    const theirs = mkdtempSync(join(tmpdir(), 'theirs-'));
    const table = new ForeignTable([{ id: 1, name: 'id', type: { kind: 'bigint' }, nullable: true }], [{ specId: 0, fields: [] }], theirs);
    const common = { specId: 0, partition: [] };
    const data = { ...common, query: 'SELECT unnest([1, 2, 3])::BIGINT AS id', fieldIds: { id: 1 }, deletes: null };
    const [location = ''] = await table.commit([data]);
    const deletes = { content: 'position', equalityIds: [], referencedDataFile: location, vector: null } as const;
    const query = `SELECT '${location}' AS file_path, 1::BIGINT AS pos`;
    await table.commit([{ ...common, query, fieldIds: { file_path: FILE_PATH_ID, pos: POS_ID }, deletes, paths: [location, location] }]);
    const metadataFile = join(table.directory, 'v2.metadata.json');
    writeFileSync(metadataFile, printLosslessJson(table.metadata.json));
    const name = { schema: 'main', name: 'theirs' };
    await source.warehouse.transfer.registerTable({ name, metadataFile, checkFiles: true }, () => Promise.resolve(), RUN);
    await backup();
    rmSync(theirs, { recursive: true });
    await target.warehouse.transfer.restore(folder, { table: name, name: null }, RUN);
    const { ref, fields, snapshotId, schemaId } = await tableOf(target.warehouse, 'theirs');
    const columns = fields.map((field) => ({ ...field, fieldId: field.id }));
    const plan = await target.warehouse.source.plan({ table: ref, snapshotId, schemaId, columns, filter: null, deletes: true });
    const [split] = plan.splits;
    expect(split?.uri.startsWith(`file://${target.directory}/tables/main/theirs-`)).toBe(true);
    const deleted = locationToPath(split?.deletes[0]?.uri ?? '');
    const named: string[] = [];
    await rewritePositions(deleted, (found) => {
      named.push(found);
      return found;
    });
    expect(named).toEqual([split?.uri]);
    expect(await target.warehouse.catalog.history(ref)).toHaveLength(2);
  });
});
