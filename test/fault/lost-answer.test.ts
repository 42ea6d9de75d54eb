import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assert, type TableSpec } from '../../spi/index.ts';
import { localFileSystem } from '../../storage/file/local-file-system.ts';
import { openWarehouseWith } from '../../storage/open-warehouse.ts';
import type { Warehouse } from '../../storage/index.ts';
import { closedDataService } from '../unit/storage/fixture/closed-data-service.ts';
import { stageRows } from '../unit/storage/fixture/stage-rows.ts';

const SPEC: TableSpec = {
  name: { schema: 'main', name: 'events' },
  columns: [{ name: 'id', type: { kind: 'bigint' }, nullable: false }],
  partitioning: [],
  properties: {},
  comment: null,
};

let directory: string;
let warehouse: Warehouse;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lost-answer-'));
  warehouse = await openWarehouseWith(
    { directory, dataService: closedDataService(), onLog: () => undefined },
    {
      files: localFileSystem(),
      committerEntry: new URL('./committer-that-dies-after-a-commit.ts', import.meta.url),
      committerEnv: {},
    },
  );
});

afterEach(async () => {
  await warehouse.close();
  await rm(directory, { recursive: true });
});

describe('a commit whose answer is lost', () => {
  it('is answered as done once, and its files stay', async () => {
    await warehouse.writer.createTable(SPEC, 'fail');
    const before = await warehouse.catalog.resolve(SPEC.name);
    assert(before?.kind === 'table', 'the table is there');
    const transaction = await warehouse.sink.begin({ kind: 'append', table: before.ref });
    const fragment = await stageRows(transaction, 'task', 'SELECT 7::BIGINT AS id');
    const result = await transaction.commit([fragment], 'key');
    expect(existsSync(join(directory, 'died'))).toBe(true);
    expect(result).toMatchObject({ rows: 1, repeated: false });
    expect(await warehouse.verify(SPEC.name)).toMatchObject({ files: 1 });
    expect(await warehouse.catalog.history(SPEC.name)).toHaveLength(1);
  });

  it('tells another write under the same key that it was done before, and removes only that write’s files', async () => {
    await warehouse.writer.createTable(SPEC, 'fail');
    const found = await warehouse.catalog.resolve(SPEC.name);
    assert(found?.kind === 'table', 'the table is there');
    for (const repeated of [false, true]) {
      const transaction = await warehouse.sink.begin({ kind: 'append', table: found.ref });
      const fragment = await stageRows(transaction, 'task', 'SELECT 7::BIGINT AS id');
      expect(await transaction.commit([fragment], 'key')).toMatchObject({ rows: 1, repeated });
    }
    expect(await warehouse.verify(SPEC.name)).toMatchObject({ files: 1 });
  });

  it('keeps the files of a created table', async () => {
    const transaction = await warehouse.sink.begin({ kind: 'create', spec: SPEC, ifExists: 'fail' });
    const result = await transaction.commit([await stageRows(transaction, 'task', 'SELECT 7::BIGINT AS id')], 'key');
    expect(result).toMatchObject({ rows: 1, repeated: false });
    expect(await warehouse.verify(SPEC.name)).toMatchObject({ files: 1 });
  });
});
