import { lstat } from 'node:fs/promises';
import { dirname, isAbsolute, resolve } from 'node:path';
import type { Json } from '../../runtime/process/index.ts';
import {
  type BackupResult,
  type CheckFolder,
  locationToPath,
  type MaintenanceRun,
  type NamedSnapshot,
  pathToLocation,
  PlatformError,
  type RegisteredTable,
  type RestoreRequest,
  type RestoreResult,
  type TableRegistration,
  type TableTransfer,
} from '../../spi/index.ts';
import type { RestoredState } from '../backup/restore-backup.ts';
import type { MetadataReader } from '../catalog/metadata-reader.ts';
import type { CatalogReader } from '../catalog-store/catalog-store.ts';
import type { Committer } from '../committer/committer.ts';
import type { FileSystem } from '../file/file-system.ts';
import { parseTableMetadata } from '../iceberg/metadata/parse-table-metadata.ts';
import { type MaintenanceProcessOptions, runMaintenance } from '../maintenance/maintenance-process.ts';
import { checkForeignTable } from './check-foreign-table.ts';
import { readTableFile } from '../file/read-table-file.ts';

/** What transfers work with. */
export interface TransferParts extends MaintenanceProcessOptions {
  readonly store: CatalogReader;
  readonly committer: Committer;
  readonly files: FileSystem;
  readonly metadata: MetadataReader;
  /** Absolute path below which this warehouse's tables are. */
  readonly tablesDirectory: string;
}

/** Brings tables into a warehouse: they are looked at here, and the committer gives them their names. */
export class StoredTableTransfer implements TableTransfer {
  readonly #parts: TransferParts;
  /** Backups under way. */
  #backups = 0;

  constructor(parts: TransferParts) {
    this.#parts = parts;
  }

  async registerTable(registration: TableRegistration, check: CheckFolder, run: MaintenanceRun): Promise<RegisteredTable> {
    const { files, metadata, committer, tablesDirectory } = this.#parts;
    const { name, metadataFile, checkFiles } = registration;
    const path = metadataPath(metadataFile);
    const isOwn = path.startsWith(`${tablesDirectory}/`);
    // Files of a dropped table lie where no user's file may be, and nothing else is found there by this way.
    const checkFolder = isOwn ? checkWithin(tablesDirectory) : check;
    await checkFolder(dirname(path));
    await requireFile(path);
    const metadataLocation = pathToLocation(path);
    const table = parseTableMetadata(await readTableFile(files, metadataLocation), metadataLocation);
    const found = await checkForeignTable(table, {
      metadata,
      checkFolder: async (folder) => {
        // Files that a table of ours has outside, it was given.
        if (!isOwn || folder.startsWith(`${tablesDirectory}/`)) await checkFolder(folder);
        else await check(folder);
      },
      checkFiles,
      signal: run.signal,
      onProgress: (done, total) => {
        run.onProgress({ fraction: total === 0 ? 1 : done / total, rowsRead: 0, tasks: { done, total } });
      },
    });
    if (isOwn) await committer.run({ kind: 'take_back_table', name, metadataLocation });
    else await committer.run({ kind: 'register_table', name, metadataLocation, mapsNames: !checkFiles });
    return found;
  }

  async backup(folder: string, run: MaintenanceRun): Promise<BackupResult> {
    this.#backups += 1;
    try {
      return (await runMaintenance(this.#parts, 'backup', { folder: folderPath(folder) }, run)) as unknown as BackupResult;
    } finally {
      this.#backups -= 1;
    }
  }

  async restore(folder: string, request: RestoreRequest, run: MaintenanceRun): Promise<RestoreResult> {
    const params = { folder: folderPath(folder), request } as unknown as Json;
    const state = (await runMaintenance(this.#parts, 'restore', params, run)) as unknown as RestoredState;
    await this.#parts.committer.run({ kind: 'put_restored', state });
    return { tables: state.relations.filter(({ kind }) => kind === 'table').length, files: state.files, bytes: state.bytes };
  }

  /** Returns the snapshots that backups under way may be copying: all. */
  async snapshotsInUse(): Promise<readonly NamedSnapshot[]> {
    if (this.#backups === 0) return [];
    const { store, metadata } = this.#parts;
    const tables = store.schemas().flatMap((schema) => store.relations(schema).filter(({ kind }) => kind === 'table'));
    const lists = tables.map(async ({ schema, name, metadataLocation }) => {
      const { snapshots } = await metadata.table(metadataLocation);
      return [...snapshots.keys()].map((id): NamedSnapshot => ({ table: { schema, name }, snapshotId: id.toString() }));
    });
    return (await Promise.all(lists)).flat();
  }
}

function folderPath(folder: string): string {
  if (isAbsolute(folder)) return resolve(folder);
  throw new PlatformError('STORAGE_LOCATION', `'${folder}' is not an absolute path.`);
}

function metadataPath(text: string): string {
  if (isAbsolute(text) || text.startsWith('file:')) return locationToPath(text);
  throw new PlatformError('STORAGE_LOCATION', `'${text}' is neither an absolute path nor a file: location.`);
}

async function requireFile(path: string): Promise<void> {
  const found = await lstat(path).catch((cause: unknown) => {
    throw new PlatformError('STORAGE_FILE', `There is no file ${path}.`, { cause });
  });
  if (!found.isFile()) throw new PlatformError('STORAGE_FILE', `'${path}' is not a plain file.`);
}

const checkWithin =
  (directory: string): CheckFolder =>
  (folder) =>
    folder.startsWith(`${directory}/`)
      ? Promise.resolve()
      : Promise.reject(new PlatformError('STORAGE_LOCATION', `The folder ${folder} is not one of this warehouse's tables.`));
