import type { Expression } from './expression.ts';
import type { Identifier, QualifiedName, Span } from './identifier.ts';
import type { Query } from './query.ts';
import type { TypeName } from './type-name.ts';

/** `key = value` of a WITH clause; a bare word as a value is a string literal. */
export interface Property {
  readonly kind: 'property';
  /** Dots kept (`write.format`), as written. */
  readonly key: string;
  readonly value: Expression;
  readonly span: Span;
}

/** `CREATE SCHEMA`. */
export interface CreateSchema {
  readonly kind: 'create-schema';
  readonly name: QualifiedName;
  readonly orReplace: boolean;
  readonly ifNotExists: boolean;
  readonly properties: readonly Property[];
  readonly span: Span;
}

/** `CREATE TABLE`, with or without AS query. */
export interface CreateTable {
  readonly kind: 'create-table';
  readonly name: QualifiedName;
  readonly orReplace: boolean;
  readonly ifNotExists: boolean;
  /** Empty only with a query. */
  readonly elements: readonly TableElement[];
  /** The names in `CREATE TABLE t (a, b) AS query`, else empty. */
  readonly columnNames: readonly Identifier[];
  readonly comment: string | null;
  readonly partitionedBy: readonly PartitionField[];
  readonly properties: readonly Property[];
  readonly query: Query | null;
  /** False for WITH NO DATA. */
  readonly withData: boolean;
  readonly span: Span;
}

/** What stands between the parentheses of CREATE TABLE. */
export type TableElement = ColumnDefinition | ComputedColumn | WatermarkDefinition | KeyConstraint;

/** `name type [NOT NULL] [DEFAULT value] [COMMENT 'text']`. */
export interface ColumnDefinition {
  readonly kind: 'column-definition';
  readonly name: Identifier;
  readonly dataType: TypeName;
  readonly notNull: boolean;
  readonly defaultValue: Expression | null;
  readonly comment: string | null;
  readonly span: Span;
}

/** `name AS expression`. */
export interface ComputedColumn {
  readonly kind: 'computed-column';
  readonly name: Identifier;
  readonly expression: Expression;
  readonly span: Span;
}

/** `WATERMARK FOR column AS expression`. */
export interface WatermarkDefinition {
  readonly kind: 'watermark-definition';
  readonly column: Identifier;
  readonly expression: Expression;
  readonly span: Span;
}

/** `PRIMARY KEY (columns) [NOT ENFORCED]` or `UNIQUE (columns)`. */
export interface KeyConstraint {
  readonly kind: 'key-constraint';
  readonly type: 'primary-key' | 'unique';
  readonly columns: readonly Identifier[];
  readonly enforced: boolean;
  readonly span: Span;
}

/** One field of PARTITIONED BY: `col`, `day(col)` or `bucket(16, col)`. */
export interface PartitionField {
  readonly kind: 'partition-field';
  /** Lower case; `identity` for a plain column. The binder checks that it exists. */
  readonly transform: string;
  /** The number of buckets or the width, null without one. */
  readonly parameter: number | null;
  readonly column: Identifier;
  readonly span: Span;
}

/** `CREATE VIEW`. The text of the query is the slice of its span. */
export interface CreateView {
  readonly kind: 'create-view';
  readonly name: QualifiedName;
  readonly orReplace: boolean;
  readonly ifNotExists: boolean;
  /** Empty when the query's own names hold. */
  readonly columns: readonly Identifier[];
  readonly comment: string | null;
  readonly query: Query;
  readonly span: Span;
}

/** `CREATE MATERIALIZED VIEW`. */
export interface CreateMaterializedView {
  readonly kind: 'create-materialized-view';
  readonly name: QualifiedName;
  readonly orReplace: boolean;
  readonly ifNotExists: boolean;
  readonly columns: readonly Identifier[];
  readonly comment: string | null;
  readonly partitionedBy: readonly PartitionField[];
  readonly properties: readonly Property[];
  readonly query: Query;
  readonly span: Span;
}

/** `ALTER MATERIALIZED VIEW name PAUSE | RESUME`. */
export interface AlterMaterializedView {
  readonly kind: 'alter-materialized-view';
  readonly name: QualifiedName;
  readonly action: 'pause' | 'resume';
  readonly span: Span;
}

/** What DROP removes. */
export type DropObjectType = 'schema' | 'table' | 'view' | 'materialized-view' | 'function' | 'role' | 'user';

/** `DROP type [IF EXISTS] name [CASCADE | RESTRICT]`. */
export interface Drop {
  readonly kind: 'drop';
  readonly objectType: DropObjectType;
  readonly name: QualifiedName;
  readonly ifExists: boolean;
  readonly cascade: boolean;
  readonly span: Span;
}

/** `ADD [COLUMN] [IF NOT EXISTS] definition [FIRST | AFTER column]`. */
export interface AddColumn {
  readonly kind: 'add-column';
  /** The column and its parts down to the struct that gets the new one; empty for the table itself. */
  readonly parents: readonly Identifier[];
  readonly column: ColumnDefinition;
  readonly ifNotExists: boolean;
  /** Where the column goes; null for the end. */
  readonly position: ColumnPosition | null;
  readonly span: Span;
}

/** `FIRST` or `AFTER column`. */
export interface ColumnPosition {
  readonly kind: 'column-position';
  /** Null for FIRST. */
  readonly after: Identifier | null;
  readonly span: Span;
}

/** `ALTER VIEW name RENAME TO name`, or of a schema. */
export interface RenameObject {
  readonly kind: 'rename-object';
  readonly objectType: 'schema' | 'view';
  readonly name: QualifiedName;
  readonly newName: QualifiedName;
  readonly span: Span;
}

/** `DROP [COLUMN] [IF EXISTS] name`. */
export interface DropColumn {
  readonly kind: 'drop-column';
  /** A column, or a part of one. */
  readonly column: QualifiedName;
  readonly ifExists: boolean;
  readonly span: Span;
}

/** `RENAME [COLUMN] column TO newName`. */
export interface RenameColumn {
  readonly kind: 'rename-column';
  /** A column, or a part of one. */
  readonly column: QualifiedName;
  readonly newName: Identifier;
  readonly span: Span;
}

/** `RENAME TO newName`. */
export interface RenameTable {
  readonly kind: 'rename-table';
  readonly newName: QualifiedName;
  readonly span: Span;
}

/** `ALTER [COLUMN] column [SET DATA] TYPE type`. */
export interface ChangeColumnType {
  readonly kind: 'change-column-type';
  /** A column, or a part of one. */
  readonly column: QualifiedName;
  readonly dataType: TypeName;
  readonly span: Span;
}

/** `ALTER [COLUMN] column SET NOT NULL` or `DROP NOT NULL`. */
export interface ChangeColumnNullability {
  readonly kind: 'change-column-nullability';
  /** A column, or a part of one. */
  readonly column: QualifiedName;
  readonly notNull: boolean;
  readonly span: Span;
}

/** `SET PROPERTIES (key = value, ...)`. */
export interface SetProperties {
  readonly kind: 'set-properties';
  readonly properties: readonly Property[];
  readonly span: Span;
}

/** `COMMENT ON type name IS 'text' | NULL`. */
export interface CommentOn {
  readonly kind: 'comment-on';
  readonly objectType: 'schema' | 'table' | 'view' | 'column';
  /** For a column the table's name with the column as the last part. */
  readonly name: QualifiedName;
  readonly comment: string | null;
  readonly span: Span;
}
