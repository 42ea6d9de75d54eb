import { join } from 'node:path';
import { sealedId } from '../file/sealed-name.ts';
import { assignRowIds } from '../iceberg/manifest/assign-row-ids.ts';
import type { ManifestFile } from '../iceberg/manifest/manifest-file.ts';
import { type ManifestListHeader, writeManifestList } from '../iceberg/manifest/manifest-list.ts';
import type { Snapshot, TableMetadata } from '../iceberg/metadata/table-metadata.ts';

/** The manifest list of a new snapshot. */
export interface NewManifestList {
  /** The path that its file is to have. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** The manifests as the list has them. */
  readonly manifests: readonly ManifestFile[];
  /** What the snapshot tells of the row ids that the list gives; nothing in version 2. */
  readonly rowIds: Pick<Snapshot, 'firstRowId' | 'addedRows'>;
}

/** Returns the manifest list of a new snapshot. In version 3 data manifests that have no first row id get theirs. */
export function newManifestList(
  tableDirectory: string,
  { formatVersion, nextRowId: firstRowId }: TableMetadata,
  header: Omit<ManifestListHeader, 'formatVersion' | 'firstRowId'>,
  manifests: readonly ManifestFile[],
): NewManifestList {
  const assigned = formatVersion === 2 ? { manifests, addedRows: 0 } : assignRowIds(firstRowId, manifests);
  const rowIds = formatVersion === 2 ? {} : { firstRowId, addedRows: assigned.addedRows };
  const own = formatVersion === 2 ? { formatVersion } : { formatVersion, firstRowId };
  const bytes = writeManifestList({ ...header, ...own }, assigned.manifests);
  const path = join(tableDirectory, 'metadata', `snap-${header.snapshotId.toString()}-${sealedId(bytes)}.avro`);
  return { path, bytes, manifests: assigned.manifests, rowIds };
}
