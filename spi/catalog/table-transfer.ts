import type { MaintenanceRun } from './table-maintenance.ts';
import type { RelationName } from './table-ref.ts';

/** Checks that a folder, its links resolved, may be read. Paths are absolute.
 *  @throws STORAGE_LOCATION outside of the allowed folders, STORAGE_FILE when it is missing */
export type CheckFolder = (folder: string) => Promise<void>;

/** A table that another program wrote, or one that was dropped, and the name that it gets. */
export interface TableRegistration {
  readonly name: RelationName;
  /** The table's metadata file: an absolute path or a `file:` location. */
  readonly metadataFile: string;
  /** Whether each data and delete file is looked at: that it is there, a plain file, and as long as the metadata says. */
  readonly checkFiles: boolean;
}

/** What a registration found. */
export interface RegisteredTable {
  /** Null for a table without a snapshot. */
  readonly snapshotId: string | null;
  /** Files of the current snapshot. */
  readonly dataFiles: number;
  readonly deleteFiles: number;
  /** Rows of its data files; deletes take some of them away. */
  readonly rows: number;
}

/** What a backup holds and what of it was copied now; files that an earlier backup of the folder has are not copied again. */
export interface BackupResult {
  readonly tables: number;
  readonly files: number;
  readonly bytes: number;
  readonly copiedFiles: number;
  readonly copiedBytes: number;
}

/** What of a backup is to come back: the whole, or one table under its own or another name. */
export type RestoreRequest =
  | { readonly table: null; readonly name: null }
  | { readonly table: RelationName; readonly name: RelationName | null };

/** What a restore brought back. */
export interface RestoreResult {
  readonly tables: number;
  readonly files: number;
  readonly bytes: number;
}

/** Brings tables into the catalog, and whole warehouses out and back.
 *  @throws CATALOG_EXISTS, CATALOG_UNKNOWN_SCHEMA, STORAGE_LOCATION, STORAGE_IO from every method */
export interface TableTransfer {
  /** Takes a table into the catalog whose files stay where they are. They are read and never changed or removed; what is written from here on, metadata
   *  and data, lies in a new folder of the warehouse. A table of this warehouse that was dropped comes back as it was, while its files are still there.
   *  Guarantees: everything is checked before the name appears, in one commit.
   *  @throws STORAGE_UNSUPPORTED for parts of the format that are not read, STORAGE_CORRUPT for files that are missing or not as told, STORAGE_FILE */
  registerTable(registration: TableRegistration, check: CheckFolder, run: MaintenanceRun): Promise<RegisteredTable>;
  /** Copies all tables and views, as they are at one moment, into a folder, while others go on writing. The settings of the server go with them; of materialized
   *  views only their definitions.
   *  Guarantees: what is interrupted leaves no backup; every file is compared with its checksum as it is copied, and durable before the backup counts.
   *  @throws STORAGE_CORRUPT for a damaged file, STORAGE_CONFLICT */
  backup(folder: string, run: MaintenanceRun): Promise<BackupResult>;
  /** Brings the newest backup of a folder, or one table of it, into the warehouse; each file is compared with its digest.
   *  Guarantees: everything appears in one commit.
   *  @throws STORAGE_FILE without a backup, CATALOG_NOT_EMPTY for the whole when the warehouse has tables, CATALOG_UNKNOWN_TABLE, STORAGE_CORRUPT */
  restore(folder: string, request: RestoreRequest, run: MaintenanceRun): Promise<RestoreResult>;
}
