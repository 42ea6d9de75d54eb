import { lstat } from 'node:fs/promises';
import { dirname, isAbsolute } from 'node:path';
import {
  type CheckFolder,
  locationToPath,
  type MaintenanceRun,
  pathToLocation,
  PlatformError,
  type RegisteredTable,
  type TableRegistration,
  type TableTransfer,
} from '../../spi/index.ts';
import type { MetadataReader } from '../catalog/metadata-reader.ts';
import type { Committer } from '../committer/committer.ts';
import type { FileSystem } from '../file/file-system.ts';
import { parseTableMetadata } from '../iceberg/metadata/parse-table-metadata.ts';
import { checkForeignTable } from './check-foreign-table.ts';
import { readTableFile } from '../file/read-table-file.ts';

/** What transfers work with. */
export interface TransferParts {
  readonly committer: Committer;
  readonly files: FileSystem;
  readonly metadata: MetadataReader;
  /** Absolute path below which this warehouse's tables are. */
  readonly tablesDirectory: string;
}

/** Brings tables into a warehouse: they are looked at here, and the committer gives them their names. */
export class StoredTableTransfer implements TableTransfer {
  readonly #parts: TransferParts;

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
    await committer.run({ kind: isOwn ? 'take_back_table' : 'register_table', name, metadataLocation });
    return found;
  }
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
