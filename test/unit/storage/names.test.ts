import { mkdtemp, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assert, locationToPath, type TableSnapshot, type TableSpec } from '../../../spi/index.ts';
import { StoredCatalog } from '../../../storage/catalog/stored-catalog.ts';
import type { CommitterCall } from '../../../storage/committer/committer.ts';
import type { CommitterParts } from '../../../storage/committer/committer-parts.ts';
import { openCommitterParts } from '../../../storage/committer/open-committer-parts.ts';
import { runRequest } from '../../../storage/committer/run-request.ts';
import { localFileSystem } from '../../../storage/file/local-file-system.ts';
import { checkFormat } from '../../../storage/warehouse-format.ts';

let directory: string;
let parts: CommitterParts;
let catalog: StoredCatalog;
let operations = 0;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'names-'));
  parts = await openCommitterParts(directory, 3, localFileSystem());
  catalog = new StoredCatalog(parts.store, parts.metadata);
});

afterEach(async () => {
  await parts.store.close();
  await rm(directory, { recursive: true });
});

function run(call: CommitterCall): Promise<unknown> {
  operations += 1;
  return runRequest(parts, { ...call, operationId: String(operations) });
}

const spec = (name: string, schema = 'main'): TableSpec => ({
  name: { schema, name },
  columns: [{ name: 'id', type: { kind: 'integer' }, nullable: true }],
  partitioning: [],
  properties: {},
  comment: null,
});

const create = (name: string, ifExists: 'fail' | 'keep' | 'replace' = 'fail'): Promise<unknown> =>
  run({ kind: 'create_table', spec: spec(name), ifExists });

async function uuidOf(name: string): Promise<string> {
  const found = await catalog.resolve({ schema: 'main', name });
  assert(found?.kind === 'table', 'the table is there');
  return (found satisfies TableSnapshot).ref.uuid;
}

describe('a name', () => {
  it('is taken once, whatever its case', async () => {
    await create('Orders');
    await expect(create('ORDERS')).rejects.toMatchObject({ code: 'CATALOG_EXISTS' });
    expect(await catalog.relations('Main')).toMatchObject([{ schema: 'main', name: 'Orders', kind: 'table' }]);
  });

  it('is kept or replaced when that is asked for', async () => {
    await create('orders');
    const first = await uuidOf('orders');
    await create('orders', 'keep');
    expect(await uuidOf('orders')).toBe(first);
    await create('orders', 'replace');
    expect(await uuidOf('orders')).not.toBe(first);
  });

  it('may hold any letters, and nothing that nobody can type', async () => {
    await create('größe / ∑ "x"');
    expect(await catalog.resolve({ schema: 'main', name: 'GRÖSSE / ∑ "X"' })).toBeNull();
    expect(await catalog.resolve({ schema: 'main', name: 'GRÖßE / ∑ "X"' })).not.toBeNull();
    for (const name of ['', ' ', 'a\nb', 'x'.repeat(129), '\ud800']) {
      await expect(create(name)).rejects.toMatchObject({ code: 'CATALOG_INVALID_NAME' });
    }
  });

  it('that is unknown is told with the one that was perhaps meant', async () => {
    await create('orders');
    await expect(catalog.history({ schema: 'main', name: 'oders' })).rejects.toMatchObject({
      code: 'CATALOG_UNKNOWN_TABLE',
      hint: 'Did you mean "orders"?',
    });
    await expect(catalog.relations('mian')).rejects.toMatchObject({ code: 'CATALOG_UNKNOWN_SCHEMA', hint: 'Did you mean "main"?' });
  });
});

describe('a schema', () => {
  it('is dropped only when it is empty, or with all in it', async () => {
    await run({ kind: 'create_schema', schema: 'Sales', ifExists: 'fail' });
    await run({ kind: 'create_table', spec: spec('t', 'sales'), ifExists: 'fail' });
    const drop = (cascade: boolean): Promise<unknown> => run({ kind: 'drop_schema', schema: 'SALES', ifExists: false, cascade });
    await expect(drop(false)).rejects.toMatchObject({ code: 'CATALOG_NOT_EMPTY' });
    await drop(true);
    await expect(drop(true)).rejects.toMatchObject({ code: 'CATALOG_UNKNOWN_SCHEMA' });
    expect(await catalog.schemas()).toEqual(['main']);
  });
});

