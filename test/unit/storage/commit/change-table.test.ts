import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assert, locationToPath, PlatformError, type TableChange, type TableRef } from '../../../../spi/index.ts';
import { StoredCatalog } from '../../../../storage/catalog/stored-catalog.ts';
import { changeTable } from '../../../../storage/commit/change-table.ts';
import type { CommitterParts } from '../../../../storage/committer/committer-parts.ts';
import { openCommitterParts } from '../../../../storage/committer/open-committer-parts.ts';
import { runRequest } from '../../../../storage/committer/run-request.ts';
import type { FileSystem } from '../../../../storage/file/file-system.ts';
import { localFileSystem } from '../../../../storage/file/local-file-system.ts';
import { loggedFiles, withMembers } from '../../../../storage/iceberg/metadata/change-table-metadata.ts';
import type { TableMetadata } from '../../../../storage/iceberg/metadata/table-metadata.ts';
import { idTable, openTemporaryWarehouse, tableOf, writeIds } from '../fixture/open-warehouse.ts';

const NAME = { schema: 'main', name: 't' };

let directory: string;
let parts: CommitterParts;
let table: TableRef;
let steps: string[];
let failAt: number;

/** Notes what is made durable, and fails the n-th of these operations. */
function watchedFiles(): FileSystem {
  const local = localFileSystem();
  const watched =
    (name: 'write' | 'syncDirectory') =>
    async (path: string, bytes?: Uint8Array): Promise<void> => {
      steps.push(name);
      if (steps.length === failAt) throw new PlatformError('STORAGE_IO', 'The disk failed.');
      await (name === 'write' ? local.write(path, bytes ?? new Uint8Array()) : local.syncDirectory(path));
    };
  return { ...local, write: watched('write'), syncDirectory: watched('syncDirectory') };
}

beforeEach(async () => {
  [steps, failAt] = [[], Infinity];
  directory = await mkdtemp(join(tmpdir(), 'change-'));
  parts = await openCommitterParts(join(directory, 'warehouse'), 100, watchedFiles());
  await runRequest(parts, { operationId: 'create', kind: 'create_table', spec: idTable('t'), ifExists: 'fail' });
  const pointer = parts.store.relation(NAME);
  assert(pointer !== null, 'the table is there');
  table = { ...NAME, uuid: pointer.uuid };
  steps = [];
});

afterEach(async () => {
  await parts.store.close();
  await rm(directory, { recursive: true });
});

const location = (): string => parts.store.relation(NAME)?.metadataLocation ?? '';

async function properties(): Promise<Readonly<Record<string, string>>> {
  const found = await new StoredCatalog(parts.store, parts.metadata).resolve(NAME);
  assert(found?.kind === 'table', 'the table is there');
  return found.properties;
}

const setting =
  (key: string, value: string) =>
  (metadata: TableMetadata): TableMetadata =>
    withMembers(metadata, { properties: { ...metadata.properties, [key]: value } });

