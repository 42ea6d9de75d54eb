import type { ExpiryResult, OrphanFile, RewriteGroup, RewrittenManifests, TableMaintenance, TableVerification } from '../../spi/index.ts';

/** Finds every table in the best of shapes, for tests of what lies above the storage. */
export class IdleTableMaintenance implements TableMaintenance {
  protect(): void {
    // Nothing is ever removed.
  }

  expireSnapshots(): Promise<ExpiryResult> {
    return Promise.resolve({ snapshots: 0, pinnedSnapshots: 0, dataFiles: 0, metadataFiles: 0, bytes: 0 });
  }

  removeOrphanFiles(): Promise<readonly OrphanFile[]> {
    return Promise.resolve([]);
  }

  planRewrite(): Promise<readonly RewriteGroup[]> {
    return Promise.resolve([]);
  }

  rewriteManifests(): Promise<RewrittenManifests> {
    return Promise.resolve({ before: 1, after: 1, snapshotId: null });
  }

  setCurrentSnapshot(): Promise<{ readonly previousSnapshotId: string | null }> {
    return Promise.resolve({ previousSnapshotId: '1' });
  }

  verify(): Promise<TableVerification> {
    return Promise.resolve({ files: 0, bytes: 0, filesWithoutChecksum: 0 });
  }
}
