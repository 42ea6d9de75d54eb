import { PlatformError } from '../../spi/index.ts';
import { specOf } from '../catalog/metadata-reader.ts';
import type { CommitterParts } from '../committer/committer-parts.ts';
import type { StagedWrite } from '../committer/committer-request.ts';
import type { ManifestEntry } from '../iceberg/manifest/manifest-entry.ts';
import type { ManifestFile } from '../iceberg/manifest/manifest-file.ts';
import { referencedPath } from '../iceberg/manifest/referenced-path.ts';
import type { TableMetadata } from '../iceberg/metadata/table-metadata.ts';
import { deleteKey } from './find-dangling-deletes.ts';
import type { SealedFile } from './seal-data-files.ts';
import { type ManifestLayout, type PendingSnapshot, storeTakenOver } from './store-manifest.ts';

/** What was live before and is not any more. */
export interface RemovedTotals {
  readonly files: number;
  readonly rows: number;
  readonly bytes: number;
  /** Delete files of positions that apply to no other data file, how many of them are deletion vectors, and the positions in them. */
  readonly deleteFiles: number;
  readonly vectors: number;
  readonly positions: number;
  /** Equality delete files that apply to no other data file, and the rows in them. */
  readonly equalityFiles: number;
  readonly equalityRows: number;
}

/** The totals before anything is removed. */
export const NOTHING_REMOVED: RemovedTotals = {
  files: 0,
  rows: 0,
  bytes: 0,
  deleteFiles: 0,
  vectors: 0,
  positions: 0,
  equalityFiles: 0,
  equalityRows: 0,
};

/** Manifests without the files removed: those that had none of them, and new ones in place of the others. */
export interface RemainingManifests {
  readonly untouched: readonly ManifestFile[];
  readonly changed: readonly ManifestFile[];
  readonly removed: RemovedTotals;
}

/** Takes the files that a rewrite names out of the manifests of a snapshot, and the deletes that new deletion vectors stand for. New manifests are written and synced.
 *  Guarantees: entries that stay keep their snapshot and sequence numbers; those removed are marked as deleted by the new snapshot.
 *  @param dangling keys of delete files that go besides those which are of the removed files alone
 *  @throws STORAGE_CONFLICT when one of the files is not live in them */
export async function removeDataFiles(
  parts: CommitterParts,
  write: StagedWrite,
  table: TableMetadata,
  snapshot: PendingSnapshot,
  manifests: readonly ManifestFile[],
  sealed: readonly SealedFile[],
  dangling: ReadonlySet<string> = new Set(),
): Promise<RemainingManifests> {
  const missing = new Set(write.removes);
  const untouched: ManifestFile[] = [];
  const pending: { readonly layout: ManifestLayout; readonly entries: readonly ManifestEntry[] }[] = [];
  const removed = { ...NOTHING_REMOVED };
  // A new deletion vector holds what the deletes of its data file held.
  const gone = new Set([...write.removes, ...sealed.flatMap(({ file }) => (file.vector === undefined ? [] : [file.deletes ?? '']))]);
  for (const file of manifests) {
    // Once all are found, no further manifest needs to be read.
    const isNeeded = file.content === 'deletes' ? gone.size + dangling.size > 0 : missing.size > 0;
    const manifest = !isNeeded ? null : await parts.metadata.manifest(file, table);
    const live = manifest?.entries.filter((entry) => entry.status !== 'deleted') ?? [];
    const entries = live.map((entry): ManifestEntry => {
      if (entry.deletes !== null) return withoutDangling(entry, { gone, dangling }, removed, snapshot);
      if (!missing.delete(entry.location)) return { ...entry, status: 'existing' };
      removed.files += 1;
      removed.rows += entry.rows;
      removed.bytes += entry.bytes;
      return { ...entry, status: 'deleted', snapshotId: snapshot.snapshotId };
    });
    if (manifest === null || !entries.some((entry) => entry.status === 'deleted')) untouched.push(file);
    else pending.push({ layout: { ...manifest, ...layoutOf(table, file) }, entries });
  }
  const [lost] = missing;
  if (lost !== undefined) throw filesGone(write, lost);
  const changed: ManifestFile[] = [];
  for (const { layout, entries } of pending) {
    changed.push(await storeTakenOver(parts.files, write.tableDirectory, 'm2', layout, snapshot, entries));
  }
  return { untouched, changed, removed };
}

const layoutOf = (table: TableMetadata, { specId }: ManifestFile): Omit<ManifestLayout, 'schema'> => ({
  formatVersion: table.formatVersion,
  spec: specOf(table, specId),
  columns: table.columns,
});

/** Deletes of a data file that goes, or that gets a deletion vector, go with it, and so do those that apply to nothing. */
function withoutDangling(
  entry: ManifestEntry,
  { gone, dangling }: { readonly gone: ReadonlySet<string>; readonly dangling: ReadonlySet<string> },
  removed: { -readonly [Name in keyof RemovedTotals]: number },
  { snapshotId }: PendingSnapshot,
): ManifestEntry {
  const path = referencedPath(entry);
  const goes = dangling.has(deleteKey(entry)) || (path !== null && gone.has(path));
  if (!goes) return { ...entry, status: 'existing' };
  const isEquality = entry.deletes?.content === 'equality';
  removed[isEquality ? 'equalityFiles' : 'deleteFiles'] += 1;
  if (entry.deletes !== null && entry.deletes.vector !== null) removed.vectors += 1;
  removed[isEquality ? 'equalityRows' : 'positions'] += entry.rows;
  return { ...entry, status: 'deleted', snapshotId };
}

/** Returns the error of a write whose data file another statement has replaced, or deleted rows of. */
export function filesGone(write: StagedWrite, location: string): PlatformError {
  return new PlatformError(
    'STORAGE_CONFLICT',
    `Another statement has changed rows of the table ${write.table.name} that this one changes.`,
    {
      hint: 'Repeat the statement.',
      details: { location },
    },
  );
}
