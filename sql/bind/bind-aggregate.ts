import type { AggregateCall, AggregateColumn, DataType, Expression as PlanExpression, SortKey } from '../../spi/index.ts';
import type { Expression, FunctionCall, SortItem, Span } from '../ast/index.ts';
import type { FunctionDefinition } from '../functions/index.ts';
import { bindCollated } from './bind-collation.ts';
import { bindError, unsupported } from './bind-error.ts';
import { literal } from './bind-literal.ts';
import { bindCondition } from './bind-operator.ts';
import { bindWithin, type CallCollector, type ExpressionContext, inPlace } from './binder-state.ts';
import { settled } from './coercion.ts';
import { aggregateKey } from './expression-key.ts';
import { resolveOverload } from './resolve-overload.ts';
import { columnExpression } from './scope.ts';

/** What is a number even of no rows. */
const COUNTING: ReadonlySet<string> = new Set(['count_star', 'count', 'count_if', 'approx_count_distinct', 'regr_count', 'grouping']);
const WITHIN_GROUP: ReadonlySet<string> = new Set(['quantile_cont', 'quantile_disc']);

/** Takes an aggregate call out of its expression and returns the column that carries its value.
 *  @throws SQL_GROUPING where no aggregate may stand */
export function bindAggregate(context: ExpressionContext, definition: FunctionDefinition, node: FunctionCall): PlanExpression {
  const { calls, state } = context;
  if (calls === null) {
    const hint = context.place === 'WHERE' ? 'Use HAVING.' : undefined;
    throw bindError(state, 'SQL_GROUPING', `the aggregate function ${definition.name} may not stand in ${context.place}`, node.span, {
      hint,
    });
  }
  if (definition.name === 'grouping') return collectGrouping(context, calls, node);
  const inner = inPlace(context, `an argument of ${definition.name}`, null);
  return collect(context, calls.aggregates, bindAggregateCall(inner, definition, node));
}

/** Binds the parts of an aggregate call that do not depend on where it stands. */
export function bindAggregateCall(inner: ExpressionContext, definition: FunctionDefinition, node: FunctionCall): AggregateCall {
  const filter = bindFilter(inner, node);
  const distinct = node.distinct;
  if (node.star || (definition.name === 'count' && node.arguments.length === 0)) {
    return { function: 'count_star', arguments: [], distinct: false, filter, orderBy: [], type: { kind: 'bigint' } };
  }
  const { values, orderBy } = moveWithinGroup(inner, definition, node);
  const bound = values.map((value) => bindWithin(inner, value));
  const spans = values.map((value) => value.span);
  const resolved = resolveOverload(inner.state, definition, bound, spans, node.span);
  return {
    function: definition.name,
    arguments: adjustArguments(inner, definition, resolved.arguments, node),
    distinct,
    filter,
    orderBy: bindSortKeys(inner, orderBy),
    type: resolved.type,
  };
}

/** IGNORE NULLS of an aggregate function is a filter on its first argument; window functions have their own. */
function bindFilter(inner: ExpressionContext, node: FunctionCall): PlanExpression | null {
  const condition = node.filter === null ? null : bindCondition(inner, node.filter);
  const [first] = node.arguments;
  if (node.nullTreatment !== 'ignore' || node.over !== null || first === undefined) return condition;
  const isThere: PlanExpression = {
    kind: 'call',
    function: 'is_not_null',
    arguments: [bindWithin(inner, first.value)],
    type: { kind: 'boolean' },
  };
  return condition === null ? isThere : { kind: 'call', function: 'and', arguments: [condition, isThere], type: { kind: 'boolean' } };
}

/** Binds the keys of an ORDER BY that names no output columns. */
export function bindSortKeys(context: ExpressionContext, items: readonly SortItem[]): readonly SortKey[] {
  return items.map((item) => sortKey(settled(context.state, bindCollated(context, item.expression)), item));
}

/** Makes a sort key; NULLs come last unless the text says otherwise. */
export function sortKey(expression: PlanExpression, item: Pick<SortItem, 'direction' | 'nulls'>): SortKey {
  return { expression, descending: item.direction === 'descending', nullsFirst: item.nulls === 'first' };
}

/** `percentile_cont(f) WITHIN GROUP (ORDER BY x)` is quantile_cont(x, f); for other functions WITHIN GROUP is an ORDER BY. */
function moveWithinGroup(
  context: ExpressionContext,
  definition: FunctionDefinition,
  node: FunctionCall,
): { readonly values: readonly Expression[]; readonly orderBy: readonly SortItem[] } {
  const values = node.arguments.map((argument) => argument.value);
  const [key, ...more] = node.withinGroup;
  if (key === undefined) return { values, orderBy: node.orderBy };
  const takesKey = WITHIN_GROUP.has(definition.name) || (definition.name === 'mode' && values.length === 0);
  if (!takesKey) return { values, orderBy: node.withinGroup };
  if (more.length > 0) throw unsupported(context.state, 'WITHIN GROUP with more than one key', node.span);
  if (key.direction === 'descending' && definition.name !== 'mode') {
    if (definition.name === 'quantile_disc') throw unsupported(context.state, 'percentile_disc in descending order', key.span);
    const [fraction] = values;
    const zero = { kind: 'number-literal', text: '1', form: 'integer', span: key.span } as const;
    if (fraction !== undefined) {
      return { values: [key.expression, { kind: 'binary', operator: '-', left: zero, right: fraction, span: fraction.span }], orderBy: [] };
    }
  }
  return { values: [key.expression, ...values], orderBy: [] };
}

function adjustArguments(
  context: ExpressionContext,
  definition: FunctionDefinition,
  bound: readonly PlanExpression[],
  node: FunctionCall,
): readonly PlanExpression[] {
  if (definition.name === 'string_agg' && bound.length === 1) return [...bound, literal({ kind: 'varchar' }, ',')];
  const mustBeConstant = definition.name.includes('quantile') ? bound[1] : undefined;
  if (mustBeConstant !== undefined && !isConstant(mustBeConstant)) {
    throw bindError(context.state, 'SQL_TYPE_MISMATCH', `the fraction of ${definition.name} must be a constant`, node.span);
  }
  return bound;
}

function isConstant(expression: PlanExpression): boolean {
  if (expression.kind === 'cast') return isConstant(expression.argument);
  if (expression.kind === 'call') return expression.arguments.every(isConstant);
  return expression.kind === 'literal' || expression.kind === 'parameter';
}

function collectGrouping(context: ExpressionContext, calls: CallCollector, node: FunctionCall): PlanExpression {
  const inner = inPlace(context, 'an argument of grouping', null);
  const bound = node.arguments.map((argument) => bindWithin(inner, argument.value));
  const type: DataType = { kind: 'bigint' };
  return collect(
    context,
    calls.groupings,
    { function: 'grouping', arguments: bound, distinct: false, filter: null, orderBy: [], type },
    node.span,
  );
}

function collect(context: ExpressionContext, taken: Map<string, AggregateColumn>, call: AggregateCall, span?: Span): PlanExpression {
  const key = aggregateKey(call);
  let column = taken.get(key);
  if (column === undefined) {
    const nullable = !COUNTING.has(call.function);
    column = context.state.columns.create({ name: call.function, type: call.type, nullable, call });
    taken.set(key, column);
  }
  const reference = columnExpression(column);
  if (span !== undefined) context.state.spans.note(reference, span);
  return reference;
}
