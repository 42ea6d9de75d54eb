import { dirname } from 'node:path';
import { locationToPath, pathToLocation } from '../../spi/index.ts';
import type { CommitterParts } from '../committer/committer-parts.ts';
import type { FileSystem } from '../file/file-system.ts';
import type { ManifestFile } from '../iceberg/manifest/manifest-file.ts';
import { ontoBranch } from '../iceberg/metadata/branch-metadata.ts';
import { addSnapshot } from '../iceberg/metadata/change-table-metadata.ts';
import type { TableMetadata } from '../iceberg/metadata/table-metadata.ts';
import { addPositionDeletes } from './add-position-deletes.ts';
import { checkDeletes } from './check-deletes.ts';
import { findDanglingDeletes } from './find-dangling-deletes.ts';
import { hasLiveFiles, mergeManifests } from './merge-manifests.ts';
import { newManifestList } from './new-manifest-list.ts';
import { PendingSyncs } from './pending-syncs.ts';
import { checkSchema, type CommitBase, type PreparedWrite } from './prepare-write.ts';
import { NOTHING_REMOVED, removeDataFiles, type RemovedTotals } from './remove-data-files.ts';
import { snapshotSummary } from './snapshot-summary.ts';
import { newMetadataFile } from './write-table-metadata.ts';

/** Snapshots that the tables of a stream keep: a stream commits all the time, and each commit writes the list of them anew. */
const STREAM_SNAPSHOTS_MAX = 500;

/** Metadata that is written and synced, and becomes the table's once the pointer moves to it. */
export interface CommitAttempt {
  readonly prepared: PreparedWrite;
  readonly base: CommitBase;
  readonly location: string;
  readonly metadata: TableMetadata;
  readonly manifests: readonly ManifestFile[];
  /** Units: bytes of the metadata file. */
  readonly bytes: number;
  /** Paths that nobody needs when the attempt loses its race. */
  readonly written: readonly string[];
}

/** The manifests of the current snapshot that stay, and what is no longer live in them; `written` are locations of new ones among them. */
interface KeptManifests {
  readonly manifests: readonly ManifestFile[];
  readonly written: readonly string[];
  readonly removed: RemovedTotals;
}

/** Writes the metadata of a write that is built on `base`; the table itself does not change. `notes` are added to the snapshot's summary.
 *  @throws STORAGE_CONFLICT when a file that a rewrite removes is not part of the base, or a column of the base refuses the NULL that the files may hold */
export async function writeAttempt(
  parts: CommitterParts,
  prepared: PreparedWrite,
  base: CommitBase,
  notes: Readonly<Record<string, string>>,
): Promise<CommitAttempt> {
  const { files } = parts;
  const { write, snapshotId } = prepared;
  checkSchema(write, base.metadata);
  const sequenceNumber = base.metadata.lastSequenceNumber + 1;
  const kept = await keptManifests(parts, prepared, base, sequenceNumber);
  const added = prepared.manifest === null ? [] : [{ ...prepared.manifest, sequenceNumber, minSequenceNumber: sequenceNumber }];
  const parent = base.metadata.current;
  const header = { snapshotId, parentId: parent?.snapshotId ?? null, sequenceNumber };
  const list = newManifestList(write.tableDirectory, base.metadata, header, [...added, ...kept.manifests]);
  const built = addSnapshot(
    base.metadata,
    {
      snapshotId,
      parentId: parent?.snapshotId ?? null,
      sequenceNumber,
      // Time travel needs instants that grow, whatever the clock does.
      timestampMs: Math.max(Date.now(), base.metadata.lastUpdatedMs + (parent === null ? 0 : 1)),
      manifestList: pathToLocation(list.path),
      summary: { ...snapshotSummary(write, prepared.sealed, kept.removed, parent), ...movedAnew(write, base), ...notes },
      schemaId: base.metadata.schema.schemaId,
      ...list.rowIds,
    },
    base.location,
    write.stream === null ? null : STREAM_SNAPSHOTS_MAX,
  );
  const { branch } = write.table;
  const metadata = branch === undefined || base.stored === undefined ? built : ontoBranch(base.stored, built, branch);
  const file = newMetadataFile(write.tableDirectory, metadata, base.location);
  await createSynced(files, [list, file], prepared.syncs);
  const location = pathToLocation(file.path);
  const written = [list.path, ...[location, ...kept.written].map(locationToPath)];
  return { prepared, base, location, metadata, manifests: list.manifests, bytes: file.bytes.byteLength, written };
}

