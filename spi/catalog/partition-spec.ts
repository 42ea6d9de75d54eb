/** How a partition value is made from a column. Source of the meanings: Iceberg spec v2, "Partition Transforms". */
export type PartitionTransform =
  /** NULL for every value: a field that was dropped from the spec, and keeps its place. */
  | { readonly kind: 'void' }
  | { readonly kind: 'identity' | 'year' | 'month' | 'day' | 'hour' }
  | { readonly kind: 'bucket'; readonly buckets: number }
  | { readonly kind: 'truncate'; readonly width: number };

/** One field of a partition spec. `fieldId` (from 1000) is the partition field's own id. */
export interface PartitionField {
  readonly sourceId: number;
  readonly fieldId: number;
  readonly name: string;
  readonly transform: PartitionTransform;
}

/** A numbered way to partition a table; a table may have had several. No field means not partitioned. */
export interface PartitionSpec {
  readonly specId: number;
  readonly fields: readonly PartitionField[];
}
