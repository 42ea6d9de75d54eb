import { locationToPath, pathToLocation, type RewrittenManifests, type TableRef } from '../../spi/index.ts';
import { specOf } from '../catalog/metadata-reader.ts';
import { changeTable } from '../commit/change-table.ts';
import { hasLiveFiles } from '../commit/merge-manifests.ts';
import { newManifestList } from '../commit/new-manifest-list.ts';
import { newSnapshotId } from '../commit/prepare-write.ts';
import { type ManifestLayout, type PendingSnapshot, storeTakenOver } from '../commit/store-manifest.ts';
import type { CommitterParts } from '../committer/committer-parts.ts';
import type { ManifestEntry } from '../iceberg/manifest/manifest-entry.ts';
import type { ManifestFile } from '../iceberg/manifest/manifest-file.ts';
import { addSnapshot } from '../iceberg/metadata/change-table-metadata.ts';
import type { Snapshot, TableMetadata } from '../iceberg/metadata/table-metadata.ts';
import { printLosslessJson } from '../iceberg/json/lossless-json.ts';
import { printSchema } from '../iceberg/type/schema-json.ts';

/** Entries of a manifest at most: with their bounds they are some megabytes. */
const ENTRIES_MAX = 8000;

/** Writes a table's manifests anew, few and in the order of partitions. Rows, files and their sequence numbers stay as they are.
 *  Guarantees: one commit; files written for an attempt that lost its race are removed. */
export async function rewriteManifests(parts: CommitterParts, operationId: string, table: TableRef): Promise<RewrittenManifests> {
  let written: string[] = [];
  let result: RewrittenManifests = { before: 0, after: 0, snapshotId: null };
  const { changed } = await changeTable(parts, table, operationId, async (metadata, pointer) => {
    await Promise.all(written.map((path) => parts.files.remove(path)));
    written = [];
    const { current } = metadata;
    if (current === null) return null;
    const before = await parts.metadata.manifestList(current.manifestList);
    const [data, others] = [before.filter(isPlain), before.filter((file) => !isPlain(file) && hasLiveFiles(file))];
    const groups = await groupEntries(parts, metadata, data);
    const count = groups.reduce((sum, { entries }) => sum + Math.ceil(entries.length / ENTRIES_MAX), 0);
    result = { before: before.length, after: before.length, snapshotId: null };
    if (count + others.length >= before.length) return null;
    const directory = locationToPath(pointer.tableLocation);
    const pending = { snapshotId: newSnapshotId(), sequenceNumber: metadata.lastSequenceNumber + 1 };
    const manifests = await writeGroups(parts, directory, pending, groups);
    written = manifests.map(({ location }) => locationToPath(location));
    const list = newManifestList(directory, metadata, { ...pending, parentId: current.snapshotId }, [...manifests, ...others]);
    await parts.files.write(list.path, list.bytes);
    written.push(list.path);
    result = { before: before.length, after: manifests.length + others.length, snapshotId: pending.snapshotId.toString() };
    return addSnapshot(metadata, { ...replacing(metadata, current, pending, list.path), ...list.rowIds }, null);
  });
  return changed ? result : { ...result, after: result.before, snapshotId: null };
}

const isPlain = ({ keyMetadata }: ManifestFile): boolean => keyMetadata === null;

interface EntryGroup {
  readonly layout: ManifestLayout;
  readonly entries: ManifestEntry[];
}

/** A manifest tells one schema and one spec for all its files, which are data files or delete files. */
async function groupEntries(
  parts: CommitterParts,
  metadata: TableMetadata,
  files: readonly ManifestFile[],
): Promise<readonly EntryGroup[]> {
  const groups = new Map<string, EntryGroup>();
  for (const file of files) {
    const { schema, exact, entries } = await parts.metadata.manifest(file, metadata);
    const key = `${file.content} ${String(file.specId)} ${String(exact)} ${printLosslessJson(printSchema(schema))}`;
    const group = groups.get(key) ?? {
      layout: { formatVersion: metadata.formatVersion, schema, spec: specOf(metadata, file.specId), columns: metadata.columns, exact },
      entries: [],
    };
    groups.set(key, group);
    for (const entry of entries) if (entry.status !== 'deleted') group.entries.push({ ...entry, status: 'existing' });
  }
  const keyOf = ({ partition }: ManifestEntry): string => partition.map(String).join('\0');
  for (const { entries } of groups.values()) entries.sort((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1));
  return [...groups.values()].filter(({ entries }) => entries.length > 0);
}

async function writeGroups(
  parts: CommitterParts,
  directory: string,
  pending: PendingSnapshot,
  groups: readonly EntryGroup[],
): Promise<readonly ManifestFile[]> {
  const manifests: ManifestFile[] = [];
  for (const { layout, entries } of groups) {
    for (let start = 0; start < entries.length; start += ENTRIES_MAX) {
      manifests.push(await storeTakenOver(parts.files, directory, 'm1', layout, pending, entries.slice(start, start + ENTRIES_MAX)));
    }
  }
  return manifests;
}

/** The snapshot has the rows of its parent, and so its totals. */
function replacing(metadata: TableMetadata, parent: Snapshot, { snapshotId, sequenceNumber }: PendingSnapshot, list: string): Snapshot {
  const kept = Object.entries(parent.summary).filter(([key]) => key.startsWith('total-') || key.startsWith('trivium.'));
  return {
    snapshotId,
    parentId: parent.snapshotId,
    sequenceNumber,
    timestampMs: Math.max(Date.now(), metadata.lastUpdatedMs + 1),
    manifestList: pathToLocation(list),
    summary: { operation: 'replace', ...Object.fromEntries(kept) },
    schemaId: metadata.schema.schemaId,
  };
}
