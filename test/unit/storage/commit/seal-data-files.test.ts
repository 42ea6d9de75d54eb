import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DataFile, type Field, locationToPath, PlatformError } from '../../../../spi/index.ts';
import { PendingSyncs } from '../../../../storage/commit/pending-syncs.ts';
import { sealDataFiles } from '../../../../storage/commit/seal-data-files.ts';
import type { FileSystem } from '../../../../storage/file/file-system.ts';
import { localFileSystem } from '../../../../storage/file/local-file-system.ts';
import { writeParquet } from '../fixture/stage-rows.ts';

const FIELDS: readonly Field[] = [{ id: 1, name: 'x', type: { kind: 'double' }, nullable: true }];
const table = mkdtempSync(join(tmpdir(), 'seal-'));
const staged: DataFile[] = [];

beforeAll(async () => {
  mkdirSync(join(table, 'data', 'write-1'), { recursive: true });
  for (const rows of [3, 100_000, 5_000_000]) {
    const path = join(table, 'data', 'write-1', `${String(rows)}.parquet`);
    staged.push(await writeParquet(path, FIELDS, `SELECT random() AS x FROM range(${String(rows)})`));
  }
});
afterAll(() => {
  rmSync(table, { recursive: true });
});

const seal = (files: FileSystem, syncs: PendingSyncs, told: readonly DataFile[] = staged) =>
  sealDataFiles(files, table, [{ task: 'task', attempt: 1, files: told }], syncs);

describe('staged files', () => {
  it('are known by the digest of their bytes and their row groups, whatever their size', async () => {
    const syncs = new PendingSyncs();
    const sealed = await seal(localFileSystem(), syncs);
    await syncs.done();
    expect(staged.map(({ bytes }) => (bytes < 256 << 10 ? 'small' : bytes <= 32 << 20 ? 'middle' : 'large'))).toEqual([
      'small',
      'middle',
      'large',
    ]);
    expect(sealed.map(({ sha256 }) => sha256)).toEqual(
      staged.map(({ uri }) =>
        createHash('sha256')
          .update(readFileSync(locationToPath(uri)))
          .digest('hex'),
      ),
    );
    expect(sealed.every(({ splitOffsets }) => splitOffsets[0] === 4)).toBe(true);
    expect(sealed[2]?.splitOffsets.length).toBeGreaterThan(10);
  });

  it('are refused when they are not as told, whatever their size', async () => {
    for (const file of staged) {
      const syncs = new PendingSyncs();
      await expect(seal(localFileSystem(), syncs, [{ ...file, bytes: file.bytes + 1 }])).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' });
      await expect(seal(localFileSystem(), syncs, [{ ...file, rows: file.rows + 1 }])).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' });
      await syncs.ended();
    }
  });

  it('are not durable when the disk does not take one of them, or a folder, up', async () => {
    const failing = (path: string): Promise<void> => Promise.reject(new PlatformError('STORAGE_IO', `Cannot sync ${path}.`));
    for (const broken of ['sync', 'syncDirectory'] as const) {
      const syncs = new PendingSyncs();
      await seal({ ...localFileSystem(), [broken]: failing }, syncs);
      await expect(syncs.done()).rejects.toMatchObject({ code: 'STORAGE_IO' });
    }
  });
});

describe('works that go on at the same time', () => {
  it('begin together with those that were held, which begin once and are waited for too', async () => {
    const ended: string[] = [];
    const syncs = new PendingSyncs();
    const work = (name: string) => (): Promise<unknown> =>
      new Promise<void>((resolve) => setImmediate(resolve)).then(() => ended.push(name));
    syncs.hold(work('held'));
    await new Promise<void>((resolve) => setTimeout(resolve, 1));
    expect(ended).toEqual([]);
    syncs.begin();
    syncs.hold(work('late'));
    await syncs.done();
    await syncs.done();
    expect(ended).toEqual(['held', 'late']);
    syncs.hold(() => Promise.reject(new PlatformError('STORAGE_IO', 'The disk failed.')));
    await expect(syncs.done()).rejects.toMatchObject({ code: 'STORAGE_IO' });
  });

  it('are not begun any more once somebody has another error to tell', async () => {
    let begun = false;
    const syncs = new PendingSyncs();
    syncs.hold(() => Promise.resolve((begun = true)));
    await syncs.ended();
    await syncs.done();
    expect(begun).toBe(false);
  });

  it('have all ended when the failure of one is told', async () => {
    const ended: string[] = [];
    const syncs = new PendingSyncs();
    syncs.add(Promise.reject(new PlatformError('STORAGE_IO', 'The disk failed.')));
    syncs.add(new Promise<void>((resolve) => setImmediate(resolve)).then(() => ended.push('slow')));
    await expect(syncs.done()).rejects.toMatchObject({ code: 'STORAGE_IO' });
    expect(ended).toEqual(['slow']);
    await expect(syncs.ended()).resolves.toBeUndefined();
  });
});
