import type { DataType } from '../type/data-type.ts';
import type { PlanNode, SortKey } from './plan-node.ts';

/** A typed scalar expression. Every node tells its type; implicit casts are written out; JSON through and through. */
export type Expression =
  | ColumnExpression
  | LiteralExpression
  | ParameterExpression
  | CallExpression
  | CastExpression
  | CaseExpression
  | InExpression
  | StructExpression
  | FieldExpression
  | ScalarSubqueryExpression
  | ExistsExpression
  | InSubqueryExpression
  | QuantifiedExpression
  | LambdaExpression;

/** Reads a column by its id, which is unique in the whole plan: inside a subquery or a lateral input an id that none of its
 *  own nodes produces belongs to the enclosing query (a correlated reference). */
export interface ColumnExpression {
  readonly kind: 'column';
  readonly id: number;
  readonly type: DataType;
}

/** A constant. Form of `value`: null, boolean; numbers, dates, times, timestamps, intervals, uuids and strings as text in the canonical
 *  form of the type ('12', '-0.50', '2001-02-03', '2001-02-03 04:05:06.000007', 'NaN', '1 month 2 days 3 us'), binary as base64. */
export interface LiteralExpression {
  readonly kind: 'literal';
  readonly type: DataType;
  readonly value: string | boolean | null;
}

/** The value given at execution for a slot, counted from 0 in `BoundQuery.parameters`. */
export interface ParameterExpression {
  readonly kind: 'parameter';
  readonly index: number;
  readonly type: DataType;
}

/** A scalar function or operator by its canonical name (`docs/sql/functions.md`), such as `add`, `eq`, `and`, `like`, `substring`. */
export interface CallExpression {
  readonly kind: 'call';
  readonly function: string;
  readonly arguments: readonly Expression[];
  readonly type: DataType;
}

/** Conversion; with `safe` a value that cannot be converted becomes NULL instead of SQL_INVALID_VALUE. */
export interface CastExpression {
  readonly kind: 'cast';
  readonly argument: Expression;
  readonly safe: boolean;
  readonly type: DataType;
}

/** CASE with conditions only: the simple form is bound to `eq` calls. */
export interface CaseExpression {
  readonly kind: 'case';
  readonly branches: readonly { readonly when: Expression; readonly then: Expression }[];
  readonly otherwise: Expression | null;
  readonly type: DataType;
}

/** `argument IN (items)`, with SQL's NULL rule. */
export interface InExpression {
  readonly kind: 'in';
  readonly argument: Expression;
  readonly items: readonly Expression[];
  readonly type: DataType;
}

/** Builds a struct value; the names stand in `type`. */
export interface StructExpression {
  readonly kind: 'struct';
  readonly values: readonly Expression[];
  readonly type: DataType;
}

/** Reads a field of a struct. */
export interface FieldExpression {
  readonly kind: 'field';
  readonly argument: Expression;
  readonly name: string;
  readonly type: DataType;
}

/** A subquery of one column used as a value: no row is NULL, two rows are SQL_SUBQUERY_ROWS. */
export interface ScalarSubqueryExpression {
  readonly kind: 'scalar_subquery';
  readonly plan: PlanNode;
  /** Id of the column of `plan` that is the value. */
  readonly columnId: number;
  readonly type: DataType;
}

/** True when the subquery has a row. */
export interface ExistsExpression {
  readonly kind: 'exists';
  readonly plan: PlanNode;
  readonly type: DataType;
}

/** `(arguments) IN (plan)`, column by column; NOT IN is `not` around it, with SQL's NULL rule. */
export interface InSubqueryExpression {
  readonly kind: 'in_subquery';
  readonly arguments: readonly Expression[];
  readonly plan: PlanNode;
  readonly columnIds: readonly number[];
  readonly type: DataType;
}

/** `argument operator ANY|ALL (plan)`. */
export interface QuantifiedExpression {
  readonly kind: 'quantified';
  readonly operator: 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge';
  readonly quantifier: 'any' | 'all';
  readonly argument: Expression;
  readonly plan: PlanNode;
  readonly columnId: number;
  readonly type: DataType;
}

/** A function of one or more parameters, an argument of `list_transform`, `list_filter` or `list_reduce` and nothing else. The body reads the
 *  parameters as columns by their ids, and may read other columns. */
export interface LambdaExpression {
  readonly kind: 'lambda';
  readonly parameters: readonly LambdaParameter[];
  readonly body: Expression;
  /** The type of the body. */
  readonly type: DataType;
}

/** A parameter of a lambda; the name serves people. */
export interface LambdaParameter {
  readonly id: number;
  readonly name: string;
  readonly type: DataType;
}

/** An aggregate function over the rows of a group, or of a window's frame. `arguments` is empty for `count_star`. */
export interface AggregateCall {
  readonly function: string;
  readonly arguments: readonly Expression[];
  readonly distinct: boolean;
  readonly filter: Expression | null;
  readonly orderBy: readonly SortKey[];
  readonly type: DataType;
}

/** A window function: an aggregate or a ranking or navigation function (`row_number`, `rank`, `lag`, ...) over a frame. */
export interface WindowCall extends AggregateCall {
  readonly ignoreNulls: boolean;
  readonly partitionBy: readonly Expression[];
  readonly windowOrderBy: readonly SortKey[];
  readonly frame: WindowFrame | null;
}

/** The frame of a window function; null in `WindowCall` means the default of the SQL standard. */
export interface WindowFrame {
  readonly unit: 'rows' | 'range' | 'groups';
  readonly start: FrameBound;
  readonly end: FrameBound;
  readonly exclude: 'no_others' | 'current_row' | 'group' | 'ties';
}

/** One end of a window frame. */
export type FrameBound =
  | { readonly kind: 'unbounded_preceding' | 'current_row' | 'unbounded_following' }
  | { readonly kind: 'preceding' | 'following'; readonly offset: Expression };
