import type { Expression } from './expression.ts';
import type { SortItem, WindowSpecification } from './function-call.ts';
import type { Identifier, QualifiedName, Span } from './identifier.ts';
import type { TableReference } from './table-reference.ts';

/** A query with what surrounds its body. */
export interface Query {
  readonly kind: 'query';
  readonly with: WithClause | null;
  readonly body: QueryBody;
  readonly orderBy: OrderBy | null;
  /** LIMIT or FETCH FIRST; null without one and for LIMIT ALL. */
  readonly limit: Expression | null;
  /** Percent for `LIMIT 10%` and `LIMIT 10 PERCENT`, else rows. */
  readonly limitUnit: 'rows' | 'percent';
  /** True for FETCH FIRST n ROWS WITH TIES. */
  readonly withTies: boolean;
  readonly offset: Expression | null;
  readonly span: Span;
}

/** What a query computes. A nested Query is one in parentheses that has its own WITH, ORDER BY, LIMIT or OFFSET. */
export type QueryBody = Select | SetOperation | Values | TableQuery | Query;

/** `WITH [RECURSIVE] ...`. */
export interface WithClause {
  readonly kind: 'with-clause';
  readonly recursive: boolean;
  readonly tables: readonly CommonTable[];
  readonly span: Span;
}

/** `name (columns) AS [NOT] MATERIALIZED (query)`. */
export interface CommonTable {
  readonly kind: 'common-table';
  readonly name: Identifier;
  /** Empty when the query's own column names hold. */
  readonly columns: readonly Identifier[];
  /** Null when the text says neither. */
  readonly materialized: boolean | null;
  readonly query: Query;
  readonly span: Span;
}

/** `ORDER BY item, ...` or `ORDER BY ALL`. */
export type OrderBy = OrderByItems | OrderByAll;

/** `ORDER BY item, ...`. */
export interface OrderByItems {
  readonly kind: 'order-by-items';
  readonly items: readonly SortItem[];
  readonly span: Span;
}

/** `ORDER BY ALL`: every output column from left to right. */
export interface OrderByAll {
  readonly kind: 'order-by-all';
  readonly direction: 'ascending' | 'descending';
  readonly nulls: 'first' | 'last' | null;
  readonly span: Span;
}

/** `SELECT ...` without set operations, order and limit. */
export interface Select {
  readonly kind: 'select';
  readonly hints: readonly Hint[];
  readonly distinct: Distinct | null;
  /** At least one. */
  readonly items: readonly SelectItem[];
  /** Separated by commas in the text; empty without FROM. */
  readonly from: readonly TableReference[];
  readonly where: Expression | null;
  readonly groupBy: GroupBy | null;
  readonly having: Expression | null;
  readonly windows: readonly NamedWindow[];
  readonly qualify: Expression | null;
  readonly span: Span;
}

/** One hint of a comment that starts with a plus sign and stands directly after SELECT, such as `ENGINE(batch)`. */
export interface Hint {
  readonly kind: 'hint';
  readonly name: Identifier;
  readonly arguments: readonly string[];
  readonly span: Span;
}

/** `DISTINCT` or `DISTINCT ON (...)`. */
export interface Distinct {
  readonly kind: 'distinct';
  /** Empty for plain DISTINCT. */
  readonly on: readonly Expression[];
  readonly span: Span;
}

/** One entry of the SELECT list. */
export type SelectItem = SelectExpression | Star;

/** `expression [AS] alias`. */
export interface SelectExpression {
  readonly kind: 'select-expression';
  readonly expression: Expression;
  readonly alias: Identifier | null;
  readonly span: Span;
}

/** `*` or `t.*` with what is left out or replaced. */
export interface Star {
  readonly kind: 'star';
  /** Null for the plain star. */
  readonly qualifier: QualifiedName | null;
  readonly exclude: readonly Identifier[];
  readonly replace: readonly StarReplacement[];
  readonly rename: readonly StarRenaming[];
  readonly span: Span;
}

/** `expression AS column` inside REPLACE. */
export interface StarReplacement {
  readonly kind: 'star-replacement';
  readonly expression: Expression;
  readonly column: Identifier;
  readonly span: Span;
}

/** `column AS name` inside RENAME. */
export interface StarRenaming {
  readonly kind: 'star-renaming';
  readonly column: Identifier;
  readonly name: Identifier;
  readonly span: Span;
}

/** `GROUP BY ...`. */
export type GroupBy = GroupByElements | GroupByAll;

/** `GROUP BY element, ...`: the cross product of its elements' grouping sets. */
export interface GroupByElements {
  readonly kind: 'group-by-elements';
  readonly elements: readonly GroupingElement[];
  readonly span: Span;
}

/** `GROUP BY ALL`: every select expression without an aggregate. */
export interface GroupByAll {
  readonly kind: 'group-by-all';
  readonly span: Span;
}

/** One element of a GROUP BY or of GROUPING SETS. */
export type GroupingElement = GroupingSet | Rollup | Cube | GroupingSets;

/** `a`, `(a, b)` or `()`: one grouping set. */
export interface GroupingSet {
  readonly kind: 'grouping-set';
  readonly expressions: readonly Expression[];
  readonly span: Span;
}

/** `ROLLUP(a, (b, c))`. */
export interface Rollup {
  readonly kind: 'rollup';
  readonly sets: readonly GroupingSet[];
  readonly span: Span;
}

/** `CUBE(a, (b, c))`. */
export interface Cube {
  readonly kind: 'cube';
  readonly sets: readonly GroupingSet[];
  readonly span: Span;
}

/** `GROUPING SETS (...)`. */
export interface GroupingSets {
  readonly kind: 'grouping-sets';
  readonly elements: readonly GroupingElement[];
  readonly span: Span;
}

/** One definition of a WINDOW clause. */
export interface NamedWindow {
  readonly kind: 'named-window';
  readonly name: Identifier;
  readonly window: WindowSpecification;
  readonly span: Span;
}

/** `a UNION b UNION c`: operands of one operator in a row, to be folded from the left. INTERSECT binds tighter. */
export interface SetOperation {
  readonly kind: 'set-operation';
  readonly operator: 'union' | 'intersect' | 'except';
  /** True for ALL. */
  readonly all: boolean;
  /** True when columns are matched by name. */
  readonly byName: boolean;
  /** At least two. */
  readonly operands: readonly QueryBody[];
  readonly span: Span;
}

/** `VALUES (..), (..)`. */
export interface Values {
  readonly kind: 'values';
  /** At least one row, each with at least one value; equal length is the binder's check. */
  readonly rows: readonly (readonly Expression[])[];
  readonly span: Span;
}

/** `TABLE name`. */
export interface TableQuery {
  readonly kind: 'table-query';
  readonly table: QualifiedName;
  readonly span: Span;
}
