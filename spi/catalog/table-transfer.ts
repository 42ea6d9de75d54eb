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

/** Brings tables of others into the catalog.
 *  @throws CATALOG_EXISTS, CATALOG_UNKNOWN_SCHEMA, STORAGE_LOCATION, STORAGE_IO from every method */
export interface TableTransfer {
  /** Takes a table into the catalog whose files stay where they are. They are read and never changed or removed; what is written from here on, metadata
   *  and data, lies in a new folder of the warehouse. A table of this warehouse that was dropped comes back as it was, while its files are still there.
   *  Guarantees: everything is checked before the name appears, in one commit.
   *  @throws STORAGE_UNSUPPORTED for parts of the format that are not read, STORAGE_CORRUPT for files that are missing or not as told, STORAGE_FILE */
  registerTable(registration: TableRegistration, check: CheckFolder, run: MaintenanceRun): Promise<RegisteredTable>;
}
