import type {
  AggregateCall,
  AggregateColumn,
  CallExpression,
  CastExpression,
  ColumnExpression,
  DataType,
  Expression,
  JoinNode,
  JoinType,
  LiteralExpression,
  LogicalPlan,
  PlanNode,
  PrimitiveKind,
  ProjectColumn,
  ScanColumn,
  ScanNode,
  SortKey,
  ValuesNode,
  WindowCall,
  WindowColumn,
} from '../../spi/index.ts';
import { outputColumns, PLAN_VERSION } from '../../spi/index.ts';

/** Returns a type without arguments. */
export const type = (kind: PrimitiveKind): DataType => ({ kind });
export const INTEGER = type('integer');
export const BIGINT = type('bigint');
export const DOUBLE = type('double');
export const VARCHAR = type('varchar');
export const BOOLEAN = type('boolean');

/** Returns a reference to a column. */
export const col = (id: number, of: DataType = INTEGER): ColumnExpression => ({ kind: 'column', id, type: of });

/** Returns a constant: numbers are integers, other values need their type told. */
export function lit(value: number | string | boolean | null, of?: DataType): LiteralExpression {
  if (typeof value === 'number') return { kind: 'literal', type: of ?? INTEGER, value: String(value) };
  if (typeof value === 'boolean') return { kind: 'literal', type: BOOLEAN, value };
  return { kind: 'literal', type: of ?? VARCHAR, value };
}

/** Returns a scalar call. */
export const call = (name: string, args: readonly Expression[], of: DataType = BOOLEAN): CallExpression => ({
  kind: 'call',
  function: name,
  arguments: args,
  type: of,
});

/** Returns a conversion. */
export const cast = (argument: Expression, to: DataType): CastExpression => ({ kind: 'cast', argument, safe: false, type: to });

/** Returns an aggregate call. */
export const aggregateCall = (
  name: string,
  args: readonly Expression[],
  of: DataType,
  more: Partial<AggregateCall> = {},
): AggregateCall => ({
  function: name,
  arguments: args,
  distinct: false,
  filter: null,
  orderBy: [],
  type: of,
  ...more,
});

/** Returns a window call. */
export const windowCall = (name: string, args: readonly Expression[], of: DataType, more: Partial<WindowCall> = {}): WindowCall => ({
  ...aggregateCall(name, args, of),
  ignoreNulls: false,
  partitionBy: [],
  windowOrderBy: [],
  frame: null,
  ...more,
});

/** Returns a computed column. */
export const as = (id: number, expression: Expression, name = `x${String(id)}`): ProjectColumn => ({
  id,
  name,
  type: expression.type,
  nullable: true,
  expression,
});

/** Returns an aggregate column. */
export const agg = (id: number, aggregate: AggregateCall): AggregateColumn => ({
  id,
  name: `x${String(id)}`,
  type: aggregate.type,
  nullable: true,
  call: aggregate,
});

/** Returns a window column. */
export const win = (id: number, window: WindowCall): WindowColumn => ({
  id,
  name: `x${String(id)}`,
  type: window.type,
  nullable: true,
  call: window,
});

/** Returns a sort key, ascending with NULLs last unless told otherwise. */
export const key = (expression: Expression, descending = false, nullsFirst = false): SortKey => ({ expression, descending, nullsFirst });

/** Returns a scan of `lake.<name>` whose columns are `[id, name, type]`; field ids are the positions from 1. */
export function scan(name: string, columns: readonly (readonly [number, string, DataType])[], filter: Expression | null = null): ScanNode {
  return {
    kind: 'scan',
    table: { schema: 'lake', name, uuid: `uuid-${name}` },
    snapshotId: '1',
    schemaId: 0,
    columns: columns.map(
      ([id, columnName, of], index): ScanColumn => ({ id, name: columnName, type: of, nullable: true, fieldId: index + 1 }),
    ),
    filter,
  };
}

/** Returns constant rows; columns are `[id, type]`. */
export function values(columns: readonly (readonly [number, DataType])[], rows: readonly (readonly Expression[])[]): ValuesNode {
  return { kind: 'values', columns: columns.map(([id, of]) => ({ id, name: `v${String(id)}`, type: of, nullable: true })), rows };
}

/** Returns integer rows, one column. */
export const integers = (id: number, ...items: readonly (number | null)[]): ValuesNode =>
  values(
    [[id, INTEGER]],
    items.map((item) => [lit(item, INTEGER)]),
  );

export const project = (input: PlanNode, ...columns: readonly ProjectColumn[]): PlanNode => ({ kind: 'project', input, columns });
export const filter = (input: PlanNode, predicate: Expression): PlanNode => ({ kind: 'filter', input, predicate });
export const sort = (input: PlanNode, ...keys: readonly SortKey[]): PlanNode => ({ kind: 'sort', input, keys });
export const limit = (input: PlanNode, count: number | null, offset: number | null = null): PlanNode => ({
  kind: 'limit',
  input,
  limit: count === null ? null : lit(count, BIGINT),
  offset: offset === null ? null : lit(offset, BIGINT),
});
export const join = (
  joinType: JoinType,
  left: PlanNode,
  right: PlanNode,
  condition: Expression | null = null,
  lateral = false,
): JoinNode => ({
  kind: 'join',
  joinType,
  left,
  right,
  condition,
  lateral,
});
export const aggregate = (
  input: PlanNode,
  groups: readonly ProjectColumn[],
  aggregates: readonly AggregateColumn[],
  groupingSets: readonly (readonly number[])[] | null = null,
): PlanNode => ({ kind: 'aggregate', input, groups, groupingSets, aggregates });

/** Returns a whole plan that puts out the given columns of its root, or all of them. */
export function plan(root: PlanNode, ids?: readonly number[]): LogicalPlan {
  const columns = outputColumns(root);
  const chosen = ids === undefined ? columns : ids.map((id) => columns.find((column) => column.id === id) ?? columns[0]);
  return {
    version: PLAN_VERSION,
    root,
    output: chosen.flatMap((column) =>
      column === undefined ? [] : [{ id: column.id, name: column.name, type: column.type, nullable: column.nullable }],
    ),
  };
}
