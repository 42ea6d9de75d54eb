import type { PartitionValues } from './partition-avro.ts';

/** Whether an entry's file was there before, came with, or left with the snapshot of the manifest. */
export type EntryStatus = 'existing' | 'added' | 'deleted';

/** A file of a manifest.
 *  @see Iceberg spec, "Manifests" */
export interface ManifestEntry {
  readonly status: EntryStatus;
  /** The snapshot that added (or deleted) the file; null is inherited from the manifest list. */
  readonly snapshotId: bigint | null;
  readonly sequenceNumber: number | null;
  readonly fileSequenceNumber: number | null;
  readonly location: string;
  readonly format: string;
  readonly partition: PartitionValues;
  readonly rows: number;
  readonly bytes: number;
  /** The order that the rows are in; 0 or left out for none, null when the writer did not say. */
  readonly sortOrderId?: number | null;
  /** The id of the first row of a data file; null or left out when none was given yet, as in version 2. */
  readonly firstRowId?: number | null;
  readonly metrics: FileMetrics;
  /** What a delete file deletes; null for a data file. */
  readonly deletes: DeleteFacts | null;
}

/** What a manifest tells of a delete file. */
export interface DeleteFacts {
  readonly content: 'position' | 'equality';
  /** Field ids that an equality delete compares; none for positions. */
  readonly equalityIds: readonly number[];
  /** The only data file that positions or a deletion vector belong to; null when it is not told. */
  readonly referencedDataFile: string | null;
  /** Where in its Puffin file a deletion vector lies; null for other files. Units: bytes. */
  readonly vector: { readonly offset: number; readonly length: number } | null;
}

/** Facts about the columns of a file by field id. Bounds are single-value bytes. */
export interface FileMetrics {
  readonly columnBytes: ReadonlyMap<number, number>;
  readonly valueCounts: ReadonlyMap<number, number>;
  readonly nullCounts: ReadonlyMap<number, number>;
  readonly nanCounts: ReadonlyMap<number, number>;
  readonly lowerBounds: ReadonlyMap<number, Uint8Array>;
  readonly upperBounds: ReadonlyMap<number, Uint8Array>;
  readonly splitOffsets: readonly number[] | null;
}

/** What is known of the columns of a file of which nothing was noted. */
export const NO_METRICS: FileMetrics = {
  columnBytes: new Map(),
  valueCounts: new Map(),
  nullCounts: new Map(),
  nanCounts: new Map(),
  lowerBounds: new Map(),
  upperBounds: new Map(),
  splitOffsets: null,
};
