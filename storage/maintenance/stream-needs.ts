import type { StreamRecord, TableRef } from '../../spi/index.ts';
import type { Snapshot, TableMetadata } from '../iceberg/metadata/table-metadata.ts';

/** Returns whether a stream may still read a snapshot of the table: the one that its checkpoint names, and while it runs all after that, since it
 *  is ahead of its checkpoint and goes from snapshot to snapshot. */
export function streamNeeds(streams: readonly StreamRecord[], table: TableRef, metadata: TableMetadata): (snapshot: Snapshot) => boolean {
  const offsets = streams.flatMap((stream) => {
    const isRunning = !stream.paused && stream.failure === null;
    return (stream.checkpoint?.offsets ?? [])
      .filter((offset) => offset.table.uuid === table.uuid)
      .map(({ snapshotId }) => ({ isRunning, snapshotId, from: sequenceOf(metadata, snapshotId) }));
  });
  return (snapshot) =>
    offsets.some(
      ({ isRunning, snapshotId, from }) => snapshot.snapshotId.toString() === snapshotId || (isRunning && snapshot.sequenceNumber >= from),
    );
}

/** A snapshot that is not known (any more) tells nothing about what was read, so all may be needed. */
function sequenceOf(metadata: TableMetadata, snapshotId: string | null): number {
  return snapshotId === null ? 0 : (metadata.snapshots.get(BigInt(snapshotId))?.sequenceNumber ?? 0);
}
