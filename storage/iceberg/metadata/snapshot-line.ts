import type { Snapshot, TableMetadata } from './table-metadata.ts';

/** Gives a snapshot and those that it was built on, newest first, as far as the table knows them. */
export function* snapshotLine({ snapshots }: TableMetadata, snapshotId: bigint): Generator<Snapshot> {
  const seen = new Set<bigint>();
  for (let id: bigint | null = snapshotId; id !== null && !seen.has(id); ) {
    seen.add(id);
    const snapshot = snapshots.get(id);
    if (snapshot === undefined) return;
    yield snapshot;
    id = snapshot.parentId;
  }
}
