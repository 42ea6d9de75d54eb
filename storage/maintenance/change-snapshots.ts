import { PlatformError, type TableRef } from '../../spi/index.ts';
import { snapshotById } from '../catalog/find-snapshot.ts';
import { streamTable } from '../catalog/unknown-name.ts';
import { changeTable } from '../commit/change-table.ts';
import type { CommitterParts } from '../committer/committer-parts.ts';
import type { JsonObject, JsonValue } from '../iceberg/json/lossless-json.ts';
import { withMembers } from '../iceberg/metadata/change-table-metadata.ts';
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

/** Forgets old snapshots of a table; no file is removed here. What is chosen is chosen anew from the metadata that each attempt is built on. */
export async function expireSnapshots(parts: CommitterParts, operationId: string, request: ExpireRequest): Promise<ExpiredSnapshots> {
  const { table, rules } = request;
  const pinned = new Set(request.pinned);
  let chosen = { snapshots: 0, pinnedSnapshots: 0 };
  const { changed } = await changeTable(parts, table, operationId, (metadata) => {
    const needed = streamNeeds(parts.store.streams(), table, metadata);
    const youngMs = request.othersRead ? Date.now() - OTHERS_MS : Infinity;
    const isPinned = (snapshot: Snapshot): boolean =>
      pinned.has(snapshot.snapshotId.toString()) || needed(snapshot) || snapshot.timestampMs > youngMs;
    const { expired, pinned: held } = chooseExpired(metadata, rules, isPinned, Date.now());
    chosen = { snapshots: expired.size, pinnedSnapshots: held.size };
    return expired.size === 0 ? null : withoutSnapshots(metadata, expired);
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

function isAncestor(metadata: TableMetadata, wanted: Snapshot): boolean {
  const seen = new Set<bigint>();
  for (let snapshot = metadata.current; snapshot !== null && !seen.has(snapshot.snapshotId); ) {
    if (snapshot.snapshotId === wanted.snapshotId) return true;
    seen.add(snapshot.snapshotId);
    snapshot = snapshot.parentId === null ? null : (metadata.snapshots.get(snapshot.parentId) ?? null);
  }
  // Snapshots in between may have expired; then the log tells what was current.
  return metadata.snapshotLog.some(({ snapshotId }) => snapshotId === wanted.snapshotId);
}

function withCurrent(metadata: TableMetadata, { snapshotId }: Snapshot): TableMetadata {
  const refs = (metadata.json['refs'] ?? {}) as JsonObject;
  const main = (refs['main'] ?? { type: 'branch' }) as JsonObject;
  // Time travel needs instants that grow, whatever the clock does.
  const timestampMs = Math.max(Date.now(), metadata.lastUpdatedMs + 1);
  return withMembers(metadata, {
    'last-updated-ms': timestampMs,
    'current-snapshot-id': snapshotId,
    refs: { ...refs, main: { ...main, 'snapshot-id': snapshotId } },
    'snapshot-log': [...listOf(metadata.json['snapshot-log']), { 'timestamp-ms': timestampMs, 'snapshot-id': snapshotId }],
  });
}

/** Returns metadata that knows nothing of some snapshots. */
export function withoutSnapshots(metadata: TableMetadata, expired: ReadonlySet<bigint>): TableMetadata {
  const { json } = metadata;
  const isGone = (entry: JsonValue): boolean => expired.has(BigInt((entry as JsonObject)['snapshot-id'] as bigint | number));
  const log = listOf(json['snapshot-log']);
  // An instant before a gap would be answered with the snapshot before it, which was not current then any more.
  const gap = log.findLastIndex(isGone);
  const members: Record<string, JsonValue> = {
    snapshots: listOf(json['snapshots']).filter((entry) => !isGone(entry)),
    'snapshot-log': log.slice(gap + 1),
  };
  for (const name of ['statistics', 'partition-statistics']) {
    if (json[name] !== undefined) members[name] = listOf(json[name]).filter((entry) => !isGone(entry));
  }
  return withMembers(metadata, members);
}

const listOf = (json: JsonValue | undefined): readonly JsonValue[] => (Array.isArray(json) ? (json as readonly JsonValue[]) : []);
