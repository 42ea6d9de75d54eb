import type { Expression } from './expression.ts';
import type { Identifier, QualifiedName, Span } from './identifier.ts';
import type { Hint, Query, WithClause } from './query.ts';
import type { TableReference } from './table-reference.ts';

/** `INSERT INTO` or `INSERT OVERWRITE`. */
export interface Insert {
  readonly kind: 'insert';
  readonly table: QualifiedName;
  /** Empty when the table's own order holds. */
  readonly columns: readonly Identifier[];
  /** True for BY NAME: columns of the source are matched by their names. */
  readonly byName: boolean;
  readonly overwrite: boolean;
  /** Columns whose values tell the rows that OVERWRITE replaces; null without PARTITION, where it replaces all. */
  readonly partition: readonly PartitionValue[] | null;
  /** VALUES is a query with a Values body; null for DEFAULT VALUES. */
  readonly source: Query | null;
  readonly span: Span;
}

/** `column = value` of PARTITION, or a column alone, whose values come with the rows. */
export interface PartitionValue {
  readonly kind: 'partition-value';
  readonly column: Identifier;
  readonly value: Expression | null;
  readonly span: Span;
}

/** `DELETE FROM table [AS alias] [USING ..] [WHERE condition]`. */
export interface Delete {
  readonly kind: 'delete';
  readonly with: WithClause | null;
  readonly hints: readonly Hint[];
  readonly table: QualifiedName;
  readonly alias: Identifier | null;
  readonly using: readonly TableReference[];
  readonly where: Expression | null;
  readonly span: Span;
}

/** `UPDATE table [AS alias] SET .. [FROM ..] [WHERE ..]`. */
export interface Update {
  readonly kind: 'update';
  readonly with: WithClause | null;
  readonly hints: readonly Hint[];
  readonly table: QualifiedName;
  readonly alias: Identifier | null;
  readonly assignments: readonly Assignment[];
  readonly from: readonly TableReference[];
  readonly where: Expression | null;
  readonly span: Span;
}

/** `column = value`. */
export interface Assignment {
  readonly kind: 'assignment';
  /** More than one part when qualified or a struct field. */
  readonly target: QualifiedName;
  readonly value: Expression;
  readonly span: Span;
}

/** `MERGE INTO table USING source ON condition WHEN ..`. */
export interface Merge {
  readonly kind: 'merge';
  readonly with: WithClause | null;
  readonly hints: readonly Hint[];
  readonly table: QualifiedName;
  readonly alias: Identifier | null;
  readonly source: TableReference;
  readonly on: Expression;
  /** At least one. */
  readonly clauses: readonly MergeClause[];
  readonly span: Span;
}

/** `WHEN [NOT] MATCHED [BY SOURCE] [AND condition] THEN action`. */
export interface MergeClause {
  readonly kind: 'merge-clause';
  readonly match: 'matched' | 'not-matched' | 'not-matched-by-source';
  readonly condition: Expression | null;
  readonly action: MergeAction;
  readonly span: Span;
}

/** What a MERGE does with a row. */
export type MergeAction = MergeUpdate | MergeDelete | MergeInsert | MergeNothing;

/** `UPDATE SET a = b, ...` or `UPDATE SET *` (no assignments). */
export interface MergeUpdate {
  readonly kind: 'merge-update';
  readonly star: boolean;
  readonly assignments: readonly Assignment[];
  readonly span: Span;
}

/** `DELETE`. */
export interface MergeDelete {
  readonly kind: 'merge-delete';
  readonly span: Span;
}

/** `INSERT [(columns)] VALUES (..)` or `INSERT *` (no columns, no values). */
export interface MergeInsert {
  readonly kind: 'merge-insert';
  readonly star: boolean;
  readonly columns: readonly Identifier[];
  readonly values: readonly Expression[];
  readonly span: Span;
}

/** `DO NOTHING`. */
export interface MergeNothing {
  readonly kind: 'merge-nothing';
  readonly span: Span;
}

/** `TRUNCATE [TABLE] name`. */
export interface Truncate {
  readonly kind: 'truncate';
  readonly table: QualifiedName;
  readonly span: Span;
}

/** `COPY .. FROM 'location'` or `COPY .. TO 'location'`. */
export type Copy = CopyFrom | CopyTo;

/** `COPY table [(columns)] FROM 'location' (options)`. */
export interface CopyFrom {
  readonly kind: 'copy-from';
  readonly table: QualifiedName;
  readonly columns: readonly Identifier[];
  readonly location: Expression;
  readonly options: readonly CopyOption[];
  readonly span: Span;
}

/** `COPY (query) TO 'location' (options)`; `COPY t (a, b) TO` is a query over those columns of the table. */
export interface CopyTo {
  readonly kind: 'copy-to';
  readonly source: Query;
  readonly location: Expression;
  readonly options: readonly CopyOption[];
  readonly span: Span;
}

/** `NAME [value]`; a bare word as a value is a string literal. */
export interface CopyOption {
  readonly kind: 'copy-option';
  /** Lower case. */
  readonly name: string;
  /** Null for an option that is only named. */
  readonly value: Expression | null;
  readonly span: Span;
}
