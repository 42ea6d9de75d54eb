import { PlatformError, type TableRef } from '../../spi/index.ts';
import { snapshotById } from '../catalog/find-snapshot.ts';
import { streamTable } from '../catalog/unknown-name.ts';
import { changeTable } from '../commit/change-table.ts';
import type { CommitterParts } from '../committer/committer-parts.ts';
import { withCurrent, withoutReferences, withoutSnapshots } from '../iceberg/metadata/change-table-metadata.ts';
import { snapshotLine } from '../iceberg/metadata/snapshot-line.ts';
import type { Snapshot, TableMetadata } from '../iceberg/metadata/table-metadata.ts';
import { chooseExpired } from './choose-expired.ts';
import type { ExpireRequest } from './maintain-request.ts';
import { streamNeeds } from './stream-needs.ts';

/** Units: milliseconds for which snapshots stay that readers in other processes may have found. */
const OTHERS_MS = 86_400_000;

/** What an expiry left in the metadata. */
export interface ExpiredSnapshots {
  readonly snapshots: number;
  readonly pinnedSnapshots: number;
}

/** Forgets old snapshots, branches and tags of a table; no file is removed here. What is chosen is chosen anew from the metadata that each attempt is built on. */
export async function expireSnapshots(parts: CommitterParts, operationId: string, request: ExpireRequest): Promise<ExpiredSnapshots> {
  const { table, rules } = request;
  const pinned = new Set(request.pinned);
  let chosen = { snapshots: 0, pinnedSnapshots: 0 };
  const { changed } = await changeTable(parts, table, operationId, (metadata) => {
    const needed = streamNeeds(parts.store.streams(), table, metadata);
    const recent = request.othersRead ? snapshotsSince(metadata, Date.now() - OTHERS_MS) : new Set<bigint>();
    const isPinned = (snapshot: Snapshot): boolean =>
      pinned.has(snapshot.snapshotId.toString()) || needed(snapshot) || recent.has(snapshot.snapshotId);
    const { expired, references, pinned: held } = chooseExpired(metadata, rules, isPinned, Date.now());
    chosen = { snapshots: expired.size, pinnedSnapshots: held.size };
    return expired.size + references.size === 0 ? null : withoutSnapshots(withoutReferences(metadata, references), expired);
  });
  return changed ? chosen : { ...chosen, snapshots: 0 };
}

/** Makes another snapshot the current one of the branch `main`.
 *  @throws CATALOG_UNKNOWN_SNAPSHOT, CATALOG_NOT_A_TABLE for a table that only a stream writes */
export async function setCurrentSnapshot(
  parts: CommitterParts,
  operationId: string,
  table: TableRef,
  snapshotId: string,
  rollback: boolean,
): Promise<{ readonly previousSnapshotId: string | null }> {
  let previousSnapshotId: string | null = null;
  await changeTable(parts, table, operationId, (metadata, pointer) => {
    if (pointer.stream !== undefined) throw streamTable(pointer);
    const snapshot = snapshotById(metadata, snapshotId);
    previousSnapshotId = metadata.current?.snapshotId.toString() ?? null;
    if (snapshot.snapshotId === metadata.current?.snapshotId) return null;
    if (rollback && !isAncestor(metadata, snapshot)) {
      throw new PlatformError(
        'CATALOG_UNKNOWN_SNAPSHOT',
        `The snapshot ${snapshotId} of the table ${table.name} does not lead to the current one.`,
        {
          hint: 'set_current_snapshot takes any snapshot of the table.',
        },
      );
    }
    return withCurrent(metadata, snapshot);
  });
  return { previousSnapshotId };
}

function isAncestor(metadata: TableMetadata, { snapshotId: wanted }: Snapshot): boolean {
  const line = metadata.current === null ? [] : snapshotLine(metadata, metadata.current.snapshotId);
  for (const { snapshotId } of line) if (snapshotId === wanted) return true;
  // Snapshots in between may have expired; then the log tells what was current.
  return metadata.snapshotLog.some(({ snapshotId }) => snapshotId === wanted);
}

/** Returns the snapshots that were made, or were still the current one, after an instant. Units: milliseconds since 1970 UTC. */
function snapshotsSince({ snapshots, snapshotLog }: TableMetadata, sinceMs: number): ReadonlySet<bigint> {
  const replacedLater = snapshotLog.filter((_, index) => (snapshotLog[index + 1]?.timestampMs ?? Infinity) > sinceMs);
  const made = [...snapshots.values()].filter(({ timestampMs }) => timestampMs > sinceMs);
  return new Set([...replacedLater, ...made].map(({ snapshotId }) => snapshotId));
}
