import type { Field } from '../type/field.ts';
import type { PartitionTransform } from './partition-spec.ts';
import type { RelationName } from './table-ref.ts';

/** A column of a table to be created, or to be added to one; the storage assigns field ids. The default of a column is told as its `writeDefault`. */
export type NewColumn = Omit<Field, 'id'>;

/** A partition field of a table to be created. */
export interface NewPartitionField {
  readonly column: string;
  readonly transform: PartitionTransform;
}

/** A table to be created. */
export interface TableSpec {
  readonly name: RelationName;
  readonly columns: readonly NewColumn[];
  readonly partitioning: readonly NewPartitionField[];
  readonly properties: Readonly<Record<string, string>>;
  readonly comment: string | null;
}