/** Writes the last files of an attempt, and waits until they, what was prepared and the names of all in their folder are on the disk. The folder is synced
 *  together with its files, when all of them have been created: to sync it after them takes the disk as long once more. */
async function createSynced(
  files: FileSystem,
  last: readonly { readonly path: string; readonly bytes: Uint8Array }[],
  prepared: PendingSyncs,
): Promise<void> {
  for (const { path, bytes } of last) await files.create(path, bytes);
  const syncs = new PendingSyncs();
  syncs.add(prepared.done());
  for (const { path } of last) syncs.add(files.sync(path));
  for (const folder of new Set(last.map(({ path }) => dirname(path)))) syncs.add(files.syncDirectory(folder));
  await syncs.done();
}

/** Keeps what an attempt that won has written for the next one, and removes the metadata files that the table's log has let go. */
export async function settleAttempt(parts: CommitterParts, attempt: CommitAttempt): Promise<void> {
  const { base, location, metadata, manifests, bytes } = attempt;
  // The manifests of a branch are not those of the table's own snapshot.
  if (attempt.prepared.write.table.branch === undefined) parts.metadata.remember(location, metadata, manifests, bytes);
  else parts.metadata.rememberTable(location, metadata, bytes);
  await parts.oldMetadata.letGo(base.metadata, metadata);
}

/** Removes the files of an attempt that lost its race. */
export async function discardAttempt(parts: CommitterParts, attempt: CommitAttempt): Promise<void> {
  await Promise.all(attempt.written.map((path) => parts.files.remove(path)));
}

/** Rows that are moved without their row ids are, to readers of version 3, removed and added again. */
function movedAnew({ sameRows, lineage }: PreparedWrite['write'], { metadata }: CommitBase): Readonly<Record<string, string>> {
  return sameRows === true && lineage !== true && metadata.formatVersion === 3 ? { operation: 'overwrite' } : {};
}

/** An append keeps all manifests of the current snapshot, a rewrite those whose files stay, anything else none. */
async function keptManifests(
  parts: CommitterParts,
  { write, snapshotId, sealed }: PreparedWrite,
  base: CommitBase,
  sequenceNumber: number,
): Promise<KeptManifests> {
  const { metadata } = base;
  const keeps = write.goal === 'append' || write.goal === 'rewrite';
  const snapshot = { snapshotId, sequenceNumber };
  if (!keeps || metadata.current === null) {
    if (write.goal === 'rewrite') await removeDataFiles(parts, write, metadata, snapshot, [], sealed);
    await addPositionDeletes(parts, write, metadata, snapshot, [], sealed);
    return { manifests: [], written: [], removed: NOTHING_REMOVED };
  }
  const all = (await parts.metadata.manifestList(metadata.current.manifestList)).filter(hasLiveFiles);
  await checkDeletes(parts, write, metadata);
  const deletes = await addPositionDeletes(parts, write, metadata, snapshot, all, sealed);
  // To find them all data files are looked at, which is the work of those that put rows into other files.
  const dangling = write.sameRows === true ? await findDanglingDeletes(parts.metadata, metadata, all, new Set(write.removes)) : undefined;
  const rewritten = await removeDataFiles(parts, write, metadata, snapshot, all, sealed, dangling);
  const merged = await mergeManifests(parts, write.tableDirectory, metadata, snapshot, rewritten.untouched);
  const changed = [...deletes, ...rewritten.changed];
  return {
    manifests: [...changed, ...merged.manifests],
    written: [...changed.map((manifest) => manifest.location), ...(merged.written === null ? [] : [merged.written])],
    removed: rewritten.removed,
  };
}
