import { type DataType, type Expression as PlanExpression, formatType, type LambdaExpression, sameType } from '../../spi/index.ts';
import type { FunctionCall, Span } from '../ast/index.ts';
import { mapExpression } from '../plan/index.ts';
import { predicate } from './bind-comparison.ts';
import { bindError } from './bind-error.ts';
import { bindLambda, lambdaOf } from './bind-lambda.ts';
import { literal } from './bind-literal.ts';
import { callNamed } from './bind-operator.ts';
import { bindReduce } from './bind-reduce.ts';
import { bindWithin, type ExpressionContext } from './binder-state.ts';
import { coerce, settled } from './coercion.ts';
import { repeated } from './expression-budget.ts';

type LambdaCall = (context: ExpressionContext, node: FunctionCall) => PlanExpression;

const BIGINT: DataType = { kind: 'bigint' };
const BOOLEAN: DataType = { kind: 'boolean' };

const FORMS: readonly (readonly [readonly string[], LambdaCall])[] = [
  [
    ['list_transform', 'transform', 'array_transform', 'list_apply', 'array_apply', 'apply'],
    (context, node) => bindTransform(context, node),
  ],
  [['list_filter', 'filter', 'array_filter'], (context, node) => bindFilter(context, node)],
  [['list_reduce', 'array_reduce', 'reduce'], (context, node) => bindReduce(context, node)],
  [['any_match'], (context, node) => bindMatch(context, node, false)],
  [['all_match'], (context, node) => predicate('not', bindMatch(context, node, true))],
  [['none_match'], (context, node) => predicate('not', bindMatch(context, node, false))],
  [['zip_with'], (context, node) => bindZip(context, node)],
  [['transform_keys'], (context, node) => bindMapCall(context, node, 'keys')],
  [['transform_values'], (context, node) => bindMapCall(context, node, 'values')],
  [['map_filter'], (context, node) => bindMapCall(context, node, 'filter')],
];
const CALLS: ReadonlyMap<string, LambdaCall> = new Map(FORMS.flatMap(([names, call]) => names.map((name) => [name, call] as const)));

/** Binds a call of a function that takes lambdas; null when the name is that of no such function. All are bound to `list_transform`,
 *  `list_filter` and `list_reduce` and functions over lists and maps.
 *  @throws SQL_TYPE_MISMATCH, SQL_UNSUPPORTED for a subquery inside a lambda */
export function bindLambdaCall(context: ExpressionContext, name: string, node: FunctionCall): PlanExpression | null {
  const takesLambda = node.arguments.some((argument) => argument.value.kind === 'lambda') || node.arguments.length > 1;
  return node.over === null && takesLambda ? (CALLS.get(name)?.(context, node) ?? null) : null;
}

const nameOf = (node: FunctionCall): string => node.name.parts.at(-1)?.name ?? '';

/** Binds the list that a lambda goes over. */
function bindList(
  context: ExpressionContext,
  node: FunctionCall,
  index: number,
): { readonly list: PlanExpression; readonly element: DataType } {
  const value = node.arguments[index]?.value;
  const bound = value === undefined ? literal({ kind: 'null' }, null) : settled(context.state, bindWithin(context, value));
  if (bound.type.kind === 'list') return { list: bound, element: bound.type.element };
  const message = `${nameOf(node)} takes a list here, not ${formatType(bound.type)}`;
  throw bindError(context.state, 'SQL_TYPE_MISMATCH', message, value?.span ?? node.span);
}

function call(name: string, type: DataType, ...operands: readonly PlanExpression[]): PlanExpression {
  return { kind: 'call', function: name, arguments: operands, type };
}

const listOf = (element: DataType): DataType => ({ kind: 'list', element, elementNullable: true });

function transformed(list: PlanExpression, lambda: LambdaExpression): PlanExpression {
  return call('list_transform', listOf(lambda.type), list, lambda);
}

function bindTransform(context: ExpressionContext, node: FunctionCall): PlanExpression {
  const { list, element } = bindList(context, node, 0);
  return transformed(list, lambdaAt(context, node, 1, [element, BIGINT], 1));
}

function lambdaAt(
  context: ExpressionContext,
  node: FunctionCall,
  index: number,
  types: readonly DataType[],
  required: number,
): LambdaExpression {
  refuseMore(context, node, index + 1);
  return bindLambda(context, node.arguments[index]?.value, types, { of: nameOf(node), required, span: node.span });
}

function refuseMore(context: ExpressionContext, node: FunctionCall, count: number): void {
  const extra = node.arguments[count];
  if (extra === undefined) return;
  throw bindError(context.state, 'SQL_UNKNOWN_FUNCTION', `${nameOf(node)} takes ${String(count)} arguments`, extra.span);
}

function asCondition(context: ExpressionContext, lambda: LambdaExpression, span: Span): LambdaExpression {
  return lambdaOf(lambda.parameters, coerce(context.state, lambda.body, BOOLEAN, span));
}

