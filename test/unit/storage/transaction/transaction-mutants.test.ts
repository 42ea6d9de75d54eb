import { describe, expect, it } from 'vitest';
import { assert, pathToLocation, PlatformError, type TableRef } from '../../../../spi/index.ts';
import { MetadataReader } from '../../../../storage/catalog/metadata-reader.ts';
import { PinnedNames } from '../../../../storage/catalog-store/pinned-names.ts';
import type { CommitterCall } from '../../../../storage/committer/committer.ts';
import { addSnapshot, createTableMetadata } from '../../../../storage/iceberg/metadata/change-table-metadata.ts';
import { StoredTableMaintenance } from '../../../../storage/maintenance/stored-table-maintenance.ts';
import { removeOrphans } from '../../../../storage/maintenance/remove-orphans.ts';
import { BeginMetadata } from '../../../../storage/transaction/begin-metadata.ts';
import { OpenTransactions } from '../../../../storage/transaction/open-transactions.ts';
import { importMutant } from '../../../mutant/import-mutant.ts';
import { MemoryFileSystem } from '../fixture/memory-file-system.ts';

const TABLE: TableRef = { schema: 'main', name: 't', uuid: 'u' };
const DIRECTORY = '/w/tables/t';

const EMPTY = createTableMetadata({
  uuid: TABLE.uuid,
  location: pathToLocation(DIRECTORY),
  fields: [],
  lastColumnId: 0,
  spec: { specId: 0, fields: [] },
  properties: {},
  createdAtMs: 1,
});

const BEGUN = addSnapshot(
  EMPTY,
  {
    snapshotId: 7n,
    parentId: null,
    sequenceNumber: 1,
    timestampMs: 1,
    manifestList: 'file:///w/tables/t/metadata/none.avro',
    summary: {},
    schemaId: 0,
  },
  null,
);

const pointerTo = (file: string) => ({
  kind: 'table' as const,
  ...TABLE,
  tableLocation: pathToLocation(DIRECTORY),
  metadataLocation: pathToLocation(`${DIRECTORY}/metadata/${file}`),
});

/** Returns the snapshots that an expiry tells the committer to keep while a transaction is open. */
async function keptByExpiry(Class: typeof StoredTableMaintenance): Promise<readonly string[]> {
  const transactions = new OpenTransactions();
  transactions.add({ atBegin: () => Promise.resolve(BEGUN), staged: () => null, stagedFiles: () => [] });
  const files = new MemoryFileSystem();
  let asked: CommitterCall | null = null;
  const run = (call: CommitterCall): never => {
    asked = call;
    throw new PlatformError('ENGINE_CANCELLED', 'that was enough');
  };
  const names = new PinnedNames(['main'], [pointerTo('1.json')]);
  const maintenance = new Class({
    committer: { run, close: () => Promise.resolve() },
    files,
    processesDirectory: '/w/processes',
    store: names as never,
    metadata: new MetadataReader(files),
    transactions,
    warehouseDirectory: '/w',
    onLog: () => undefined,
  });
  const watch = { signal: new AbortController().signal, onProgress: () => undefined };
  await expect(maintenance.expireSnapshots(TABLE, {}, watch)).rejects.toMatchObject({ code: 'ENGINE_CANCELLED' });
  const call = asked as CommitterCall | null;
  assert(call?.kind === 'maintain' && call.request.kind === 'expire_snapshots', 'the committer is asked');
  return call.request.pinned;
}

/** Returns the code of the error when the metadata file of the begin is gone, and the table has moved on since. */
async function codeOfLostBegin(Class: typeof BeginMetadata): Promise<string> {
  const files = new MemoryFileSystem();
  const begun = new PinnedNames(['main'], [pointerTo('1.json')]);
  const names = new PinnedNames(['main'], [pointerTo('9.json')]);
  const reader = new Class(files, new MetadataReader(files), { begun, names });
  const outcome: unknown = await reader.table(pointerTo('1.json').metadataLocation).catch((error: unknown) => error);
  return outcome instanceof PlatformError ? outcome.code : 'none';
}

/** Returns which of two old files in the table's metadata folder count as orphans: a transaction has staged the first. */
async function orphansOf(remove: typeof removeOrphans, live: readonly string[]): Promise<readonly string[]> {
  const files = new HourOldFiles();
  for (const name of ['staged.avro', 'other.avro']) await files.write(`${DIRECTORY}/metadata/${name}`, Buffer.from([1]));
  const read = () => {
    const metadata = new MetadataReader(files);
    const reading = { files, metadata, tableDirectory: DIRECTORY, table: EMPTY, signal: new AbortController().signal };
    return Promise.resolve({ reading, metadataLocation: pointerTo('1.json').metadataLocation });
  };
  const writers = { live: new Set(live), staged: new Set([`${DIRECTORY}/metadata/staged.avro`]) };
  const found = await remove(files, DIRECTORY, read, writers, { olderThanMs: Date.now(), dryRun: true });
  return found.map(({ location }) => location.slice(location.lastIndexOf('/') + 1));
}

class HourOldFiles extends MemoryFileSystem {
  override async list(path: string) {
    return (await super.list(path)).map((entry) => ({ ...entry, modifiedMs: Date.now() - 3_600_000 }));
  }
}

describe('what open transactions need', () => {
  it('is kept by an expiry, unless transactions are not asked', async () => {
    expect(await keptByExpiry(StoredTableMaintenance)).toEqual(['7']);
    const mutant = await importMutant<{ readonly StoredTableMaintenance: typeof StoredTableMaintenance }>('stored-table-maintenance.ts', {
      folder: 'storage/maintenance',
      file: 'stored-table-maintenance.ts',
      from: '...(await this.#parts.transactions.pins(table))',
      to: '',
    });
    expect(await keptByExpiry(mutant.StoredTableMaintenance)).toEqual([]);
  });

  it('is a conflict when it is gone, unless a lost file always counts as damage', async () => {
    expect(await codeOfLostBegin(BeginMetadata)).toBe('STORAGE_CONFLICT');
    const mutant = await importMutant<{ readonly BeginMetadata: typeof BeginMetadata }>('begin-metadata.ts', {
      folder: 'storage/transaction',
      file: 'begin-metadata.ts',
      from: '(await this.#conflict(location)) ?? error',
      to: 'error',
    });
    expect(await codeOfLostBegin(mutant.BeginMetadata)).toBe('STORAGE_CORRUPT');
  });

  it('is no orphan, whoever has staged it, unless that is not looked at', async () => {
    expect(await orphansOf(removeOrphans, ['me'])).toEqual(['other.avro']);
    expect(await orphansOf(removeOrphans, ['me', 'another'])).toEqual([]);
    const blind = (from: string, to: string) =>
      importMutant<{ readonly removeOrphans: typeof removeOrphans }>('remove-orphans.ts', {
        folder: 'storage/maintenance',
        file: 'remove-orphans.ts',
        from,
        to,
      });
    const toOwn = await blind('staged.has(path) ||', '');
    expect(await orphansOf(toOwn.removeOrphans, ['me'])).toEqual(['staged.avro', 'other.avro']);
    const toOthers = await blind('live.size > 1', 'live.size < 0');
    expect(await orphansOf(toOthers.removeOrphans, ['me', 'another'])).toEqual(['other.avro']);
  });
});
