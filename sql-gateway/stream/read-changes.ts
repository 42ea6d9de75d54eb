import type { Catalog, SnapshotEntry, TableSource } from '../../spi/index.ts';
import { changesBetween, type FileChanges, readPosition, type ScanPosition } from './scan-position.ts';

/** What leads a scan to another snapshot, step by step, and where it stands then. */
export interface ScanProgress {
  readonly changes: readonly FileChanges[];
  readonly next: ScanPosition;
}

/** Returns what is to be read to take a scan from its position to a snapshot. Snapshots that only put rows into other files are stepped over: read as
 *  rows that go and come, they would be late for windows that are closed. */
export async function readChanges(
  tables: TableSource,
  catalog: Pick<Catalog, 'history'>,
  position: ScanPosition,
  snapshotId: string | null,
): Promise<ScanProgress> {
  if (snapshotId === position.snapshotId) return { changes: [], next: position };
  const { scan } = position;
  const changes: FileChanges[] = [];
  let reached = position;
  for (const { before, after } of rewritesBetween(await catalog.history(scan.table), position.snapshotId, snapshotId)) {
    if (before !== reached.snapshotId) changes.push(changesBetween(reached, await readPosition(tables, scan, before)));
    reached = await readPosition(tables, scan, after);
  }
  const next = snapshotId === reached.snapshotId ? reached : await readPosition(tables, scan, snapshotId);
  changes.push(changesBetween(reached, next));
  return { changes, next };
}

/** Returns the snapshots on the way that hold the rows of the one before, in order; none when the way is not known (any more). */
export function rewritesBetween(
  history: readonly SnapshotEntry[],
  fromId: string | null,
  toId: string | null,
): readonly { readonly before: string; readonly after: string }[] {
  const byId = new Map(history.map((entry) => [entry.snapshotId, entry]));
  const found: { readonly before: string; readonly after: string }[] = [];
  for (let id = toId; id !== fromId; ) {
    const entry = id === null ? undefined : byId.get(id);
    // A table whose oldest snapshots are forgotten, or one that was rolled back.
    if (entry === undefined) return [];
    const { parentId } = entry;
    if (entry.operation === 'replace' && parentId !== null && byId.has(parentId))
      found.unshift({ before: parentId, after: entry.snapshotId });
    id = parentId;
  }
  return found;
}
