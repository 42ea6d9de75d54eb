/** What a manifest list tells about one partition field of a manifest. Bounds are single-value bytes. */
export interface PartitionSummary {
  readonly containsNull: boolean;
  readonly containsNan: boolean | null;
  readonly lower: Uint8Array | null;
  readonly upper: Uint8Array | null;
}

/** An entry of a manifest list.
 *  @see Iceberg spec, "Manifest Lists" */
export interface ManifestFile {
  readonly location: string;
  readonly bytes: number;
  readonly specId: number;
  readonly content: 'data' | 'deletes';
  readonly sequenceNumber: number;
  readonly minSequenceNumber: number;
  readonly addedSnapshotId: bigint;
  readonly addedFiles: number;
  readonly existingFiles: number;
  readonly deletedFiles: number;
  readonly addedRows: number;
  readonly existingRows: number;
  readonly deletedRows: number;
  readonly partitions: readonly PartitionSummary[] | null;
  readonly keyMetadata: Uint8Array | null;
  /** What data files that have no first row id count theirs from; null or left out for delete files, and in version 2. */
  readonly firstRowId?: number | null;
}
