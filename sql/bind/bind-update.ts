import type { Expression as PlanExpression, Field, PlanColumn, PlanNode, ProjectColumn } from '../../spi/index.ts';
import type { Assignment, Update } from '../ast/index.ts';
import { bindError, unsupported } from './bind-error.ts';
import { fieldNamed, isRequired } from './bind-insert.ts';
import { literal } from './bind-literal.ts';
import { bindTarget, candidateScan, countMatching, type ModificationTarget } from './bind-modification.ts';
import { type BinderState, bindWithin, type ExpressionContext } from './binder-state.ts';
import type { BoundStatement } from './bound-statement.ts';
import { coerceForAssignment } from './coercion.ts';
import { readHintList } from './finish-query.ts';
import { noteUse } from './read-record.ts';
import { columnExpression, resolveName } from './scope.ts';

/** Binds UPDATE: the query puts out all rows of the table, those that meet the condition with their columns set. Every value is computed from
 *  the row as it was, and takes its column's type as in INSERT.
 *  @throws SQL_INVALID_VALUE when a NOT NULL column certainly gets NULL, SQL_UNSUPPORTED for FROM and for fields of structs */
export function bindUpdate(state: BinderState, node: Update): BoundStatement {
  const [from] = node.from;
  if (from !== undefined) throw unsupported(state, 'UPDATE .. FROM', from.span, 'Write a subquery: SET a = (SELECT ..).');
  const target = bindTarget(state, node);
  const { table } = target;
  const matching = countMatching(state, target);
  const before = markRows(state, target);
  const context = target.contextOver(before.columns, 'SET');
  const values = bindAssignments(context, target, node.assignments);
  noteUse(state, 'table', table.ref, before, true);
  state.reads.expressions.push(...values.values());
  const columns = table.fields.map((field, index): ProjectColumn => {
    const old = columnExpression(before.columns[index] ?? { id: 0, type: field.type });
    const value = values.get(field.id);
    const expression = value === undefined ? old : before.mark === null ? value : choose(before.mark, value, old);
    return state.columns.create({ name: field.name, type: field.type, nullable: field.nullable, expression });
  });
  return {
    kind: 'update',
    table: table.ref,
    target: candidateScan(target, matching),
    matching,
    query: target.finish({ plan: { kind: 'project', input: before.plan, columns }, columns }),
    hints: readHintList(state, node.hints),
  };
}

interface MarkedRows {
  readonly plan: PlanNode;
  /** The table's columns in their order. */
  readonly columns: readonly PlanColumn[];
  /** Whether the row is meant; null when all are. */
  readonly mark: PlanColumn | null;
}

/** Computes the condition once per row, beside the row. */
function markRows(state: BinderState, { scan, condition }: ModificationTarget): MarkedRows {
  if (condition === null) return { plan: scan, columns: scan.columns, mark: null };
  const columns = scan.columns.map((column) => {
    const { name, type, nullable } = column;
    return state.columns.create({ name, type, nullable, expression: columnExpression(column) });
  });
  const mark = state.columns.create({ name: 'meant', type: condition.type, nullable: true, expression: condition });
  return { plan: { kind: 'project', input: scan, columns: [...columns, mark] }, columns, mark };
}

const choose = (mark: PlanColumn, value: PlanExpression, old: PlanExpression): PlanExpression => ({
  kind: 'case',
  branches: [{ when: columnExpression(mark), then: value }],
  otherwise: old,
  type: value.type,
});

/** Returns the new values by field id. */
function bindAssignments(
  context: ExpressionContext,
  { table }: ModificationTarget,
  assignments: readonly Assignment[],
): ReadonlyMap<number, PlanExpression> {
  const { state } = context;
  const values = new Map<number, PlanExpression>();
  for (const { target, value } of assignments) {
    const field = assignedField(context, table, target);
    if (values.has(field.id)) throw bindError(state, 'SQL_DUPLICATE_NAME', `column ${field.name} is set twice`, target.span);
    const isDefault = value.kind === 'default-value';
    const bound = isDefault
      ? literal(field.type, null)
      : coerceForAssignment(state, bindWithin(context, value), field.type, field.name, value.span);
    if (!field.nullable && bound.kind === 'literal' && bound.value === null) throw isRequired(state, field, value.span);
    values.set(field.id, bound);
  }
  return values;
}

function assignedField(context: ExpressionContext, table: ModificationTarget['table'], { parts, span }: Assignment['target']): Field {
  const [first, ...more] = parts;
  if (first !== undefined && more.length === 0) return fieldNamed(context.state, table, first.name, span);
  const found = resolveName(context.state, context.scope, parts, span);
  if (found.kind !== 'column' || found.fields.length > 0) {
    throw unsupported(context.state, 'SET of a field of a struct', span, 'Set the whole struct.');
  }
  return fieldNamed(context.state, table, found.column.name, span);
}
