import type { Expression as PlanExpression } from '../../spi/index.ts';
import type { Expression, FunctionCall } from '../ast/index.ts';
import { type FunctionDefinition, functionBySpelling, nearestFunction, tableFunctionBySpelling } from '../functions/index.ts';
import { bindAggregate } from './bind-aggregate.ts';
import { bindDeclaredAggregate } from './bind-declared-aggregate.ts';
import { bindDeclaredScalar } from './bind-declared.ts';
import { bindError, didYouMean, unsupported } from './bind-error.ts';
import { withoutLambdas } from './bind-json-arrow.ts';
import { bindLambdaCall } from './bind-lambda-call.ts';
import { bindSelectUnnest } from './bind-select-unnest.ts';
import { bindSpecialForm } from './bind-special-form.ts';
import { bindWindowCall } from './bind-window.ts';
import { bindWithin, type ExpressionContext } from './binder-state.ts';
import { callDefined } from './call-defined.ts';
import { functionOfName } from './function-of-name.ts';

/** Binds a call of a scalar, aggregate or window function.
 *  @throws SQL_UNKNOWN_FUNCTION, SQL_TYPE_MISMATCH, SQL_GROUPING, SQL_UNSUPPORTED */
export function bindFunctionCall(context: ExpressionContext, given: FunctionCall): PlanExpression {
  const { state } = context;
  const spelling = given.name.parts.at(-1)?.name ?? '';
  if (given.name.parts.length > 1) return bindDeclaredCall(context, withoutLambdas(context, given));
  const name = spelling.toLowerCase();
  const taken = bindLambdaCall(context, name, given);
  if (taken !== null) return taken;
  const node = withoutLambdas(context, given);
  const special = name === 'unnest' ? bindSelectUnnest(context, node) : bindSpecialForm(context, name, node);
  if (special !== null) return special;
  const definition = definitionOf(context, spelling, node);
  const named = node.arguments.find((argument) => argument.name !== null);
  if (named !== undefined) throw unsupported(state, `a named argument of ${spelling}`, named.span);
  if (node.over !== null) return bindWindowCall(context, definition, node, node.over);
  if (definition.kind === 'aggregate') return bindAggregate(context, definition, node);
  if (definition.kind === 'window') throw bindError(state, 'SQL_GROUPING', `${definition.name} needs an OVER clause`, node.span);
  refuseAggregateParts(context, definition, node);
  return bindScalar(context, definition, node);
}

function bindDeclaredCall(context: ExpressionContext, node: FunctionCall): PlanExpression {
  const { state } = context;
  const called = functionOfName(state, node.name, 'expression');
  const { name } = called.definition;
  if (node.star) throw bindError(state, 'SQL_UNKNOWN_FUNCTION', `${name}(*) is not a function: only count takes *`, node.span);
  if (node.over !== null) throw unsupported(state, `OVER after ${name}`, node.span);
  if (called.definition.kind === 'aggregate') return bindDeclaredAggregate(context, called, node);
  refuseAggregateParts(context, called.definition, node);
  return bindDeclaredScalar(context, called, node);
}

function definitionOf(context: ExpressionContext, spelling: string, node: FunctionCall): FunctionDefinition {
  const found = functionBySpelling(node.star ? 'count' : spelling);
  if (node.star && spelling.toLowerCase() !== 'count') {
    throw bindError(context.state, 'SQL_UNKNOWN_FUNCTION', `${spelling}(*) is not a function: only count takes *`, node.span);
  }
  if (found !== null) return found;
  if (tableFunctionBySpelling(spelling) !== null || spelling.toLowerCase() === 'unnest') {
    throw unsupported(context.state, `${spelling} in ${context.place}`, node.span, `Write FROM t, ${spelling}(...) AS x.`);
  }
  const hint = didYouMean(nearestFunction(spelling));
  throw bindError(context.state, 'SQL_UNKNOWN_FUNCTION', `no function of the name ${spelling}`, node.name.span, { hint });
}

function refuseAggregateParts(context: ExpressionContext, definition: FunctionDefinition, node: FunctionCall): void {
  const isAggregateForm = node.distinct || node.filter !== null || node.orderBy.length > 0 || node.withinGroup.length > 0;
  if (!isAggregateForm && node.nullTreatment === null) return;
  const message = `DISTINCT, ORDER BY, FILTER and NULLS are for aggregate functions, which ${definition.name} is not`;
  throw bindError(context.state, 'SQL_GROUPING', message, node.span);
}

function bindScalar(context: ExpressionContext, definition: FunctionDefinition, node: FunctionCall): PlanExpression {
  const values = node.arguments.map((argument) => argument.value);
  const bound = values.map((value) => bindWithin(context, value));
  return callDefined(
    context.state,
    definition,
    bound,
    values.map((value: Expression) => value.span),
    node.span,
  );
}
