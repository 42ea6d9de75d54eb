import { join } from 'node:path';
import { sealedId } from '../file/sealed-name.ts';
import type { ManifestFile } from '../iceberg/manifest/manifest-file.ts';
import { type ManifestListHeader, writeManifestList } from '../iceberg/manifest/manifest-list.ts';

/** Returns the manifest list of a new snapshot and the path that its file is to have. */
export function newManifestList(
  tableDirectory: string,
  header: ManifestListHeader,
  manifests: readonly ManifestFile[],
): { readonly path: string; readonly bytes: Uint8Array } {
  const bytes = writeManifestList(header, manifests);
  return { path: join(tableDirectory, 'metadata', `snap-${header.snapshotId.toString()}-${sealedId(bytes)}.avro`), bytes };
}
