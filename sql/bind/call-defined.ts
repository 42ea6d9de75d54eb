import { type DataType, type Expression as PlanExpression, sameType } from '../../spi/index.ts';
import type { Span } from '../ast/index.ts';
import type { FunctionDefinition } from '../functions/index.ts';
import type { BinderState } from './binder-state.ts';
import { asDecimal, castTo } from './coercion.ts';
import { resolveOverload } from './resolve-overload.ts';

const VARCHAR: DataType = { kind: 'varchar' };
/** Functions that take anything as text. */
const TEXT_TAKERS: ReadonlySet<string> = new Set(['concat', 'concat_ws']);
const ROUNDING: ReadonlySet<string> = new Set(['round', 'trunc']);

/** Binds a call of a scalar function with arguments that are bound. */
export function callDefined(
  state: BinderState,
  definition: FunctionDefinition,
  bound: readonly PlanExpression[],
  spans: readonly Span[],
  span: Span,
): PlanExpression {
  if (!definition.deterministic) state.unstableFunctions.add(definition.name);
  const taken = TEXT_TAKERS.has(definition.name)
    ? bound.map((argument) => (argument.kind === 'parameter' ? argument : castTo(argument, VARCHAR)))
    : bound;
  const resolved = resolveOverload(state, definition, taken, spans, span);
  const type = ROUNDING.has(definition.name) ? roundedType(resolved.arguments, resolved.type) : resolved.type;
  const call: PlanExpression = { kind: 'call', function: definition.name, arguments: resolved.arguments, type };
  return definition.name === 'nullif' ? asFirst(call, bound[0]) : call;
}

/** NULLIF compares in a type that holds both arguments, and has the type of the first. Between exact numbers that loses nothing; with others the common type stays. */
function asFirst(call: PlanExpression, first: PlanExpression | undefined): PlanExpression {
  if (first === undefined || sameType(first.type, call.type) || asDecimal(first.type) === null || asDecimal(call.type) === null)
    return call;
  return castTo(call, first.type);
}

/** A decimal keeps so many digits after the point as a constant asks for, all of them when the number is computed. */
function roundedType([value, digits]: readonly PlanExpression[], type: DataType): DataType {
  if (value?.type.kind !== 'decimal' || type.kind !== 'decimal') return type;
  const { precision, scale } = value.type;
  if (digits === undefined) return { kind: 'decimal', precision, scale: 0 };
  const wanted = digits.kind === 'literal' && typeof digits.value === 'string' ? Number(digits.value) : scale;
  return { kind: 'decimal', precision, scale: Math.max(0, Math.min(scale, wanted)) };
}