function bindFilter(context: ExpressionContext, node: FunctionCall): PlanExpression {
  const { list, element } = bindList(context, node, 0);
  const lambda = asCondition(context, lambdaAt(context, node, 1, [element, BIGINT], 1), node.span);
  return call('list_filter', list.type, list, lambda);
}

/** True when the condition holds for an element, else NULL when it is NULL for one, else false. */
function bindMatch(context: ExpressionContext, node: FunctionCall, negated: boolean): PlanExpression {
  const { list, element } = bindList(context, node, 0);
  repeated(context.state, list, 2, node.span);
  const given = asCondition(context, lambdaAt(context, node, 1, [element], 1), node.span);
  const lambda = negated ? lambdaOf(given.parameters, predicate('not', given.body)) : given;
  repeated(context.state, lambda, 1, node.span);
  const unknown = lambdaOf(lambda.parameters, predicate('is_null', lambda.body));
  const holdsFor = (of: LambdaExpression): PlanExpression => predicate('list_contains', transformed(list, of), literal(BOOLEAN, true));
  return {
    kind: 'case',
    branches: [
      { when: predicate('is_null', list), then: literal(BOOLEAN, null) },
      { when: holdsFor(lambda), then: literal(BOOLEAN, true) },
      { when: holdsFor(unknown), then: literal(BOOLEAN, null) },
    ],
    otherwise: literal(BOOLEAN, false),
    type: BOOLEAN,
  };
}

/** Returns a lambda's body with its parameters replaced. */
function applied(context: ExpressionContext, lambda: LambdaExpression, values: readonly PlanExpression[], span: Span): PlanExpression {
  const byId = new Map(lambda.parameters.map(({ id }, index) => [id, values[index]]));
  return mapExpression(lambda.body, (part) => {
    const value = part.kind === 'column' ? byId.get(part.id) : undefined;
    return value === undefined ? null : repeated(context.state, value, 1, span);
  });
}

/** Elements of the shorter list are NULL from its end on. */
function bindZip(context: ExpressionContext, node: FunctionCall): PlanExpression {
  const left = bindList(context, node, 0);
  const right = bindList(context, node, 1);
  const lambda = lambdaAt(context, node, 2, [left.element, right.element], 2);
  for (const { list } of [left, right]) repeated(context.state, list, 2, node.span);
  const index = context.state.columns.create({ name: 'position', type: BIGINT, nullable: false });
  const position: PlanExpression = { kind: 'column', id: index.id, type: BIGINT };
  const sizes = [left.list, right.list].map((list) => call('cardinality', BIGINT, list));
  const longest: PlanExpression = {
    kind: 'case',
    branches: [
      { when: predicate('or', ...[left.list, right.list].map((list) => predicate('is_null', list))), then: literal(BIGINT, null) },
    ],
    otherwise: call('greatest', BIGINT, ...sizes),
    type: BIGINT,
  };
  const elements = [left, right].map(({ list, element }) => call('element_at', element, list, position));
  const body = applied(context, lambda, elements, node.span);
  return transformed(call('list_series', listOf(BIGINT), literal(BIGINT, '1'), longest), lambdaOf([index], body));
}

function bindMapCall(context: ExpressionContext, node: FunctionCall, what: 'keys' | 'values' | 'filter'): PlanExpression {
  const value = node.arguments[0]?.value;
  const map = value === undefined ? literal({ kind: 'null' }, null) : bindWithin(context, value);
  const { type } = map;
  if (type.kind !== 'map') {
    const message = `${nameOf(node)} takes a map here, not ${formatType(type)}`;
    throw bindError(context.state, 'SQL_TYPE_MISMATCH', message, value?.span ?? node.span);
  }
  const given = lambdaAt(context, node, 1, [type.key, type.value], 2);
  const [keyParameter] = given.parameters;
  const key: PlanExpression = { kind: 'column', id: keyParameter?.id ?? 0, type: type.key };
  const valueOfKey = call('element_at', type.value, map, key);
  const overKeys = (body: PlanExpression): LambdaExpression => lambdaOf(given.parameters.slice(0, 1), body);
  const keys = call('map_keys', listOf(type.key), map);
  repeated(context.state, map, 3, node.span);
  const lambda = overKeys(applied(context, given, [key, valueOfKey], node.span));
  if (what === 'keys') {
    if (sameType(lambda.type, { kind: 'null' })) throw bindError(context.state, 'SQL_TYPE_MISMATCH', 'a key must not be NULL', node.span);
    return callNamed(context, 'map_of', [transformed(keys, lambda), call('map_values', listOf(type.value), map)], [], node.span);
  }
  if (what === 'values') return callNamed(context, 'map_of', [keys, transformed(keys, lambda)], [], node.span);
  const kept = repeated(context.state, call('list_filter', listOf(type.key), keys, asCondition(context, lambda, node.span)), 1, node.span);
  return callNamed(context, 'map_of', [kept, transformed(kept, overKeys(valueOfKey))], [], node.span);
}
