import type { Expression } from './expression.ts';
import type { Identifier, QualifiedName, Span } from './identifier.ts';
import type { Query } from './query.ts';

/** One operand of a FROM clause. */
export type TableReference = NamedTable | DerivedTable | TableFunction | Join | Pivot | Unpivot;

/** A table, view or common table by name. */
export interface NamedTable {
  readonly kind: 'named-table';
  readonly name: QualifiedName;
  readonly version: TableVersion | null;
  readonly alias: TableAlias | null;
  readonly sample: TableSample | null;
  readonly span: Span;
}

/** `FOR VERSION AS OF`, `FOR TIMESTAMP AS OF` or `FOR SYSTEM_TIME AS OF`. */
export interface TableVersion {
  readonly kind: 'table-version';
  readonly by: 'version' | 'timestamp' | 'system-time';
  readonly value: Expression;
  readonly span: Span;
}

/** `AS name (columns)`. */
export interface TableAlias {
  readonly kind: 'table-alias';
  readonly name: Identifier;
  /** Empty when the columns keep their names. */
  readonly columns: readonly Identifier[];
  readonly span: Span;
}

/** `TABLESAMPLE method (size PERCENT | ROWS) REPEATABLE (seed)`. */
export interface TableSample {
  readonly kind: 'table-sample';
  readonly method: 'bernoulli' | 'system' | 'reservoir' | null;
  readonly size: Expression;
  readonly unit: 'percent' | 'rows';
  readonly seed: Expression | null;
  readonly span: Span;
}

/** `[LATERAL] (query)`; VALUES in parentheses is one too. */
export interface DerivedTable {
  readonly kind: 'derived-table';
  readonly query: Query;
  readonly lateral: boolean;
  readonly alias: TableAlias | null;
  readonly sample: TableSample | null;
  readonly span: Span;
}

/** `f(..)`, `TABLE(f(..))` or `UNNEST(..) WITH ORDINALITY`. */
export interface TableFunction {
  readonly kind: 'table-function';
  readonly name: QualifiedName;
  readonly arguments: readonly TableFunctionArgument[];
  readonly lateral: boolean;
  readonly withOrdinality: boolean;
  readonly alias: TableAlias | null;
  readonly sample: TableSample | null;
  readonly span: Span;
}

/** One argument of a table function, named when written `name => value` or `name := value`. */
export interface TableFunctionArgument {
  readonly kind: 'table-function-argument';
  readonly name: Identifier | null;
  readonly value: Expression | TableArgument | QueryArgument | Descriptor;
  readonly span: Span;
}

/** `TABLE t [PARTITION BY columns]` as an argument. */
export interface TableArgument {
  readonly kind: 'table-argument';
  readonly table: QualifiedName;
  readonly partitionBy: readonly Identifier[];
  readonly span: Span;
}

/** `TABLE (query) [PARTITION BY columns]` as an argument. */
export interface QueryArgument {
  readonly kind: 'query-argument';
  readonly query: Query;
  readonly partitionBy: readonly Identifier[];
  readonly span: Span;
}

/** `DESCRIPTOR(column, ...)` as an argument. */
export interface Descriptor {
  readonly kind: 'descriptor';
  readonly columns: readonly Identifier[];
  readonly span: Span;
}

/** Which rows a join keeps; `semi` and `anti` keep rows and columns of the left side only. */
export type JoinType = 'inner' | 'left' | 'right' | 'full' | 'cross' | 'semi' | 'anti';

/** Two operands joined. Joins in a row are left-deep; a comma is not a Join but the next entry of the FROM list. */
export interface Join {
  readonly kind: 'join';
  readonly type: JoinType;
  /** True for ASOF, where the one inequality of the condition picks the nearest row. */
  readonly asof: boolean;
  readonly left: TableReference;
  readonly right: TableReference;
  /** Null for CROSS only. */
  readonly condition: JoinCondition | null;
  readonly span: Span;
}

/** How rows of the two sides are matched. */
export type JoinCondition = JoinOn | JoinUsing | JoinNatural;

/** `ON condition`. */
export interface JoinOn {
  readonly kind: 'join-on';
  readonly expression: Expression;
  readonly span: Span;
}

/** `USING (columns)`. */
export interface JoinUsing {
  readonly kind: 'join-using';
  readonly columns: readonly Identifier[];
  readonly span: Span;
}

/** NATURAL: all columns of equal name. */
export interface JoinNatural {
  readonly kind: 'join-natural';
  readonly span: Span;
}

/** `table PIVOT (aggregate, .. FOR column IN (value, ..) .. GROUP BY ..)`, and the query `PIVOT table ON .. USING .. GROUP BY ..`. */
export interface Pivot {
  readonly kind: 'pivot';
  readonly input: TableReference;
  /** At least one. */
  readonly aggregates: readonly PivotAggregate[];
  /** At least one; each combination of their values becomes columns. */
  readonly columns: readonly PivotColumn[];
  /** Null when all columns that are read nowhere else are the groups. */
  readonly groupBy: readonly Expression[] | null;
  readonly alias: TableAlias | null;
  readonly span: Span;
}

/** One aggregate of a PIVOT. */
export interface PivotAggregate {
  readonly kind: 'pivot-aggregate';
  readonly expression: Expression;
  readonly alias: Identifier | null;
  readonly span: Span;
}

/** An expression whose values become columns. */
export interface PivotColumn {
  readonly kind: 'pivot-column';
  readonly expression: Expression;
  /** Null when the text does not list them. */
  readonly values: readonly PivotValue[] | null;
  readonly span: Span;
}

/** One value that becomes a column. */
export interface PivotValue {
  readonly kind: 'pivot-value';
  readonly value: Expression;
  readonly alias: Identifier | null;
  readonly span: Span;
}

/** `table UNPIVOT (values FOR name IN (columns, ..))`, and the query `UNPIVOT table ON .. INTO NAME .. VALUE ..`. */
export interface Unpivot {
  readonly kind: 'unpivot';
  readonly input: TableReference;
  readonly includeNulls: boolean;
  /** Names of the columns that the values go to; at least one. */
  readonly values: readonly Identifier[];
  /** Name of the column that tells where values come from. */
  readonly name: Identifier;
  /** At least one. */
  readonly groups: readonly UnpivotGroup[];
  readonly alias: TableAlias | null;
  readonly span: Span;
}

/** The columns whose values make one row; as many as there are names of values. */
export interface UnpivotGroup {
  readonly kind: 'unpivot-group';
  readonly columns: readonly Identifier[];
  /** What stands in the column of names; the columns' own names when null. */
  readonly label: string | null;
  readonly span: Span;
}
