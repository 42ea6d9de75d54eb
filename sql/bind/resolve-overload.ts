import { type DataType, type Expression, formatType, sameType } from '../../spi/index.ts';
import type { Span } from '../ast/index.ts';
import type { FunctionDefinition, Overload, TypePattern } from '../functions/index.ts';
import { bindError } from './bind-error.ts';
import type { BinderState } from './binder-state.ts';
import { asDecimal, castTo, coerce, commonTypeOf, implicitCastCost, isSoft } from './coercion.ts';

/** A call whose arguments have the types that the chosen overload takes. */
export interface ResolvedCall {
  readonly arguments: readonly Expression[];
  readonly type: DataType;
}

interface Match {
  readonly overload: Overload;
  readonly cost: number;
  readonly variables: ReadonlyMap<string, DataType>;
  readonly digits: ReadonlyMap<string, number>;
}

type Members = Map<string, Expression[]>;

const NO_VARIABLES: ReadonlyMap<string, DataType> = new Map();
const NO_DIGITS: ReadonlyMap<string, number> = new Map();
const SOFT_COST = 10;
/** Above the cost of integer to double: functions of reals take integers as such. */
const INTEGER_AS_DECIMAL_COST = 5;

/** Chooses the overload with the cheapest implicit casts and writes those casts out.
 *  @throws SQL_UNKNOWN_FUNCTION for a wrong number of arguments, SQL_TYPE_MISMATCH when no overload takes their types */
export function resolveOverload(
  state: BinderState,
  definition: FunctionDefinition,
  given: readonly Expression[],
  spans: readonly Span[],
  span: Span,
): ResolvedCall {
  let best: Match | null = null;
  let fitting = 0;
  for (const overload of definition.overloads) {
    if (!takesCount(overload, given.length)) continue;
    fitting += 1;
    const match = matchOverload(state, overload, given);
    if (match !== null && (best === null || match.cost < best.cost)) best = match;
  }
  if (fitting === 0) throw wrongCount(state, definition, given.length, span);
  if (best === null) throw wrongTypes(state, definition, given, span);
  const chosen = best;
  const converted = given.map((argument, index) => {
    const type = substitute(patternAt(chosen.overload, index), chosen, argument.type);
    const isExactDecimal = type.kind === 'decimal' && argument.type.kind === 'decimal';
    return isExactDecimal ? argument : coerce(state, argument, type, spans[index] ?? span);
  });
  return { arguments: converted, type: substitute(chosen.overload.result, chosen, { kind: 'null' }) };
}

function takesCount(overload: Overload, count: number): boolean {
  return count >= overload.requiredCount && (overload.variadic || count <= overload.parameters.length);
}

function patternAt(overload: Overload, index: number): TypePattern {
  return overload.parameters[Math.min(index, overload.parameters.length - 1)] ?? { kind: 'any' };
}

function matchOverload(state: BinderState, overload: Overload, given: readonly Expression[]): Match | null {
  let captured: { readonly members: Members; readonly digits: Map<string, number> } | null = null;
  let cost = 0;
  for (let index = 0; index < given.length; index++) {
    const argument = given[index] as Expression;
    const pattern = patternAt(overload, index);
    let added: number | null;
    if (pattern.kind === 'exact') added = exactCost(state, pattern.type, argument);
    else {
      captured ??= { members: new Map(), digits: new Map() };
      added = matchPattern(state, pattern, argument, captured.members, captured.digits);
    }
    if (added === null) return null;
    cost += added;
  }
  if (captured === null) return { overload, cost, variables: NO_VARIABLES, digits: NO_DIGITS };
  const { members, digits } = captured;
  const variables = new Map<string, DataType>();
  for (const [name, expressions] of members) {
    const type = commonTypeOf(state, expressions);
    if (type === null) return null;
    variables.set(name, type);
  }
  return { overload, cost, variables, digits };
}

function matchPattern(
  state: BinderState,
  pattern: TypePattern,
  argument: Expression,
  members: Members,
  digits: Map<string, number>,
): number | null {
  switch (pattern.kind) {
    case 'any':
      return 0;
    case 'variable':
      members.set(pattern.name, [...(members.get(pattern.name) ?? []), argument]);
      return 0;
    case 'exact':
      return exactCost(state, pattern.type, argument);
    case 'decimal': {
      const decimal = argument.type.kind === 'null' ? ({ kind: 'decimal', precision: 1, scale: 0 } as const) : asDecimal(argument.type);
      if (decimal === null) return null;
      if (typeof pattern.precision === 'string') digits.set(pattern.precision, decimal.precision);
      if (typeof pattern.scale === 'string') digits.set(pattern.scale, decimal.scale);
      return argument.type.kind === 'decimal' ? 0 : INTEGER_AS_DECIMAL_COST;
    }
    case 'list': {
      if (argument.type.kind === 'null') return matchPattern(state, pattern.element, argument, members, digits);
      return argument.type.kind === 'list' ? matchPattern(state, pattern.element, standIn(argument.type.element), members, digits) : null;
    }
    case 'lambda':
      return null;
    case 'map': {
      if (argument.type.kind !== 'map') return null;
      const key = matchPattern(state, pattern.key, standIn(argument.type.key), members, digits);
      const value = matchPattern(state, pattern.value, standIn(argument.type.value), members, digits);
      return key === null || value === null ? null : key + value;
    }
  }
}

function exactCost(state: BinderState, type: DataType, argument: Expression): number | null {
  if (sameType(argument.type, type)) return 0;
  const implicit = implicitCastCost(argument.type, type);
  if (implicit !== null) return implicit;
  return isSoft(state, argument) ? SOFT_COST : null;
}

/** Elements have no expression of their own: only the type of this one counts. */
function standIn(type: DataType): Expression {
  return castTo({ kind: 'literal', type: { kind: 'null' }, value: null }, type);
}

function substitute(pattern: TypePattern, match: Match, own: DataType): DataType {
  switch (pattern.kind) {
    case 'any':
      return own;
    case 'exact':
      return pattern.type;
    case 'variable':
      return match.variables.get(pattern.name) ?? { kind: 'null' };
    case 'decimal':
      return { kind: 'decimal', precision: digitsOf(pattern.precision, match), scale: digitsOf(pattern.scale, match) };
    case 'list':
      return { kind: 'list', element: substitute(pattern.element, match, { kind: 'null' }), elementNullable: true };
    case 'lambda':
      return substitute(pattern.result, match, own);
    case 'map':
      return {
        kind: 'map',
        key: substitute(pattern.key, match, { kind: 'null' }),
        value: substitute(pattern.value, match, { kind: 'null' }),
        valueNullable: true,
      };
  }
}

const digitsOf = (digits: number | string, match: Match): number => (typeof digits === 'number' ? digits : (match.digits.get(digits) ?? 0));

function wrongCount(state: BinderState, definition: FunctionDefinition, count: number, span: Span): Error {
  const message = `${definition.name} does not take ${count === 0 ? 'no arguments' : `${String(count)} argument${count === 1 ? '' : 's'}`}`;
  return bindError(state, 'SQL_UNKNOWN_FUNCTION', message, span, { hint: takes(definition) });
}

function wrongTypes(state: BinderState, definition: FunctionDefinition, given: readonly Expression[], span: Span): Error {
  const types = given.map((argument) => formatType(argument.type)).join(', ');
  return bindError(state, 'SQL_TYPE_MISMATCH', `${definition.name} does not take (${types})`, span, { hint: takes(definition) });
}

function takes(definition: FunctionDefinition): string {
  return `It takes ${definition.overloads.map((overload) => overload.text).join(' · ')}.`;
}
