import type { Expression as PlanExpression, Field } from '../../spi/index.ts';
import type { MergeClause, MergeInsert, MergeUpdate } from '../ast/index.ts';
import { bindAssignments } from './bind-assignments.ts';
import { defaultOf } from './bind-default.ts';
import { bindError } from './bind-error.ts';
import { fieldNamed, isRequired } from './bind-insert.ts';
import { bindWithin } from './binder-state.ts';
import { type ChangeParts, contextOver } from './change-clauses.ts';
import { coerceForAssignment } from './coercion.ts';
import type { NamedColumn } from './from-item.ts';
import { sameName } from './relation-name.ts';
import { columnExpression } from './scope.ts';
import type { ScopeColumn } from './scope-columns.ts';

/** Values by field id. */
export type FieldValues = ReadonlyMap<number, PlanExpression>;

/** Returns the values of the clause's SET over columns of the target and of the source.
 *  @throws SQL_INVALID_VALUE when a NOT NULL column certainly gets NULL */
export function updateValues(
  parts: ChangeParts,
  { match }: MergeClause,
  action: MergeUpdate,
  own: readonly NamedColumn[],
  others: readonly ScopeColumn[],
): FieldValues {
  const { table } = parts.target;
  if (action.star) {
    if (match === 'matched') return valuesByName(parts, action, others);
    throw bindError(parts.state, 'SQL_UNSUPPORTED', 'SET * takes the row of the source, and there is none', action.span);
  }
  const context = contextOver(parts, own, match === 'matched' ? others : [], 'SET');
  return bindAssignments(context, contextOver(parts, own, [], 'SET').scope, table, action.assignments);
}

/** Returns the values of the clause's INSERT over columns of the source; columns without a value have their default.
 *  @throws SQL_INVALID_VALUE when a NOT NULL column certainly gets NULL, SQL_TYPE_MISMATCH for a wrong number of values */
export function insertValues(parts: ChangeParts, action: MergeInsert, others: readonly ScopeColumn[]): FieldValues {
  if (action.star) return valuesByName(parts, action, others);
  const { state, target } = parts;
  const { table } = target;
  const fields = insertedFields(parts, action);
  if (fields.length !== action.values.length) {
    const message = `${String(fields.length)} values are needed, ${String(action.values.length)} are given`;
    throw bindError(state, 'SQL_TYPE_MISMATCH', message, action.span);
  }
  const context = contextOver(parts, [], others, 'VALUES');
  const given = new Map(action.values.map((value, index) => [fields[index]?.id ?? 0, value]));
  return new Map(
    table.fields.map((field) => {
      const value = given.get(field.id);
      const bound =
        value === undefined || value.kind === 'default-value'
          ? defaultOf(field)
          : coerceForAssignment(state, bindWithin(context, value), field.type, field.name, value.span);
      const isNull = bound.kind === 'literal' && bound.value === null;
      if (isNull && !field.nullable) throw isRequired(state, field, value?.span ?? action.span);
      return [field.id, bound];
    }),
  );
}

function insertedFields({ state, target }: ChangeParts, { columns }: MergeInsert): readonly Field[] {
  if (columns.length === 0) return target.table.fields;
  return columns.map((column, index) => {
    const repeated = columns.findIndex((other) => sameName(other.name, column.name)) !== index;
    if (repeated) throw bindError(state, 'SQL_DUPLICATE_NAME', `column ${column.name} is named twice`, column.span);
    return fieldNamed(state, target.table, column.name, column.span);
  });
}

/** Each column of the target takes the source's column of its name. */
function valuesByName({ state, target }: ChangeParts, { span }: MergeUpdate | MergeInsert, others: readonly ScopeColumn[]): FieldValues {
  return new Map(
    target.table.fields.map((field) => {
      const [column, more] = others.filter((candidate) => !candidate.qualifiedOnly && sameName(candidate.name, field.name));
      if (column === undefined) {
        throw bindError(state, 'SQL_UNKNOWN_COLUMN', `the source has no column ${field.name}, which * takes from it`, span, {
          hint: 'Name the columns one by one.',
        });
      }
      if (more !== undefined) {
        throw bindError(state, 'SQL_AMBIGUOUS_COLUMN', `the source has more than one column ${field.name}`, span);
      }
      return [field.id, coerceForAssignment(state, columnExpression(column), field.type, field.name, span)];
    }),
  );
}
