import { type AggregateCall, type Expression as PlanExpression, readsColumns } from '../../spi/index.ts';
import type { FunctionCall } from '../ast/index.ts';
import type { DeclaredFunction } from '../functions/index.ts';
import { conjunction } from '../plan/index.ts';
import { argumentsOf, openCall, refuseVolatile } from './bind-declared.ts';
import { bindError, unsupported } from './bind-error.ts';
import { bindCondition } from './bind-operator.ts';
import { bindWithin, type CallCollector, type ExpressionContext, inPlace } from './binder-state.ts';
import { coerce } from './coercion.ts';
import { aggregateKey } from './expression-key.ts';
import { replaceColumns } from './replace-columns.ts';
import { columnExpression } from './scope.ts';

/** Binds a call of an aggregate function that has a body: the aggregate functions of the body, over the arguments, become those of the SELECT.
 *  @throws SQL_GROUPING where no aggregate may stand, or where the body reads a parameter outside of an aggregate function */
export function bindDeclaredAggregate(context: ExpressionContext, called: DeclaredFunction, node: FunctionCall): PlanExpression {
  const { calls, state } = context;
  const { name } = called.definition;
  if (calls === null) throw bindError(state, 'SQL_GROUPING', `the aggregate function ${name} may not stand in ${context.place}`, node.span);
  if (node.distinct || node.orderBy.length > 0 || node.withinGroup.length > 0 || node.nullTreatment !== null) {
    throw unsupported(state, `DISTINCT, ORDER BY or NULLS in ${name}`, node.span);
  }
  const inner = inPlace(context, `an argument of ${name}`, null);
  const opened = openCall(inner, called, node.arguments, node.span);
  refuseVolatile(state, called, opened.arguments, node.span);
  const filter = node.filter === null ? null : bindCondition(inner, node.filter);
  const own: CallCollector = {
    aggregates: new Map(),
    windows: new Map(),
    allowWindows: false,
    namedWindows: [],
    groupings: new Map(),
    unnests: new Map(),
  };
  const body = bindBody(
    { ...inner, state: opened.state, scope: opened.scope, calls: own, place: `the body of ${name}` },
    called,
    opened.type,
  );
  const values = argumentsOf(opened);
  const results = new Map<number, PlanExpression>();
  for (const { id, ...column } of own.aggregates.values()) {
    const call = withArguments(column.call, values, filter);
    const key = aggregateKey(call);
    const taken = calls.aggregates.get(key) ?? state.columns.create({ ...column, call });
    calls.aggregates.set(key, taken);
    results.set(id, columnExpression(taken));
  }
  if (own.groupings.size > 0 || own.unnests.size > 0 || readsColumns(body, new Set(values.keys()))) {
    throw bindError(opened.state, 'SQL_GROUPING', 'what is outside of aggregate functions is the same for all rows', called.body.tree.span);
  }
  return replaceColumns(body, results);
}

function bindBody(context: ExpressionContext, { body, definition }: DeclaredFunction, type: PlanExpression['type']): PlanExpression {
  const { tree } = body;
  if (tree.kind === 'query') throw unsupported(context.state, `${definition.name} here`, tree.span);
  return coerce(context.state, bindWithin({ ...context, environment: { commonTables: new Map(), outer: null } }, tree), type, tree.span);
}

function withArguments(call: AggregateCall, values: ReadonlyMap<number, PlanExpression>, filter: PlanExpression | null): AggregateCall {
  const replace = (expression: PlanExpression): PlanExpression => replaceColumns(expression, values);
  const conditions = [call.filter === null ? null : replace(call.filter), filter].filter((condition) => condition !== null);
  return {
    ...call,
    arguments: call.arguments.map(replace),
    filter: conditions.length === 0 ? null : conjunction(conditions),
    orderBy: call.orderBy.map((key) => ({ ...key, expression: replace(key.expression) })),
  };
}
