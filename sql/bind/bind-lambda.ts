import { type DataType, type Expression as PlanExpression, hasSubquery, type LambdaExpression } from '../../spi/index.ts';
import type { Expression, Span } from '../ast/index.ts';
import { bindError, unsupported } from './bind-error.ts';
import { bindWithin, type ExpressionContext } from './binder-state.ts';
import { settled } from './coercion.ts';
import { ScopeColumns } from './scope-columns.ts';

/** Binds a lambda whose parameters have the types given; it may name fewer of them, but not less than `required`.
 *  @throws SQL_TYPE_MISMATCH when the argument is no lambda or has another number of parameters */
export function bindLambda(
  context: ExpressionContext,
  node: Expression | undefined,
  types: readonly DataType[],
  place: { readonly of: string; readonly required: number; readonly span: Span },
): LambdaExpression {
  const { state } = context;
  if (node?.kind !== 'lambda') {
    const written = place.required === 1 ? 'x -> ..' : '(x, y) -> ..';
    throw bindError(state, 'SQL_TYPE_MISMATCH', `${place.of} takes a lambda here`, node?.span ?? place.span, { hint: `Write ${written}.` });
  }
  const count = node.parameters.length;
  if (count < place.required || count > types.length) {
    const message = `the lambda of ${place.of} has ${String(place.required)} parameter${place.required === 1 ? '' : 's'}, not ${String(count)}`;
    throw bindError(state, 'SQL_TYPE_MISMATCH', message, node.span);
  }
  const parameters = node.parameters.map((parameter, index) => {
    const type = types[index] ?? { kind: 'null' };
    return state.columns.create({ name: parameter.name, type, nullable: true });
  });
  const columns = parameters.map(({ id, name, type }, position) => ({
    id,
    name,
    type,
    table: null,
    schema: null,
    qualifiedOnly: false,
    position,
  }));
  const scope = { columns: ScopeColumns.of(columns), aliases: null, outer: context.scope };
  const body = settled(state, bindWithin({ ...context, scope, calls: null, place: 'a lambda' }, node.body));
  if (hasSubquery(body)) throw unsupported(state, 'a subquery in a lambda', node.body.span);
  return lambdaOf(parameters, body);
}

/** Makes a lambda over parameters that are bound. */
export function lambdaOf(parameters: LambdaExpression['parameters'], body: PlanExpression): LambdaExpression {
  return { kind: 'lambda', parameters: parameters.map(({ id, name, type }) => ({ id, name, type })), body, type: body.type };
}
