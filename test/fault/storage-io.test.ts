import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assert, type DataFile, type Field, locationToPath, pathToLocation, PlatformError, type TableSpec } from '../../spi/index.ts';
import type { CommitterParts } from '../../storage/committer/committer-parts.ts';
import type { StagedWrite } from '../../storage/committer/committer-request.ts';
import { openCommitterParts } from '../../storage/committer/open-committer-parts.ts';
import { runRequest } from '../../storage/committer/run-request.ts';
import { StoredCatalog } from '../../storage/catalog/stored-catalog.ts';
import type { FileSystem } from '../../storage/file/file-system.ts';
import { localFileSystem } from '../../storage/file/local-file-system.ts';
import { verifyTable } from '../../storage/verify/verify-table.ts';
import { writeParquet } from '../unit/storage/fixture/stage-rows.ts';
import { committedTable, stagedWrite } from '../unit/storage/fixture/staged-write.ts';

const FIELDS: readonly Field[] = [{ id: 1, name: 'id', type: { kind: 'bigint' }, nullable: true }];
const SPEC: TableSpec = { name: { schema: 'main', name: 't' }, columns: FIELDS, partitioning: [], properties: {}, comment: null };

/** A disk that fails one operation: the n-th of those that write or sync. */
class FaultyDisk {
  failAt = Infinity;
  operations = 0;
  readonly files: FileSystem;

  constructor() {
    const local = localFileSystem();
    const counted = <Arguments extends unknown[]>(work: (...given: Arguments) => Promise<void>) => {
      return async (...given: Arguments): Promise<void> => {
        this.operations += 1;
        if (this.operations === this.failAt) throw new PlatformError('STORAGE_IO', 'The disk failed.');
        await work(...given);
      };
    };
    this.files = {
      ...local,
      create: counted(local.create),
      write: counted(local.write),
      sync: counted(local.sync),
      syncDirectory: counted(local.syncDirectory),
      makeDirectory: counted(local.makeDirectory),
      remove: counted(local.remove),
    };
  }
}

let directory: string;
let parts: CommitterParts;
let disk: FaultyDisk;
let template: DataFile;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'faulty-'));
  disk = new FaultyDisk();
  parts = await openCommitterParts(join(directory, 'warehouse'), 3, disk.files);
  await runRequest(parts, { operationId: 'create', kind: 'create_table', spec: SPEC, ifExists: 'fail' });
  template = await writeParquet(join(directory, 'rows.parquet'), FIELDS, 'SELECT i AS id FROM range(3) r(i)');
});

afterEach(async () => {
  await parts.store.close();
  await rm(directory, { recursive: true });
});

async function stage(goal: 'append' | 'overwrite', key: string): Promise<StagedWrite> {
  const table = committedTable(parts, SPEC.name);
  const staging = join(table.tableDirectory, 'data', `${key}-task-1`);
  await localFileSystem().makeDirectory(staging);
  await copyFile(locationToPath(template.uri), join(staging, 'a.parquet'));
  return stagedWrite(table, { goal, key, files: [{ ...template, uri: pathToLocation(join(staging, 'a.parquet')) }] });
}

async function rows(): Promise<number | null> {
  const found = await new StoredCatalog(parts.store, parts.metadata).resolve(SPEC.name);
  assert(found?.kind === 'table', 'the table is there');
  return found.rows;
}

describe('a commit on a disk that fails', () => {
  it.each(['append', 'overwrite'] as const)(
    'leaves the table as it was at every step, and succeeds when it is repeated (%s)',
    async (goal) => {
      await runRequest(parts, { operationId: 'first', kind: 'commit_write', write: await stage('append', 'first') });
      let expected = 3;
      let steps = 0;
      for (let failAt = 1; ; failAt += 1) {
        const write = await stage(goal, `write${String(failAt)}`);
        const request = { operationId: `write${String(failAt)}`, kind: 'commit_write', write } as const;
        disk.operations = 0;
        disk.failAt = failAt;
        const outcome = await runRequest(parts, request).catch((error: unknown) => error);
        disk.failAt = Infinity;
        if (!(outcome instanceof PlatformError)) break;
        steps += 1;
        expect(outcome.code).toBe('STORAGE_IO');
        expect(await rows()).toBe(expected);
        await runRequest(parts, request);
        expected = goal === 'append' ? expected + 3 : 3;
        expect(await rows()).toBe(expected);
        await runRequest(parts, request);
        expect(await rows()).toBe(expected);
      }
      expect(steps).toBeGreaterThan(5);
      await verifyTable(disk.files, parts.store, parts.metadata, SPEC.name);
    },
  );

  it('refuses a staged file that is shorter than told, has other rows, is missing, or lies elsewhere', async () => {
    const write = await stage('append', 'key');
    const file = write.fragments[0]?.files[0];
    assert(file !== undefined, 'a file is staged');
    const attempt = (changed: Partial<DataFile>): Promise<unknown> =>
      runRequest(parts, {
        operationId: 'x',
        kind: 'commit_write',
        write: { ...write, fragments: [{ task: 'task', attempt: 1, files: [{ ...file, ...changed }] }] },
      });
    await expect(attempt({ bytes: file.bytes - 1 })).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' });
    await expect(attempt({ rows: 4 })).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' });
    await expect(attempt({ uri: `${file.uri}.missing` })).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' });
    await expect(attempt({ uri: template.uri })).rejects.toMatchObject({ code: 'STORAGE_LOCATION' });
    expect(await rows()).toBe(0);
  });

  it('is found by a verification when a data file changes afterwards', async () => {
    const write = await stage('append', 'key');
    await runRequest(parts, { operationId: 'x', kind: 'commit_write', write });
    expect(await verifyTable(disk.files, parts.store, parts.metadata, SPEC.name)).toMatchObject({ files: 1 });
    const path = locationToPath(write.fragments[0]?.files[0]?.uri ?? '');
    const bytes = Buffer.from(await disk.files.read(path));
    bytes[10] = (bytes[10] ?? 0) ^ 1;
    await disk.files.replace(path, bytes);
    await expect(verifyTable(disk.files, parts.store, parts.metadata, SPEC.name)).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' });
  });
});
