import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MaintenanceRun } from '../../spi/index.ts';
import { idTable, tableOf, type TemporaryWarehouse } from '../unit/storage/fixture/open-warehouse.ts';
import { type BackupPair, openBackupPair } from '../unit/storage/fixture/open-backup-pair.ts';

const RUN: MaintenanceRun = { signal: new AbortController().signal, onProgress: () => undefined };
const WHOLE = { table: null, name: null };
const PROGRAM = fileURLToPath(new URL('./backup-that-dies.ts', import.meta.url));

let pair: BackupPair;
let source: TemporaryWarehouse;
let target: TemporaryWarehouse;
let folder: string;

beforeEach(async () => {
  pair = await openBackupPair();
  ({ source, target, folder } = pair);
  await source.warehouse.writer.createTable(idTable('t'), 'fail');
  await pair.append('t', [1, 2]);
});
afterEach(() => pair.remove());

/** Runs a backup that is killed there; returns the signal that ended it. */
function killAt(operation: string, nth: number): string | null {
  const words = ['--import', 'tsx', PROGRAM, source.directory, folder, operation, String(nth)];
  return spawnSync(process.execPath, words, { encoding: 'utf8' }).signal;
}

const partial = (): readonly string[] =>
  readdirSync(folder, { recursive: true }).filter((name) => String(name).endsWith('.part')) as string[];

describe('a backup that is killed', () => {
  it.each([
    ['before its first file has a name', 'sync', 1],
    ['between two files', 'sync', 3],
    ['before its folders are synced', 'syncDirectory', 1],
    ['before its record is there', 'replace', 1],
  ])(
    '%s is none, and the next one into the same folder is whole',
    async (_where, operation, nth) => {
      expect(killAt(operation, nth)).toBe('SIGKILL');
      await expect(target.warehouse.transfer.restore(folder, WHOLE, RUN)).rejects.toMatchObject({ code: 'STORAGE_FILE' });
      await pair.append('t', [3]);
      await source.warehouse.transfer.backup(folder, RUN);
      expect(partial()).toEqual([]);
      await target.warehouse.transfer.restore(folder, WHOLE, RUN);
      expect((await tableOf(target.warehouse, 't')).rows).toBe(3);
      expect(await target.warehouse.verify({ schema: 'main', name: 't' })).toMatchObject({ files: 2, filesWithoutChecksum: 0 });
    },
    180_000,
  );

  it('leaves the backup before it as it was', async () => {
    await source.warehouse.transfer.backup(folder, RUN);
    await pair.append('t', [3]);
    expect(killAt('replace', 1)).toBe('SIGKILL');
    await target.warehouse.transfer.restore(folder, WHOLE, RUN);
    expect((await tableOf(target.warehouse, 't')).rows).toBe(2);
  }, 180_000);
});
