import type { ManifestFile } from './manifest-file.ts';

/** Gives data manifests that have no first row id theirs, in the order of the list.
 *  Guarantees: ids of files never meet. Rows of files that have an id already are counted too, so a few ids may belong to no row.
 *  @see Iceberg spec v3, "First Row ID Assignment" */
export function assignRowIds(
  nextRowId: number,
  manifests: readonly ManifestFile[],
): { readonly manifests: readonly ManifestFile[]; readonly addedRows: number } {
  let next = nextRowId;
  const assigned = manifests.map((manifest) => {
    if (manifest.content === 'deletes' || (manifest.firstRowId ?? null) !== null) return manifest;
    const firstRowId = next;
    next += manifest.addedRows + manifest.existingRows;
    return { ...manifest, firstRowId };
  });
  return { manifests: assigned, addedRows: next - nextRowId };
}
