import { nearestName, PlatformError, type TimeTravel } from '../../spi/index.ts';
import type { Snapshot, TableMetadata } from '../iceberg/metadata/table-metadata.ts';

/** Returns the snapshot that is asked for: the current one without `at`, null while the table has none.
 *  @throws CATALOG_UNKNOWN_SNAPSHOT when there is no such snapshot. */
export function findSnapshot(table: TableMetadata, at: TimeTravel | undefined): Snapshot | null {
  if (at === undefined) return table.current;
  if (at.kind === 'snapshot') return snapshotById(table, at.snapshotId);
  if (at.kind === 'reference') return snapshotById(table, snapshotIdOf(table, at.name));
  const before = table.snapshotLog.filter((entry) => entry.timestampMs <= at.atMs);
  const last = before.at(-1);
  if (last === undefined) {
    const when = new Date(at.atMs);
    const text = Number.isNaN(when.getTime()) ? String(at.atMs) : when.toISOString();
    throw new PlatformError('CATALOG_UNKNOWN_SNAPSHOT', `The table has no snapshot from before ${text}.`, {
      hint: "The first snapshot is shown by the table's history.",
    });
  }
  return snapshotById(table, last.snapshotId.toString());
}

function snapshotIdOf({ refs }: TableMetadata, name: string): string {
  const ref = refs.get(name);
  if (ref !== undefined) return ref.snapshotId.toString();
  const nearest = nearestName(name, [...refs.keys()]);
  throw new PlatformError('CATALOG_UNKNOWN_SNAPSHOT', `The table has no branch or tag ${JSON.stringify(name)}.`, {
    hint: nearest === null ? 'ALTER TABLE .. CREATE TAG makes one.' : `Did you mean ${JSON.stringify(nearest)}?`,
  });
}

/** Returns a snapshot by its id in decimal.
 *  @throws CATALOG_UNKNOWN_SNAPSHOT when there is none. */
export function snapshotById(table: TableMetadata, snapshotId: string): Snapshot {
  const found = /^\d+$/.test(snapshotId) ? table.snapshots.get(BigInt(snapshotId)) : undefined;
  if (found !== undefined) return found;
  throw new PlatformError('CATALOG_UNKNOWN_SNAPSHOT', `The table has no snapshot ${snapshotId}.`, { details: { snapshotId } });
}
