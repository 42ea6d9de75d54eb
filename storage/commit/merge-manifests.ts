import { sameType } from '../../spi/index.ts';
import type { CommitterParts } from '../committer/committer-parts.ts';
import type { ManifestEntry } from '../iceberg/manifest/manifest-entry.ts';
import type { ManifestFile } from '../iceberg/manifest/manifest-file.ts';
import type { Manifest } from '../iceberg/manifest/read-manifest.ts';
import type { TableMetadata } from '../iceberg/metadata/table-metadata.ts';
import type { TableSchema } from '../iceberg/type/schema-json.ts';
import { type PendingSnapshot, storeTakenOver } from './store-manifest.ts';

/** Small manifests of one spec from which they are merged: Iceberg's own default of `commit.manifest.min-count-to-merge`. */
const MERGE_COUNT_MIN = 100;

/** Units: bytes of a manifest that is not small any more: Iceberg's own default of `commit.manifest.target-size-bytes`. */
const SMALL_BYTES_MAX = 8 << 20;

/** What a merge leaves: the manifests in place of those given, and the location of the one that was written, null for none. */
export interface MergedManifests {
  readonly manifests: readonly ManifestFile[];
  readonly written: string | null;
}

/** Writes one manifest in place of many small ones, so that plans after many small appends need not read a file for each.
 *  Guarantees: entries keep their snapshot and sequence numbers; manifests of other schemas or specs, or with deletes, stay as they are. */
export async function mergeManifests(
  parts: CommitterParts,
  tableDirectory: string,
  table: TableMetadata,
  snapshot: PendingSnapshot,
  manifests: readonly ManifestFile[],
): Promise<MergedManifests> {
  const isSmall = (file: ManifestFile): boolean =>
    file.content === 'data' && file.specId === table.spec.specId && file.bytes < SMALL_BYTES_MAX && file.keyMetadata === null;
  const small = manifests.filter(isSmall);
  if (small.length < MERGE_COUNT_MIN) return { manifests, written: null };
  const merged = new Set<ManifestFile>();
  const entries: ManifestEntry[] = [];
  let exact = true;
  for (const file of small) {
    const manifest = await parts.metadata.manifest(file, table);
    if (!isSameSchema(manifest, table.schema)) continue;
    merged.add(file);
    exact &&= manifest.exact;
    for (const entry of manifest.entries) if (entry.status !== 'deleted') entries.push({ ...entry, status: 'existing' });
  }
  if (merged.size < MERGE_COUNT_MIN) return { manifests, written: null };
  const file = await storeTakenOver(parts.files, tableDirectory, 'm1', { ...table, exact }, snapshot, entries);
  return { manifests: [file, ...manifests.filter((each) => !merged.has(each))], written: file.location };
}

/** Returns whether a manifest may hold files of the table; one that only tells of deleted files may be left out of the next snapshot.
 *  Lists of version 1 need not count, so nothing is known of a manifest without any counts. */
export function hasLiveFiles(file: ManifestFile): boolean {
  return file.addedFiles + file.existingFiles > 0 || file.deletedFiles === 0;
}

function isSameSchema(manifest: Manifest, schema: TableSchema): boolean {
  const written = manifest.schema.fields;
  return (
    written.length === schema.fields.length &&
    schema.fields.every((field, index) => {
      const other = written[index];
      return other !== undefined && field.id === other.id && field.name === other.name && sameType(field.type, other.type);
    })
  );
}
