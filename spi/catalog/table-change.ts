import type { DataType } from '../type/data-type.ts';
import type { NewColumn, NewPartitionField } from './table-spec.ts';

/** Names from a column of the table down to one of its parts, compared without regard to case. The parts of a list are under `element`, those of a map
 *  under `key` and `value`. */
export type ColumnPath = readonly string[];

/** Where a column goes among its siblings: after one of them, or with null before all. */
export interface ColumnPosition {
  readonly after: string | null;
}

/** A key that rows of new data files are sorted by. */
export interface NewSortKey {
  readonly column: string;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

/** One change of a stored table that touches none of its rows. */
export type TableChange =
  | { readonly kind: 'set_properties'; readonly properties: Readonly<Record<string, string>> }
  /** A key that is not set is refused unless `ifExists`. */
  | { readonly kind: 'unset_properties'; readonly keys: readonly string[]; readonly ifExists: boolean }
  /** Null takes the comment away. */
  | { readonly kind: 'set_table_comment'; readonly comment: string | null }
  | ColumnChange
  | LayoutChange
  | ReferenceChange;

/** A change of the schema. Rows written before have the default in a column that is added, or NULL. */
export type ColumnChange =
  | {
      readonly kind: 'add_column';
      /** The struct that gets the column; empty for the table itself. */
      readonly parent: ColumnPath;
      readonly column: NewColumn;
      /** Null for the end. */
      readonly position: ColumnPosition | null;
      readonly ifNotExists: boolean;
    }
  | { readonly kind: 'drop_column'; readonly column: ColumnPath; readonly ifExists: boolean }
  | { readonly kind: 'rename_column'; readonly column: ColumnPath; readonly newName: string }
  /** To a type that holds every value of the old one. */
  | { readonly kind: 'widen_column'; readonly column: ColumnPath; readonly type: DataType }
  | { readonly kind: 'set_column_nullability'; readonly column: ColumnPath; readonly nullable: boolean }
  | { readonly kind: 'set_column_comment'; readonly column: ColumnPath; readonly comment: string | null }
  /** In canonical text; null takes the default away. Rows that are there stay as they are. */
  | { readonly kind: 'set_column_default'; readonly column: ColumnPath; readonly value: string | null }
  | { readonly kind: 'move_column'; readonly column: ColumnPath; readonly position: ColumnPosition };

/** A change of how new data files are laid out; those that are there keep their layout. */
export type LayoutChange =
  | { readonly kind: 'add_partition_field' | 'drop_partition_field'; readonly field: NewPartitionField }
  | { readonly kind: 'replace_partition_field'; readonly field: NewPartitionField; readonly replacement: NewPartitionField }
  /** No key for files in no order. */
  | { readonly kind: 'set_sort_order'; readonly keys: readonly NewSortKey[] };

/** A change of a table's branches and tags. */
export type ReferenceChange =
  | {
      readonly kind: 'set_reference';
      readonly action: 'create' | 'replace';
      readonly type: 'branch' | 'tag';
      readonly name: string;
      readonly ifNotExists: boolean;
      /** Decimal text; null for the newest snapshot. */
      readonly snapshotId: string | null;
      /** Units: milliseconds that the reference is kept; null for good. */
      readonly maxAgeMs: number | null;
    }
  | { readonly kind: 'drop_reference'; readonly type: 'branch' | 'tag'; readonly name: string; readonly ifExists: boolean }
  /** Makes the newest rows of a branch those of the table, if the branch was built on what the table has now; nothing when they are part of it already. */
  | { readonly kind: 'fast_forward'; readonly branch: string };