describe('a view', () => {
  const view = { name: { schema: 'main', name: 'v' }, sql: 'SELECT 1 AS "a"', defaultSchema: 'main', columnNames: ['b'], comment: 'one' };

  it('is stored with its text, column names and comment', async () => {
    await run({ kind: 'create_view', view, ifExists: 'fail' });
    expect(await catalog.resolve({ schema: 'main', name: 'V' })).toEqual({ kind: 'view', ...view, uuid: expect.any(String) as string });
    await run({ kind: 'create_view', view: { ...view, sql: 'SELECT 2', columnNames: null, comment: null }, ifExists: 'replace' });
    expect(await catalog.resolve(view.name)).toMatchObject({ sql: 'SELECT 2', columnNames: null, comment: null });
  });

  it('is not a table', async () => {
    await run({ kind: 'create_view', view, ifExists: 'fail' });
    const drop = { kind: 'drop_relation', relation: 'table', name: view.name, ifExists: true } as const;
    await expect(run(drop)).rejects.toMatchObject({ code: 'CATALOG_NOT_A_TABLE' });
    await expect(create('v', 'replace')).rejects.toMatchObject({ code: 'CATALOG_NOT_A_TABLE' });
    await run({ ...drop, relation: 'view' });
    expect(await catalog.resolve(view.name)).toBeNull();
  });
});

describe('a repeated operation', () => {
  it('is done once', async () => {
    const request = { operationId: 'same', kind: 'create_schema', schema: 's', ifExists: 'fail' } as const;
    await runRequest(parts, request);
    await runRequest(parts, request);
    expect(await catalog.schemas()).toEqual(['main', 's']);
  });
});

describe('a sweep', () => {
  const day = 24 * 3_600_000;

  it('removes a dropped table’s files only when they have been forgotten for long enough', async () => {
    await create('t');
    const location = parts.store.relation({ schema: 'main', name: 't' })?.tableLocation ?? '';
    await run({ kind: 'drop_relation', relation: 'table', name: { schema: 'main', name: 't' }, ifExists: false });
    expect(await run({ kind: 'sweep', olderThanMs: day })).toEqual({ stagingDirectories: 0, tableDirectories: 0 });
    expect((await stat(locationToPath(location))).isDirectory()).toBe(true);
    expect(await run({ kind: 'sweep', olderThanMs: -1000 })).toEqual({ stagingDirectories: 0, tableDirectories: 1 });
    expect(parts.store.dropped()).toEqual([]);
    await expect(stat(locationToPath(location))).rejects.toThrow(/ENOENT/);
  });

  it('removes abandoned staging directories, but none of an open transaction', async () => {
    await create('t');
    const table = locationToPath(parts.store.relation({ schema: 'main', name: 't' })?.tableLocation ?? '');
    for (const transaction of ['aaaa_1', 'bbbb_1']) {
      const staging = join(table, 'data', `${transaction}-task-1`);
      await parts.files.makeDirectory(staging);
      await parts.files.write(join(staging, 'x.parquet'), Buffer.from('x'));
      await utimes(join(staging, 'x.parquet'), 1, 1);
    }
    await parts.files.makeDirectory(join(directory, 'processes'));
    await parts.files.write(join(directory, 'processes', 'bbbb.json'), Buffer.from(JSON.stringify({ pid: process.pid })));
    expect(await run({ kind: 'sweep', olderThanMs: day })).toEqual({ stagingDirectories: 1, tableDirectories: 0 });
    expect((await parts.files.list(join(table, 'data'))).map((entry) => entry.name)).toEqual(['bbbb_1-task-1']);
  });
});

describe('the format file', () => {
  it('of a newer version is refused with what to do', async () => {
    const path = join(directory, 'format.json');
    await checkFormat(parts.files, path);
    await checkFormat(parts.files, path);
    await parts.files.replace(path, Buffer.from('{"formatVersion":2}'));
    await expect(checkFormat(parts.files, path)).rejects.toMatchObject({
      code: 'STORAGE_FORMAT_TOO_NEW',
      message: 'The warehouse has format version 2; this program reads up to version 1.',
    });
  });
});
