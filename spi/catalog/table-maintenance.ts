import type { Progress } from '../engine/engine.ts';
import type { NamedSnapshot } from './snapshot-list.ts';
import type { TableRef } from './table-ref.ts';
import type { ScanRequest } from './table-source.ts';

/** What watches over a long work of maintenance. */
export interface MaintenanceRun {
  /** Ends the work early; what is done by then stays done. */
  readonly signal: AbortSignal;
  onProgress(progress: Progress): void;
}

/** Which snapshots may go. */
export interface ExpiryRules {
  /** Snapshots made before may go. Units: milliseconds since 1970 UTC. Left out: the table's property `history.expire.max-snapshot-age-ms`, else 5 days ago. */
  readonly olderThanMs?: number;
  /** Snapshots of each branch that stay, the newest first. Left out: the table's property `history.expire.min-snapshots-to-keep`, else 1. */
  readonly retainLast?: number;
}

/** What an expiry did. Files of an earlier one that was interrupted are counted by the one that removes them. */
export interface ExpiryResult {
  readonly snapshots: number;
  /** Snapshots that were old enough, and that somebody may still read. */
  readonly pinnedSnapshots: number;
  readonly dataFiles: number;
  readonly metadataFiles: number;
  readonly bytes: number;
}

/** Which files count as orphans. */
export interface OrphanRules {
  /** Only files last changed before. Units: milliseconds since 1970 UTC. */
  readonly olderThanMs: number;
  /** Lists them, and removes nothing. */
  readonly dryRun: boolean;
}

/** A file of a table's directory that nothing refers to. */
export interface OrphanFile {
  readonly location: string;
  readonly bytes: number;
}

/** What a verification of one table read. */
export interface TableVerification {
  readonly files: number;
  readonly bytes: number;
  /** Files of other writers, which have no checksum. */
  readonly filesWithoutChecksum: number;
}

/** Files of one partition whose rows fit into one new file. */
export interface RewriteGroup {
  /** Locations. */
  readonly files: readonly string[];
  /** Rows in the files; where there are deletes, as many or less are left of them. */
  readonly rows: number;
  /** Files of the group that delete files take rows of. */
  readonly filesWithDeletes: number;
  readonly bytes: number;
  /** The partition that all rows are in, as `DataFile.partition` tells it; null when the files were written under another partition spec. */
  readonly partition: readonly (string | null)[] | null;
}

/** What became of a table's manifests. */
export interface RewrittenManifests {
  readonly before: number;
  readonly after: number;
  /** The snapshot that lists the new ones; null when there was nothing to do. */
  readonly snapshotId: string | null;
}

/** Keeps tables in shape. Reading and removing files happens in processes of its own; each change of a table is one commit, durable when it returns.
 *  Guarantees: everything may be repeated after a crash and then goes on; rows that anybody reads do not change.
 *  @throws CATALOG_UNKNOWN_TABLE, STORAGE_CORRUPT, STORAGE_IO, ENGINE_CANCELLED from every method */
export interface TableMaintenance {
  /** Adds somebody who knows of readers: statements, sessions and jobs. Everybody is asked before a snapshot goes, and again before its files go. */
  protect(readers: () => Promise<readonly NamedSnapshot[]>): void;
  /** Forgets old snapshots, then removes the files that none of the others reads.
   *  Guarantees: the newest snapshots of branches, those of tags, pinned ones, and those that open transactions read or streams go on from stay; no file goes before the
   *  metadata without it is durable. */
  expireSnapshots(table: TableRef, rules: ExpiryRules, run: MaintenanceRun): Promise<ExpiryResult>;
  /** Removes files of the table's directory that no snapshot refers to, no running process is writing and no open transaction has staged. */
  removeOrphanFiles(table: TableRef, rules: OrphanRules, run: MaintenanceRun): Promise<readonly OrphanFile[]>;
  /** Chooses files to be written anew, of those that may hold a row which meets the request's filter: small ones, those that delete files take rows of,
   *  those under another partition spec than the table's, and those that are not in the table's order.
   *  @param targetFileBytes size of the new files; null for the table's property `write.target-file-size-bytes` or its default */
  planRewrite(request: ScanRequest, targetFileBytes: number | null): Promise<readonly RewriteGroup[]>;
  /** Writes the lists of files anew, few and in the order of partitions, as a snapshot of operation `replace`. */
  rewriteManifests(table: TableRef): Promise<RewrittenManifests>;
  /** Makes another snapshot of the table the current one. With `rollback` it must have been current before the one that is.
   *  @throws CATALOG_UNKNOWN_SNAPSHOT, CATALOG_NOT_A_TABLE for the tables of a materialized view */
  setCurrentSnapshot(table: TableRef, snapshotId: string, rollback: boolean): Promise<{ readonly previousSnapshotId: string | null }>;
  /** Reads all that the table's current snapshot refers to and compares it with the checksums taken when it was committed.
   *  @throws STORAGE_CORRUPT naming the first file that is missing or has changed */
  verify(table: TableRef, run: MaintenanceRun): Promise<TableVerification>;
}
