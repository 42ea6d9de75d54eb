import type { ExpiryRules, TableRef } from '../../spi/index.ts';

/** Asks the committer to forget old snapshots. */
export interface ExpireRequest {
  readonly kind: 'expire_snapshots';
  readonly table: TableRef;
  readonly rules: ExpiryRules;
  /** Ids of snapshots that somebody may read. */
  readonly pinned: readonly string[];
  /** Whether processes that cannot be asked have the warehouse open: what they may read of the last day stays. */
  readonly othersRead: boolean;
}

/** What maintenance asks the committer for. */
export type MaintainRequest =
  | ExpireRequest
  | { readonly kind: 'set_current_snapshot'; readonly table: TableRef; readonly snapshotId: string; readonly rollback: boolean }
  | { readonly kind: 'rewrite_manifests'; readonly table: TableRef };
