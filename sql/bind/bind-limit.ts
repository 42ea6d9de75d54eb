import type { DataType, Expression as PlanExpression, PlanNode, SortKey, WindowColumn } from '../../spi/index.ts';
import type { Expression, Query } from '../ast/index.ts';
import { predicate } from './bind-comparison.ts';
import { bindError, unsupported } from './bind-error.ts';
import { type BinderState, bindWithin, type Environment } from './binder-state.ts';
import { coerce } from './coercion.ts';
import { columnExpression, EMPTY_SCOPE } from './scope.ts';

const BIGINT: DataType = { kind: 'bigint' };

/** Orders and cuts the rows of a query as its ORDER BY, LIMIT, OFFSET and FETCH say. */
export function bindLimit(
  state: BinderState,
  node: Query,
  input: PlanNode,
  sortKeys: readonly SortKey[],
  environment: Environment,
): PlanNode {
  if (node.limitUnit === 'percent') {
    throw unsupported(
      state,
      'LIMIT with a percentage',
      node.limit?.span ?? node.span,
      'Give a number of rows, or sample with TABLESAMPLE.',
    );
  }
  const limit = bindCount(state, node.limit, environment, 'LIMIT');
  const offset = bindCount(state, node.offset, environment, 'OFFSET');
  if (node.withTies && limit !== null) return withTies(state, node, input, sortKeys, limit, offset);
  const sorted: PlanNode = sortKeys.length === 0 ? input : { kind: 'sort', input, keys: sortKeys };
  return limit === null && offset === null ? sorted : { kind: 'limit', input: sorted, limit, offset };
}

function bindCount(state: BinderState, node: Expression | null, environment: Environment, place: string): PlanExpression | null {
  if (node === null) return null;
  const context = { state, scope: EMPTY_SCOPE, environment: { ...environment, outer: null }, calls: null, place };
  const bound = bindWithin(context, node);
  if ('plan' in bound) throw unsupported(state, `a subquery in ${place}`, node.span);
  if (bound.kind === 'literal' && typeof bound.value === 'string' && bound.value.startsWith('-')) {
    throw bindError(state, 'SQL_INVALID_VALUE', `${place} must not be negative`, node.span);
  }
  return coerce(state, bound, BIGINT, node.span);
}

/** Skips rows by their number and keeps rows by their rank, so that all that are equal to the last one stay. */
function withTies(
  state: BinderState,
  node: Query,
  input: PlanNode,
  sortKeys: readonly SortKey[],
  limit: PlanExpression,
  offset: PlanExpression | null,
): PlanNode {
  if (sortKeys.length === 0) {
    throw bindError(state, 'SQL_GROUPING', 'WITH TIES needs an ORDER BY, which tells what is tied', node.limit?.span ?? node.span);
  }
  const ranking = (name: string): WindowColumn => {
    const parts = { arguments: [], distinct: false, filter: null, orderBy: [], ignoreNulls: false, partitionBy: [], frame: null } as const;
    const call = { ...parts, function: name, windowOrderBy: sortKeys, type: BIGINT };
    return state.columns.create({ name, type: BIGINT, nullable: false, call });
  };
  const rank = ranking('rank');
  const number = ranking('row_number');
  const last: PlanExpression = offset === null ? limit : { kind: 'call', function: 'add', arguments: [limit, offset], type: BIGINT };
  const isKept = predicate('le', columnExpression(rank), last);
  const condition = offset === null ? isKept : predicate('and', isKept, predicate('gt', columnExpression(number), offset));
  const windows = offset === null ? [rank] : [rank, number];
  const filtered: PlanNode = { kind: 'filter', input: { kind: 'window', input, windows }, predicate: condition };
  return { kind: 'sort', input: filtered, keys: sortKeys };
}
