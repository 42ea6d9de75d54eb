import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assert } from '../../../../spi/index.ts';
import { MetadataReader } from '../../../../storage/catalog/metadata-reader.ts';
import { localFileSystem } from '../../../../storage/file/local-file-system.ts';
import { openWarehouse, type Warehouse } from '../../../../storage/index.ts';
import { openWarehouseWith } from '../../../../storage/open-warehouse.ts';
import { closedDataService } from '../fixture/closed-data-service.ts';
import { idTable, tableOf, writeIds } from '../fixture/open-warehouse.ts';
import { runRequest } from '../../../../storage/committer/run-request.ts';
import { openCommitterParts } from '../../../../storage/committer/open-committer-parts.ts';
import type { CommittedAnswer } from '../../../../storage/commit/commit-write.ts';
import { committedTable, stagedWrite } from '../fixture/staged-write.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'succeeding-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

/** The warehouse in the directory, and the metadata files of tables that its own process reads. */
async function openCounted(): Promise<{ readonly warehouse: Warehouse; readonly read: string[] }> {
  const files = localFileSystem();
  const read: string[] = [];
  const counted = {
    ...files,
    read: (path: string): Promise<Uint8Array> => {
      if (path.endsWith('.metadata.json')) read.push(path);
      return files.read(path);
    },
  };
  const parts = {
    files: counted,
    committerEntry: new URL('../../../../storage/committer/committer-main.ts', import.meta.url),
    committerEnv: {},
  };
  const options = { directory: join(directory, 'warehouse'), dataService: closedDataService(), onLog: () => undefined };
  return { warehouse: await openWarehouseWith(options, parts), read };
}

describe('the metadata that a commit has written', () => {
  it.each(['2', '3'])('is known to the process that asked for it without reading it, in version %s', async (version) => {
    const { warehouse, read } = await openCounted();
    const name = { schema: 'main', name: 't' };
    await warehouse.writer.createTable({ ...idTable('t'), properties: { 'format-version': version } }, 'fail');
    for (const key of ['a', 'b', 'c'])
      await writeIds(warehouse, { kind: 'append', table: (await tableOf(warehouse, 't')).ref }, [1, 2], key);
    const own = [await tableOf(warehouse, 't'), await warehouse.catalog.history(name)];
    expect(read).toHaveLength(1);
    await warehouse.close();
    const later = await openWarehouse({
      directory: join(directory, 'warehouse'),
      dataService: closedDataService(),
      onLog: () => undefined,
    });
    expect([await tableOf(later, 't'), await later.catalog.history(name)]).toEqual(own);
    await later.close();
  });

  it('is the same made of what was added as read from its file, and is read where nothing is known of the one before', async () => {
    const parts = await openCommitterParts(join(directory, 'warehouse'), 3, localFileSystem());
    await runRequest(parts, { operationId: 'create', kind: 'create_table', spec: idTable('t'), ifExists: 'fail' });
    const table = committedTable(parts, { schema: 'main', name: 't' });
    const [knows, doubts, reads] = [1, 2, 3].map(() => new MetadataReader(localFileSystem()));
    await knows?.table(parts.store.relation(table.ref)?.metadataLocation ?? '');
    for (const key of ['a', 'b']) {
      const write = stagedWrite(table, { key, files: [] });
      const { succeeding } = (await runRequest(parts, { operationId: key, kind: 'commit_write', write })) as unknown as CommittedAnswer;
      assert(succeeding !== undefined, 'an append tells what it adds');
      for (const reader of [knows, doubts]) reader?.succeed(succeeding);
      const location = parts.store.relation(table.ref)?.metadataLocation ?? '';
      expect(location).toBe(succeeding.location);
      const file = await reads?.table(location);
      expect(await knows?.table(location)).toEqual(file);
      expect(await doubts?.table(location)).toEqual(file);
    }
    await parts.store.close();
  });
});
