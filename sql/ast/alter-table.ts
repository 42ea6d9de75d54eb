import type {
  AddColumn,
  ChangeColumnNullability,
  ChangeColumnType,
  ColumnPosition,
  DropColumn,
  PartitionField,
  RenameColumn,
  RenameTable,
  SetProperties,
} from './definition-statement.ts';
import type { Expression } from './expression.ts';
import type { SortItem } from './function-call.ts';
import type { Identifier, QualifiedName, Span } from './identifier.ts';

/** `ALTER TABLE [IF EXISTS] name action`. */
export interface AlterTable {
  readonly kind: 'alter-table';
  readonly table: QualifiedName;
  readonly ifExists: boolean;
  readonly action: AlterTableAction;
  readonly span: Span;
}

/** One change of a table. */
export type AlterTableAction =
  | AddColumn
  | DropColumn
  | RenameColumn
  | RenameTable
  | ChangeColumnType
  | ChangeColumnNullability
  | SetProperties
  | AddPartitionField
  | DropPartitionField
  | ReplacePartitionField
  | SetWriteOrder
  | UnsetProperties
  | ChangeReference
  | DropReference
  | FastForward
  | ChangeColumnDefault
  | ChangeColumnComment
  | MoveColumn;

/** `ADD PARTITION FIELD field`. */
export interface AddPartitionField {
  readonly kind: 'add-partition-field';
  readonly field: PartitionField;
  readonly span: Span;
}

/** `DROP PARTITION FIELD field`. */
export interface DropPartitionField {
  readonly kind: 'drop-partition-field';
  readonly field: PartitionField;
  readonly span: Span;
}

/** `REPLACE PARTITION FIELD field WITH field`. */
export interface ReplacePartitionField {
  readonly kind: 'replace-partition-field';
  readonly field: PartitionField;
  readonly replacement: PartitionField;
  readonly span: Span;
}

/** `WRITE ORDERED BY keys` or `WRITE UNORDERED`. */
export interface SetWriteOrder {
  readonly kind: 'set-write-order';
  /** Empty for UNORDERED. */
  readonly keys: readonly SortItem[];
  readonly span: Span;
}

/** `UNSET PROPERTIES [IF EXISTS] (key, ...)`. */
export interface UnsetProperties {
  readonly kind: 'unset-properties';
  readonly keys: readonly string[];
  readonly ifExists: boolean;
  readonly span: Span;
}

/** `CREATE | REPLACE BRANCH | TAG [IF NOT EXISTS] name [AS OF VERSION id] [RETAIN n DAYS]`. */
export interface ChangeReference {
  readonly kind: 'change-reference';
  readonly action: 'create' | 'replace';
  readonly type: 'branch' | 'tag';
  readonly name: Identifier;
  readonly ifNotExists: boolean;
  /** Null for the newest snapshot. */
  readonly version: Expression | null;
  /** Null to keep it for good. */
  readonly retainDays: number | null;
  readonly span: Span;
}

/** `DROP BRANCH | TAG [IF EXISTS] name`. */
export interface DropReference {
  readonly kind: 'drop-reference';
  readonly type: 'branch' | 'tag';
  readonly name: Identifier;
  readonly ifExists: boolean;
  readonly span: Span;
}

/** `FAST FORWARD TO BRANCH name`. */
export interface FastForward {
  readonly kind: 'fast-forward';
  readonly branch: Identifier;
  readonly span: Span;
}

/** `ALTER [COLUMN] column SET DEFAULT value` or `DROP DEFAULT`. */
export interface ChangeColumnDefault {
  readonly kind: 'change-column-default';
  readonly column: QualifiedName;
  /** Null drops it. */
  readonly value: Expression | null;
  readonly span: Span;
}

/** `ALTER [COLUMN] column COMMENT 'text'`. */
export interface ChangeColumnComment {
  readonly kind: 'change-column-comment';
  readonly column: QualifiedName;
  readonly comment: string;
  readonly span: Span;
}

/** `ALTER [COLUMN] column FIRST | AFTER column`. */
export interface MoveColumn {
  readonly kind: 'move-column';
  readonly column: QualifiedName;
  readonly position: ColumnPosition;
  readonly span: Span;
}
