import type { ManifestEntry } from './manifest-entry.ts';

/** Field ids of `file_path` and `pos` in position delete files.
 *  @see Iceberg spec, "Reserved Field IDs" */
export const FILE_PATH_ID = 2147483546;
/** The field id of `pos`. */
export const POS_ID = 2147483545;

/** Returns the data file that the positions of a delete file are all of: told, or both bounds of `file_path`; null when they may be of several files. */
export function referencedPath({ deletes, metrics }: ManifestEntry): string | null {
  if (deletes === null || deletes.content === 'equality') return null;
  if (deletes.referencedDataFile !== null) return deletes.referencedDataFile;
  const { lower, upper } = pathBounds(metrics);
  return lower !== null && lower === upper ? lower : null;
}

/** Returns the bounds of `file_path`. A writer may have cut them short: a lower one then still is no greater, and an upper one no less, than any path. */
export function pathBounds(metrics: ManifestEntry['metrics']): { readonly lower: string | null; readonly upper: string | null } {
  const text = (bytes: Uint8Array | undefined): string | null => (bytes === undefined ? null : Buffer.from(bytes).toString());
  return { lower: text(metrics.lowerBounds.get(FILE_PATH_ID)), upper: text(metrics.upperBounds.get(FILE_PATH_ID)) };
}
