import type { PartitionSpec } from '../../spi/index.ts';
import { type MetadataReader, specOf } from '../catalog/metadata-reader.ts';
import type { ManifestEntry } from '../iceberg/manifest/manifest-entry.ts';
import type { ManifestFile } from '../iceberg/manifest/manifest-file.ts';
import type { TableMetadata } from '../iceberg/metadata/table-metadata.ts';
import { type DeleteEntry, indexDeletes } from '../scan/index-deletes.ts';

/** Returns the keys (`deleteKey`) of the delete files that apply to no live data file any more once some data files are gone. New files are not looked at:
 *  deletes of before do not apply to them.
 *  @param gone locations of data files
 *  @see Iceberg spec, "Scan Planning" */
export async function findDanglingDeletes(
  metadata: MetadataReader,
  table: TableMetadata,
  manifests: readonly ManifestFile[],
  gone: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const deletes: { readonly entry: DeleteEntry; readonly spec: PartitionSpec }[] = [];
  for await (const { entry, spec } of liveEntries(metadata, table, manifests, 'deletes'))
    if (isDelete(entry)) deletes.push({ entry, spec });
  const dangling = new Set(deletes.map(({ entry }) => deleteKey(entry)));
  if (dangling.size === 0) return dangling;
  const index = indexDeletes(deletes);
  const seen = new Set<readonly DeleteEntry[]>();
  for await (const { entry, spec } of liveEntries(metadata, table, manifests, 'data')) {
    if (gone.has(entry.location)) continue;
    const applied = index.deletesOf(entry, spec);
    if (seen.has(applied)) continue;
    seen.add(applied);
    for (const each of applied) dangling.delete(deleteKey(each));
    if (dangling.size === 0) break;
  }
  return dangling;
}

/** Tells delete files, and deletion vectors within one file, apart. */
export const deleteKey = ({ location, deletes }: ManifestEntry): string =>
  deletes === null || deletes.vector === null ? location : `${location}#${String(deletes.vector.offset)}`;

const isDelete = (entry: ManifestEntry): entry is DeleteEntry => entry.deletes !== null;

async function* liveEntries(
  metadata: MetadataReader,
  table: TableMetadata,
  manifests: readonly ManifestFile[],
  content: ManifestFile['content'],
): AsyncIterable<{ readonly entry: ManifestEntry; readonly spec: PartitionSpec }> {
  for (const file of manifests) {
    if (file.content !== content) continue;
    const spec = specOf(table, file.specId);
    for (const entry of (await metadata.manifest(file, table)).entries) if (entry.status !== 'deleted') yield { entry, spec };
  }
}
