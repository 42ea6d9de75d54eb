import type { TableRef } from '../catalog/table-ref.ts';
import type { DataType } from '../type/data-type.ts';
import type { AggregateCall, Expression, WindowCall } from './expression.ts';

/** A node of the typed relational algebra. A node's rows are described by `outputColumns(node)`; column ids are unique in the
 *  whole plan. Rows are bags: only `sort` at the top of a query (or under `limit` and `distinct_on`) gives an order. */
export type PlanNode =
  | ScanNode
  | ValuesNode
  | TableFunctionNode
  | UnnestNode
  | ProjectNode
  | FilterNode
  | JoinNode
  | AggregateNode
  | WindowNode
  | SortNode
  | LimitNode
  | DistinctNode
  | SetOperationNode
  | WithNode
  | CteScanNode;

/** A column that a node puts out. The name serves people; ids decide. */
export interface PlanColumn {
  readonly id: number;
  readonly name: string;
  readonly type: DataType;
  readonly nullable: boolean;
}

/** A column read from a stored table, or computed column of a scan. */
export interface ScanColumn extends PlanColumn {
  /** Iceberg field id of the column in the table. */
  readonly fieldId: number;
  /** @see Field.initialDefault */
  readonly initialDefault?: string;
}

/** Reads a stored table at one pinned snapshot. */
export interface ScanNode {
  readonly kind: 'scan';
  readonly table: TableRef;
  /** The pinned snapshot; null for a table that has none yet (no rows). */
  readonly snapshotId: string | null;
  readonly schemaId: number;
  readonly columns: readonly ScanColumn[];
  /** A condition over `columns` that rows put out must meet (true, not NULL); the source may use it to skip files and hands back the residual. */
  readonly filter: Expression | null;
  /** Reads only these data files of the snapshot, by location; all when left out. */
  readonly files?: readonly string[];
  /** True when the snapshot has delete files: the engine must declare `scan:deletes`. */
  readonly deletes?: boolean;
}

/** Constant rows; `rows[i]` has one expression per column. No column ids of other nodes appear except correlated ones. */
export interface ValuesNode {
  readonly kind: 'values';
  readonly columns: readonly PlanColumn[];
  readonly rows: readonly (readonly Expression[])[];
}

/** A table function by canonical name: `generate_series` (inclusive), `range` (end exclusive). */
export interface TableFunctionNode {
  readonly kind: 'table_function';
  readonly function: string;
  readonly arguments: readonly Expression[];
  readonly columns: readonly PlanColumn[];
}

/** One row per element of the lists (zipped, shorter ones padded with NULL), or per entry of a map (two columns). Correlated with the left side under a lateral join. */
export interface UnnestNode {
  readonly kind: 'unnest';
  readonly arguments: readonly Expression[];
  readonly columns: readonly PlanColumn[];
  /** Position from 1, when asked for. */
  readonly ordinality: PlanColumn | null;
}

/** Computes columns. A column that passes through unchanged is a `column` expression under a new id. */
export interface ProjectNode {
  readonly kind: 'project';
  readonly input: PlanNode;
  readonly columns: readonly ProjectColumn[];
}

/** A computed column. */
export interface ProjectColumn extends PlanColumn {
  readonly expression: Expression;
}

/** Keeps the rows for which the predicate is true. */
export interface FilterNode {
  readonly kind: 'filter';
  readonly input: PlanNode;
  readonly predicate: Expression;
}

/** How two inputs are joined. `semi` and `anti` put out the left columns only; `asof_*` take the nearest row by the one inequality in the condition. */
export type JoinType = 'inner' | 'left' | 'right' | 'full' | 'cross' | 'semi' | 'anti' | 'asof_inner' | 'asof_left';

/** Joins two inputs; puts out the left columns, then the right ones, under their own ids. USING and NATURAL are bound to conditions and a `project`. */
export interface JoinNode {
  readonly kind: 'join';
  readonly joinType: JoinType;
  readonly left: PlanNode;
  readonly right: PlanNode;
  /** Null exactly for `cross`. */
  readonly condition: Expression | null;
  /** True when `right` may read columns of `left`. */
  readonly lateral: boolean;
}

/** Groups and aggregates; puts out group columns, then aggregate columns. No group and no set is one group over all rows. */
export interface AggregateNode {
  readonly kind: 'aggregate';
  readonly input: PlanNode;
  readonly groups: readonly ProjectColumn[];
  /** Sets of positions in `groups`, expanded from ROLLUP, CUBE and GROUPING SETS; null for the single set of all groups. */
  readonly groupingSets: readonly (readonly number[])[] | null;
  readonly aggregates: readonly AggregateColumn[];
}

/** An aggregate column. The function `grouping` takes the positions in `groups` as integer literals and gives the bit mask of the standard. */
export interface AggregateColumn extends PlanColumn {
  readonly call: AggregateCall;
}

/** Adds window columns to the input's columns. */
export interface WindowNode {
  readonly kind: 'window';
  readonly input: PlanNode;
  readonly windows: readonly WindowColumn[];
}

/** A column computed by a window function. */
export interface WindowColumn extends PlanColumn {
  readonly call: WindowCall;
}

/** One key of an order. NULLs are placed by `nullsFirst`, never by an engine's default. */
export interface SortKey {
  readonly expression: Expression;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

/** Orders rows; stable order among equal keys is not promised. */
export interface SortNode {
  readonly kind: 'sort';
  readonly input: PlanNode;
  readonly keys: readonly SortKey[];
}

/** Skips `offset` rows, then keeps `limit` rows. Both are constant expressions of type bigint. */
export interface LimitNode {
  readonly kind: 'limit';
  readonly input: PlanNode;
  readonly limit: Expression | null;
  readonly offset: Expression | null;
}

/** Removes duplicate rows (NULLs are alike); with `on` keeps the first row per key in the order of `orderBy`. */
export interface DistinctNode {
  readonly kind: 'distinct';
  readonly input: PlanNode;
  readonly on: readonly Expression[] | null;
  readonly orderBy: readonly SortKey[];
}

/** UNION, INTERSECT, EXCEPT by position: column i of the output comes from `leftIds[i]` and `rightIds[i]`, of equal types. */
export interface SetOperationNode {
  readonly kind: 'set_operation';
  readonly operation: 'union' | 'intersect' | 'except';
  readonly all: boolean;
  readonly left: PlanNode;
  readonly right: PlanNode;
  readonly leftIds: readonly number[];
  readonly rightIds: readonly number[];
  readonly columns: readonly PlanColumn[];
}

/** Defines common table expressions for `body`; each may read the ones before it, and itself when recursive. */
export interface WithNode {
  readonly kind: 'with';
  readonly ctes: readonly CommonTable[];
  readonly body: PlanNode;
}

/** A common table expression. For a recursive one `plan` is the anchor and `recursive` the step, which reads it by `cte_scan`. */
export interface CommonTable {
  readonly cteId: number;
  readonly name: string;
  /** The columns in order; `plan` (and `recursive`) put them out under the ids of `planIds` (`recursiveIds`). */
  readonly columns: readonly PlanColumn[];
  readonly plan: PlanNode;
  readonly planIds: readonly number[];
  readonly recursive: { readonly plan: PlanNode; readonly planIds: readonly number[]; readonly unionAll: boolean } | null;
  /** Null leaves the choice to the engine. */
  readonly materialized: boolean | null;
}

/** Reads a common table expression; column i carries column i of the definition under a new id. */
export interface CteScanNode {
  readonly kind: 'cte_scan';
  readonly cteId: number;
  readonly columns: readonly PlanColumn[];
}
