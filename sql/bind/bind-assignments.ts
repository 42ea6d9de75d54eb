import type { Expression as PlanExpression, Field, TableSnapshot } from '../../spi/index.ts';
import type { Assignment } from '../ast/index.ts';
import { defaultOf } from './bind-default.ts';
import { bindError, unsupported } from './bind-error.ts';
import { fieldNamed, isRequired } from './bind-insert.ts';
import { bindWithin, type ExpressionContext } from './binder-state.ts';
import { coerceForAssignment } from './coercion.ts';
import { resolveName, type Scope } from './scope.ts';

/** Returns the new values of SET by field id. `own` has the target's columns alone: what is set is named in it, whatever the values may name.
 *  @throws SQL_INVALID_VALUE when a NOT NULL column certainly gets NULL, SQL_DUPLICATE_NAME, SQL_UNSUPPORTED for fields of structs */
export function bindAssignments(
  context: ExpressionContext,
  own: Scope,
  table: TableSnapshot,
  assignments: readonly Assignment[],
): ReadonlyMap<number, PlanExpression> {
  const { state } = context;
  const values = new Map<number, PlanExpression>();
  for (const { target, value } of assignments) {
    const field = assignedField(context, own, table, target);
    if (values.has(field.id)) throw bindError(state, 'SQL_DUPLICATE_NAME', `column ${field.name} is set twice`, target.span);
    const isDefault = value.kind === 'default-value';
    const bound = isDefault ? defaultOf(field) : coerceForAssignment(state, bindWithin(context, value), field.type, field.name, value.span);
    if (!field.nullable && bound.kind === 'literal' && bound.value === null) throw isRequired(state, field, value.span);
    values.set(field.id, bound);
  }
  return values;
}

function assignedField({ state }: ExpressionContext, own: Scope, table: TableSnapshot, { parts, span }: Assignment['target']): Field {
  const [first, ...more] = parts;
  if (first !== undefined && more.length === 0) return fieldNamed(state, table, first.name, span);
  const found = resolveName(state, own, parts, span);
  if (found.kind !== 'column' || found.fields.length > 0) {
    throw unsupported(state, 'SET of a field of a struct', span, 'Set the whole struct.');
  }
  return fieldNamed(state, table, found.column.name, span);
}
