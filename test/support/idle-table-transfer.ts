import type { BackupResult, RegisteredTable, RestoreResult, TableTransfer } from '../../spi/index.ts';

/** Finds every table empty, for tests of what lies above the storage. */
export class IdleTableTransfer implements TableTransfer {
  registerTable(): Promise<RegisteredTable> {
    return Promise.resolve({ snapshotId: null, dataFiles: 0, deleteFiles: 0, rows: 0 });
  }

  backup(): Promise<BackupResult> {
    return Promise.resolve({ tables: 0, files: 0, bytes: 0, copiedFiles: 0, copiedBytes: 0 });
  }

  restore(): Promise<RestoreResult> {
    return Promise.resolve({ tables: 0, files: 0, bytes: 0 });
  }
}
