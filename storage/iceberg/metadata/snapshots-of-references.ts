import { snapshotLine } from './snapshot-line.ts';
import type { SnapshotReference, TableMetadata } from './table-metadata.ts';

/** Returns the snapshots that branches other than `main`, and tags, keep: the one that each names, and of a branch as many before it as its
 *  `min-snapshots-to-keep` says, and all that are younger than its `max-snapshot-age-ms`.
 *  @see Iceberg spec v2, "Snapshot Retention Policy" */
export function snapshotsOfReferences(metadata: TableMetadata, nowMs = Date.now()): ReadonlySet<bigint> {
  const kept = new Set<bigint>();
  for (const ref of metadata.refs.values()) if (ref.name !== 'main') for (const id of keptBy(ref, metadata, nowMs)) kept.add(id);
  return kept;
}

function* keptBy({ type, snapshotId, json }: SnapshotReference, metadata: TableMetadata, nowMs: number): Generator<bigint> {
  yield snapshotId;
  if (type === 'tag') return;
  const countMin = Number(json['min-snapshots-to-keep'] ?? 1);
  const ageMaxMs = Number(json['max-snapshot-age-ms'] ?? 0);
  let count = 0;
  for (const snapshot of snapshotLine(metadata, snapshotId)) {
    if (count >= Math.max(1, countMin) && nowMs - snapshot.timestampMs >= ageMaxMs) return;
    yield snapshot.snapshotId;
    count += 1;
  }
}
