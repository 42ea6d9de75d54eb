import { type Expression as PlanExpression, hasSubquery, type PlanColumn } from '../../spi/index.ts';
import type { Expression, FunctionCall, Span } from '../ast/index.ts';
import { type DeclaredFunction, functionByName } from '../functions/index.ts';
import { predicate } from './bind-comparison.ts';
import { bindError, unsupported } from './bind-error.ts';
import { literal } from './bind-literal.ts';
import { lambdaOf } from './bind-lambda.ts';
import { bindWithin, type BinderState, type Environment, type ExpressionContext } from './binder-state.ts';
import { coerce } from './coercion.ts';
import { chargeExpressions } from './expression-budget.ts';
import { mayBeNull } from './expression-nullability.ts';
import { countParts, hasPart } from './find-part.ts';
import { functionSource, isWithin } from './function-of-name.ts';
import { replaceColumns } from './replace-columns.ts';
import { type ResolvedCall, resolveOverload } from './resolve-overload.ts';
import { columnExpression, type Scope } from './scope.ts';
import { ScopeColumns } from './scope-columns.ts';

/** A call whose body is about to be bound: each parameter is a column that nothing gives, until the argument takes its place. */
export interface OpenedCall extends ResolvedCall {
  /** Binds the body's own text. */
  readonly state: BinderState;
  readonly parameters: readonly PlanColumn[];
  readonly scope: Scope;
}

const NOTHING_AROUND: Environment = { commonTables: new Map(), outer: null };

/** Binds a call of a scalar function that has a body: the expression of the body, with the arguments in it.
 *  Guarantees: an argument whose value may differ from call to call is evaluated once.
 *  @throws SQL_TOO_DEEP for a function that calls itself */
export function bindDeclaredScalar(context: ExpressionContext, called: DeclaredFunction, node: FunctionCall): PlanExpression {
  const { state } = context;
  const opened = openCall(context, called, node.arguments, node.span);
  const { tree } = called.body;
  if (tree.kind === 'query') throw unsupported(state, `${called.definition.name} here`, node.span);
  const value = bindBody(opened, called, tree);
  const guarded = called.definition.nullBehaviour === 'propagates' ? nullUnlessGiven(opened, value) : value;
  return putArguments(state, opened, guarded, node.span);
}

/** Binds the arguments of a call, and makes the columns that stand for them in the body. */
export function openCall(context: ExpressionContext, called: DeclaredFunction, given: FunctionCall['arguments'], span: Span): OpenedCall {
  const { state } = context;
  const { definition } = called;
  if (isWithin(called, state.source)) throw bindError(state, 'SQL_TOO_DEEP', `function ${definition.name} calls itself`, span);
  const named = given.find((argument) => argument.name !== null);
  if (named !== undefined) throw unsupported(state, `a named argument of ${definition.name}`, named.span);
  if (called.determinism === 'volatile') state.unstableFunctions.add(definition.name);
  state.reads.functions.add(definition.name);
  const bound = given.map(({ value }) => bindWithin(context, value));
  const spans = given.map(({ value }) => value.span);
  const resolved = resolveOverload(state, definition, bound, spans, span);
  const parameters = resolved.arguments.map((argument, index) =>
    state.columns.create({ name: called.parameters[index] ?? '', type: argument.type, nullable: mayBeNull(state.columns, argument) }),
  );
  const columns = parameters.map((column, position) => ({ ...column, table: null, schema: null, qualifiedOnly: false, position }));
  return {
    ...resolved,
    parameters,
    state: { ...state, source: functionSource(called, state.source, span) },
    scope: { columns: ScopeColumns.of(columns), aliases: null, outer: null },
  };
}

function bindBody({ state, scope, type }: OpenedCall, { definition }: DeclaredFunction, tree: Expression): PlanExpression {
  const place = `the body of ${definition.name}`;
  return coerce(state, bindWithin({ state, scope, environment: NOTHING_AROUND, calls: null, place }, tree), type, tree.span);
}

function nullUnlessGiven({ state, parameters, type }: OpenedCall, value: PlanExpression): PlanExpression {
  const branches = parameters
    .filter(({ id }) => state.columns.isNullable(id))
    .map((column) => ({ when: predicate('is_null', columnExpression(column)), then: literal(type, null) }));
  return branches.length === 0 ? value : { kind: 'case', branches, otherwise: value, type };
}

/** Puts the arguments in the place of the parameters. */
function putArguments(state: BinderState, opened: OpenedCall, body: PlanExpression, span: Span): PlanExpression {
  const values = new Map<number, PlanExpression>();
  let value = body;
  for (const [index, parameter] of opened.parameters.entries()) {
    const argument = opened.arguments[index];
    if (argument === undefined) continue;
    if (isVolatile(argument)) value = evaluatedOnce(state, parameter, argument, value, span);
    else values.set(parameter.id, argument);
  }
  const replaced = replaceColumns(value, values);
  chargeExpressions(state, countParts(replaced), span);
  return replaced;
}

/** A lambda over a list of one element gives its argument a name. */
function evaluatedOnce(
  state: BinderState,
  parameter: PlanColumn,
  argument: PlanExpression,
  body: PlanExpression,
  span: Span,
): PlanExpression {
  if (hasSubquery(body)) {
    const hint = 'Compute the argument in a subquery of FROM.';
    throw unsupported(state, `an argument that differs from call to call, for a function with a subquery,`, span, hint);
  }
  const one: PlanExpression = {
    kind: 'call',
    function: 'list_value',
    arguments: [argument],
    type: { kind: 'list', element: argument.type, elementNullable: true },
  };
  const many: PlanExpression = {
    kind: 'call',
    function: 'list_transform',
    arguments: [one, lambdaOf([parameter], body)],
    type: { kind: 'list', element: body.type, elementNullable: true },
  };
  return { kind: 'call', function: 'element_at', arguments: [many, literal({ kind: 'bigint' }, '1')], type: body.type };
}

/** Returns what takes the place of each parameter, by id. */
export function argumentsOf({ parameters, arguments: given }: OpenedCall): Map<number, PlanExpression> {
  return new Map(given.flatMap((argument, index) => (parameters[index] === undefined ? [] : [[parameters[index].id, argument]])));
}

/** An argument that the body may name in several places has to have one value.
 *  @throws SQL_UNSUPPORTED */
export function refuseVolatile(state: BinderState, { definition }: DeclaredFunction, given: readonly PlanExpression[], span: Span): void {
  if (!given.some(isVolatile)) return;
  const hint = 'Compute the argument in a subquery of FROM.';
  throw unsupported(state, `an argument of ${definition.name} that differs from call to call`, span, hint);
}

function isVolatile(expression: PlanExpression): boolean {
  return hasPart(expression, (part) => part.kind === 'call' && functionByName(part.function)?.deterministic === false);
}
