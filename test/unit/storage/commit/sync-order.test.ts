import { readdirSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Field, locationToPath, type TableSpec } from '../../../../spi/index.ts';
import type { CommitterParts } from '../../../../storage/committer/committer-parts.ts';
import { openCommitterParts } from '../../../../storage/committer/open-committer-parts.ts';
import { runRequest } from '../../../../storage/committer/run-request.ts';
import { localFileSystem } from '../../../../storage/file/local-file-system.ts';
import { writeParquet } from '../fixture/stage-rows.ts';
import { committedTable, stagedWrite } from '../fixture/staged-write.ts';

const FIELDS: readonly Field[] = [{ id: 1, name: 'id', type: { kind: 'bigint' }, nullable: true }];
const SPEC: TableSpec = { name: { schema: 'main', name: 't' }, columns: FIELDS, partitioning: [], properties: {}, comment: null };

let directory: string;
let parts: CommitterParts;
/** The names in a folder when its sync began, by path; and the files that were synced. */
let namesSynced: Map<string, readonly string[]>;
let filesSynced: Set<string>;
/** The names in the metadata folder of the table when the first sync began. */
let firstSyncFound: readonly string[] | null;
/** The metadata folder, once the commit is about to begin. */
let watched: string | null;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sync-order-'));
  namesSynced = new Map();
  filesSynced = new Set();
  firstSyncFound = null;
  watched = null;
  const local = localFileSystem();
  const lookAround = (): void => {
    if (watched !== null) firstSyncFound ??= readdirSync(watched);
  };
  parts = await openCommitterParts(join(directory, 'warehouse'), 3, {
    ...local,
    sync: (path) => {
      lookAround();
      filesSynced.add(path);
      return local.sync(path);
    },
    syncDirectory: (path) => {
      lookAround();
      namesSynced.set(path, readdirSync(path));
      return local.syncDirectory(path);
    },
  });
});

afterEach(async () => {
  await parts.store.close();
  await rm(directory, { recursive: true });
});

describe('a commit', () => {
  it('syncs each of its files and folders, and begins when all of its files are there', async () => {
    await runRequest(parts, { operationId: 'create', kind: 'create_table', spec: SPEC, ifExists: 'fail' });
    const table = committedTable(parts, SPEC.name);
    const { tableDirectory } = table;
    const metadata = join(tableDirectory, 'metadata');
    const before = new Set(readdirSync(metadata));
    await mkdir(join(tableDirectory, 'data', 'w-t-1'), { recursive: true });
    const file = await writeParquet(join(tableDirectory, 'data', 'w-t-1', 'a.parquet'), FIELDS, 'SELECT 7::BIGINT AS id', []);
    watched = metadata;
    const write = stagedWrite(table, { key: 'w', files: [file] });
    await runRequest(parts, { operationId: 'w', kind: 'commit_write', write });
    const added = readdirSync(metadata).filter((name) => !before.has(name));
    expect(added).toHaveLength(4);
    expect(namesSynced.get(metadata)).toEqual(expect.arrayContaining(added));
    for (const folder of [tableDirectory, join(tableDirectory, 'data'), join(tableDirectory, 'data', 'w-t-1')])
      expect(namesSynced.has(folder)).toBe(true);
    // A disk that is syncing creates files slowly.
    expect(firstSyncFound).toEqual(expect.arrayContaining(added));
    expect([...filesSynced]).toEqual(expect.arrayContaining([locationToPath(file.uri), ...added.map((name) => join(metadata, name))]));
  });
});
