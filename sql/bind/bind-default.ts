import {
  type DataType,
  type Expression as PlanExpression,
  type Field,
  formatType,
  type LiteralExpression,
  PlatformError,
} from '../../spi/index.ts';
import type { Expression } from '../ast/index.ts';
import { bindError, unsupported } from './bind-error.ts';
import { literal } from './bind-literal.ts';
import { type BinderState, bindWithin } from './binder-state.ts';
import { coerceForAssignment } from './coercion.ts';
import { EMPTY_SCOPE } from './scope.ts';
import { canonicalValue } from './value-text.ts';

const NOTHING_AROUND = { commonTables: new Map<string, never>(), outer: null };

/** Binds the constant of DEFAULT and returns it as canonical text of the column's type, null for NULL.
 *  @throws SQL_UNSUPPORTED when it is not a constant or the type is nested, SQL_TYPE_MISMATCH, SQL_INVALID_VALUE */
export function bindDefault(state: BinderState, node: Expression, type: DataType, column: string): string | null {
  const context = { state, scope: EMPTY_SCOPE, environment: NOTHING_AROUND, calls: null, place: 'DEFAULT' };
  const bound = coerceForAssignment(state, bindWithin(context, node), type, column, node.span);
  try {
    const value = constantOf(bound, state.context.timeZone);
    if (value === undefined) throw unsupported(state, 'a DEFAULT that is not a constant', node.span, 'Give the value in INSERT.');
    if (value === null) return null;
    if (type.kind !== 'list' && type.kind !== 'map' && type.kind !== 'struct') return value;
  } catch (error) {
    const cause = PlatformError.from(error, 'SQL_INVALID_VALUE');
    throw cause.location === undefined ? bindError(state, cause.code, cause.message, node.span) : cause;
  }
  throw unsupported(state, `a DEFAULT of type ${formatType(type)}`, node.span);
}

/** Undefined for anything but a constant and casts of one. */
function constantOf(expression: PlanExpression, timeZone: string): string | null | undefined {
  if (expression.kind === 'literal') return expression.value === null ? null : String(expression.value);
  if (expression.kind !== 'cast') return undefined;
  const inner = constantOf(expression.argument, timeZone);
  return typeof inner === 'string' ? String(canonicalValue(inner, expression.type, timeZone)) : inner;
}

/** Returns what a row gets in a column that it is written without. */
export function defaultOf({ type, writeDefault }: Field): LiteralExpression {
  if (writeDefault === undefined) return literal(type, null);
  return literal(type, type.kind === 'boolean' ? writeDefault === 'true' : writeDefault);
}