describe('a change of a table’s metadata', () => {
  it('is written and synced before the pointer moves, and the old file joins the log', async () => {
    const before = location();
    const { metadata, changed } = await changeTable(parts, table, 'one', (given) => {
      expect(location()).toBe(before);
      return setting('a', '1')(given);
    });
    expect(changed).toBe(true);
    expect(steps).toEqual(['write', 'syncDirectory']);
    expect(location()).not.toBe(before);
    expect(loggedFiles(metadata)).toEqual([before]);
    expect(await properties()).toEqual({ a: '1' });
    expect(await properties()).toEqual({ a: '1' });
  });

  it('is done once under an operation id, also by a process that asks again', async () => {
    await changeTable(parts, table, 'one', setting('a', '1'));
    await changeTable(parts, table, 'two', setting('a', '2'));
    const moved = location();
    expect(await changeTable(parts, table, 'one', setting('a', '1'))).toMatchObject({ changed: false });
    expect(location()).toBe(moved);
    expect(await properties()).toEqual({ a: '2' });
  });

  it('writes nothing when there is nothing to do, or when it is refused', async () => {
    const before = location();
    expect(await changeTable(parts, table, 'one', () => null)).toMatchObject({ changed: false });
    const refusal = new PlatformError('SQL_INVALID_VALUE', 'No.');
    await expect(
      changeTable(parts, table, 'two', () => {
        throw refusal;
      }),
    ).rejects.toBe(refusal);
    expect(steps).toEqual([]);
    expect(location()).toBe(before);
  });

  it('is made again on what another process has committed in between, and its own file goes', async () => {
    const other = await openCommitterParts(join(directory, 'warehouse'), 100, localFileSystem());
    const seen: (string | undefined)[] = [];
    await changeTable(parts, table, 'one', async (metadata) => {
      seen.push(metadata.properties['b']);
      if (seen.length === 1) await changeTable(other, table, 'two', setting('b', '2'));
      return setting('a', '1')(metadata);
    });
    await other.store.close();
    expect(seen).toEqual([undefined, '2']);
    expect(await properties()).toEqual({ a: '1', b: '2' });
    const files = await readdir(join(locationToPath(location()), '..'));
    expect(files.filter((name) => name.endsWith('.metadata.json'))).toHaveLength(3);
  });

  it('leaves the table as it was when the disk fails at any step, and succeeds when repeated', async () => {
    for (failAt = 1; failAt <= 2; failAt += 1) {
      steps = [];
      const before = location();
      const operation = `failing${String(failAt)}`;
      await expect(changeTable(parts, table, operation, setting('a', operation))).rejects.toMatchObject({ code: 'STORAGE_IO' });
      expect(location()).toBe(before);
      await changeTable(parts, table, operation, setting('a', operation));
      expect(await properties()).toEqual({ a: operation });
    }
  });

  it('is refused for a table that is gone, and for one that took its name', async () => {
    await expect(changeTable(parts, { ...table, uuid: 'other' }, 'one', () => null)).rejects.toMatchObject({
      code: 'CATALOG_UNKNOWN_TABLE',
    });
    await runRequest(parts, { operationId: 'drop', kind: 'drop_relation', relation: 'table', name: NAME, ifExists: false });
    await expect(changeTable(parts, table, 'two', () => null)).rejects.toMatchObject({ code: 'CATALOG_UNKNOWN_TABLE' });
  });

  it('races with appends of the same table: all of them survive', async () => {
    const temporary = await openTemporaryWarehouse();
    try {
      const { warehouse } = temporary;
      await warehouse.writer.createTable(idTable('t'), 'fail');
      const { ref } = await tableOf(warehouse, 't');
      const keys = [0, 1, 2, 3, 4];
      await Promise.all(
        keys.flatMap((key) => [
          writeIds(warehouse, { kind: 'append', table: ref }, [key], String(key)),
          warehouse.writer.alterTable(ref, [{ kind: 'set_properties', properties: { [`k${String(key)}`]: 'v' } }]),
        ]),
      );
      const found = await tableOf(warehouse, 't');
      expect(found.rows).toBe(5);
      expect(Object.keys(found.properties).sort()).toEqual(['k0', 'k1', 'k2', 'k3', 'k4']);
    } finally {
      await temporary.remove();
    }
  });
});

describe('changes of properties', () => {
  const alter = (operationId: string, changes: readonly TableChange[]): Promise<unknown> =>
    runRequest(parts, { operationId, kind: 'alter_table', table, changes });

  it('are made in order, all or none', async () => {
    await alter('one', [
      { kind: 'set_properties', properties: { a: '1', b: '2' } },
      { kind: 'unset_properties', keys: ['a'], ifExists: false },
    ]);
    expect(await properties()).toEqual({ b: '2' });
    const failing = alter('two', [
      { kind: 'set_properties', properties: { c: '3' } },
      { kind: 'unset_properties', keys: ['bb'], ifExists: false },
    ]);
    await expect(failing).rejects.toMatchObject({ code: 'SQL_INVALID_VALUE', hint: 'Did you mean "b"?' });
    expect(await properties()).toEqual({ b: '2' });
  });

  it('refuse keys that say something of the table', async () => {
    for (const key of ['current-snapshot-id', 'trivium.materialized-view']) {
      await expect(alter(key, [{ kind: 'set_properties', properties: { [key]: '3' } }])).rejects.toMatchObject({
        code: 'SQL_INVALID_VALUE',
      });
    }
  });
});
