import { type DataType, type Expression as PlanExpression, formatType, type LambdaExpression, sameType } from '../../spi/index.ts';
import type { Expression, FunctionCall, Lambda } from '../ast/index.ts';
import { mapExpression } from '../plan/index.ts';
import { predicate } from './bind-comparison.ts';
import { bindError } from './bind-error.ts';
import { bindLambda, lambdaOf } from './bind-lambda.ts';
import { literal } from './bind-literal.ts';
import { bindWithin, type ExpressionContext } from './binder-state.ts';
import { castTo, coerce, commonType, settled } from './coercion.ts';
import { repeated } from './expression-budget.ts';

const listOf = (element: DataType): DataType => ({ kind: 'list', element, elementNullable: true });

/** Binds `list_reduce(list, (state, x) -> .., [initial])` and the standard's `reduce(list, initial, (state, x) -> .., state -> ..)`. Without an
 *  initial value the first element is the state to begin with, and the value is NULL for an empty list.
 *  @throws SQL_TYPE_MISMATCH */
export function bindReduce(context: ExpressionContext, node: FunctionCall): PlanExpression {
  const values = node.arguments.map((argument) => argument.value);
  const [listNode, second, third, output] = values;
  const list = listNode === undefined ? literal({ kind: 'null' }, null) : settled(context.state, bindWithin(context, listNode));
  if (list.type.kind !== 'list' || values.length > 4) {
    const message = `${nameOf(node)} takes a list, a lambda and an initial value, not ${formatType(list.type)}`;
    throw bindError(context.state, 'SQL_TYPE_MISMATCH', message, listNode?.span ?? node.span);
  }
  const isFirst = second?.kind === 'lambda' || third === undefined;
  const [step, initial] = isFirst ? [second, third] : [third, second];
  if (initial === undefined) return reduceFirst(context, node, list, list.type.element, step);
  const reduced = reduceFrom(context, node, list, list.type.element, step, initial);
  if (output === undefined) return reduced;
  const last = bindLambda(context, output, [reduced.type], { of: nameOf(node), required: 1, span: node.span });
  const [state] = last.parameters;
  return mapExpression(last.body, (part) =>
    part.kind === 'column' && part.id === state?.id ? repeated(context.state, reduced, 1, node.span) : null,
  );
}

const nameOf = (node: FunctionCall): string => node.name.parts.at(-1)?.name ?? '';

function bindStep(
  context: ExpressionContext,
  node: FunctionCall,
  step: Expression | undefined,
  types: readonly DataType[],
): LambdaExpression {
  return bindLambda(context, step, types, { of: nameOf(node), required: 2, span: node.span });
}

/** State and elements are of one type, to which the list is widened when the step gives a wider one. */
function reduceFirst(
  context: ExpressionContext,
  node: FunctionCall,
  list: PlanExpression,
  element: DataType,
  step: Expression | undefined,
): PlanExpression {
  const first = bindStep(context, node, step, [element, element]);
  const type = commonType(element, first.type) ?? element;
  const lambda = sameType(type, element) ? first : bindStep(context, node, step, [type, type]);
  const body = coerce(context.state, lambda.body, type, (step as Lambda).body.span);
  const reduced = callReduce(type, castTo(list, listOf(type)), lambdaOf(lambda.parameters, body));
  const size: PlanExpression = {
    kind: 'call',
    function: 'cardinality',
    arguments: [repeated(context.state, list, 1, node.span)],
    type: { kind: 'bigint' },
  };
  const isEmpty = predicate('eq', size, literal({ kind: 'bigint' }, '0'));
  return { kind: 'case', branches: [{ when: isEmpty, then: literal(type, null) }], otherwise: reduced, type };
}

/** A state of another type than the elements travels with them in a struct, for engines reduce within one type. */
function reduceFrom(
  context: ExpressionContext,
  node: FunctionCall,
  list: PlanExpression,
  element: DataType,
  step: Expression | undefined,
  initialNode: Expression,
): PlanExpression {
  const { state } = context;
  const initial = settled(state, bindWithin(context, initialNode));
  const tried = bindStep(context, node, step, [initial.type, element]);
  const type = commonType(initial.type, tried.type) ?? initial.type;
  const lambda = sameType(type, initial.type) ? tried : bindStep(context, node, step, [type, element]);
  const body = coerce(state, lambda.body, type, (step as Lambda).body.span);
  const start = coerce(state, initial, type, initialNode.span);
  if (sameType(type, element)) return callReduce(type, list, lambdaOf(lambda.parameters, body), start);
  const pair: DataType = {
    kind: 'struct',
    fields: [
      { name: 'state', type, nullable: true },
      { name: 'element', type: element, nullable: true },
    ],
  };
  const pairOf = (first: PlanExpression, second: PlanExpression): PlanExpression => ({
    kind: 'struct',
    values: [first, second],
    type: pair,
  });
  const [stateParameter, elementParameter] = lambda.parameters;
  const pairs = [stateParameter, elementParameter].map((parameter) =>
    state.columns.create({ name: parameter?.name ?? '', type: pair, nullable: true }),
  );
  const fields = new Map(
    [stateParameter, elementParameter].map((parameter, index): [number, PlanExpression] => {
      const argument: PlanExpression = { kind: 'column', id: pairs[index]?.id ?? 0, type: pair };
      return [parameter?.id ?? 0, { kind: 'field', argument, name: index === 0 ? 'state' : 'element', type: index === 0 ? type : element }];
    }),
  );
  const inside = mapExpression(body, (part) => (part.kind === 'column' ? (fields.get(part.id) ?? null) : null));
  const item = state.columns.create({ name: 'element', type: element, nullable: true });
  const wrapped = lambdaOf([item], pairOf(literal(type, null), { kind: 'column', id: item.id, type: element }));
  const wrappedList: PlanExpression = { kind: 'call', function: 'list_transform', arguments: [list, wrapped], type: listOf(pair) };
  const none = literal(element, null);
  const reduced = callReduce(pair, wrappedList, lambdaOf(pairs, pairOf(inside, none)), pairOf(start, none));
  return { kind: 'field', argument: reduced, name: 'state', type };
}

function callReduce(type: DataType, ...operands: readonly PlanExpression[]): PlanExpression {
  return { kind: 'call', function: 'list_reduce', arguments: operands, type };
}
