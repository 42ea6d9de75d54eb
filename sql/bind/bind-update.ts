import type { Expression as PlanExpression, PlanColumn, PlanNode, ProjectColumn } from '../../spi/index.ts';
import type { Update } from '../ast/index.ts';
import { literal } from './bind-literal.ts';
import { bindAssignments } from './bind-assignments.ts';
import { bindChange } from './bind-change.ts';
import { bindPlaces, isMergeOnRead } from './bind-merge-on-read.ts';
import { bindTarget, candidateScan, countMatching, type ModificationTarget } from './bind-modification.ts';
import type { BinderState } from './binder-state.ts';
import type { BoundStatement } from './bound-statement.ts';
import { readHintList } from './finish-query.ts';
import { noteUse } from './read-record.ts';
import { keptLineage } from './row-lineage.ts';
import { columnExpression } from './scope.ts';

/** Binds UPDATE: the query puts out all rows of the table, those that meet the condition with their columns set. Every value is computed from
 *  the row as it was, and takes its column's type as in INSERT. With FROM it is a MERGE that updates what is matched.
 *  @throws SQL_INVALID_VALUE when a NOT NULL column certainly gets NULL, SQL_UNSUPPORTED for fields of structs */
export function bindUpdate(state: BinderState, node: Update): BoundStatement {
  if (node.from.length > 0) {
    const { from: source, where: on, assignments, span } = node;
    const action = { kind: 'merge-update' as const, star: false, assignments, span };
    return bindChange(state, { ...node, source, on, clauses: [{ kind: 'merge-clause', match: 'matched', condition: null, action, span }] });
  }
  const target = bindTarget(state, node);
  const { table } = target;
  const before = markRows(state, target);
  const context = target.contextOver(before.columns, 'SET');
  const values = bindAssignments(context, context.scope, table, node.assignments);
  const matching = countMatching(state, target);
  noteUse(state, 'table', table.ref, before, true);
  state.reads.expressions.push(...values.values());
  const { mark } = before;
  const own = table.fields.map((field, index): ProjectColumn => {
    const old = columnExpression(before.columns[index] ?? { id: 0, type: field.type });
    const value = values.get(field.id);
    const expression = value === undefined ? old : mark === null ? value : choose(mark, value, old);
    return state.columns.create({ name: field.name, type: field.type, nullable: field.nullable, expression });
  });
  const lineage = keptLineage(state, target.scan, before.columns, (old) => {
    const changed = literal(old.type, null);
    return mark === null ? changed : choose(mark, changed, old);
  });
  const columns = [...own, ...lineage];
  const { condition } = target;
  return {
    kind: 'update',
    table: table.ref,
    target: candidateScan(target, matching),
    matching,
    changes: null,
    updates: true,
    query: target.finish({ plan: { kind: 'project', input: before.plan, columns }, columns }),
    onRead:
      condition === null || mark === null || !isMergeOnRead(table, 'update')
        ? null
        : {
            positions: bindPlaces(state, target, condition, (rows) => target.finish(rows)),
            rows: target.finish({ plan: { kind: 'project', input: onlyMeant(before.plan, mark), columns }, columns }),
          },
    hints: readHintList(state, node.hints),
  };
}

interface MarkedRows {
  readonly plan: PlanNode;
  /** The columns of the target's scan in their order. */
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

const onlyMeant = (input: PlanNode, mark: PlanColumn): PlanNode => ({ kind: 'filter', input, predicate: columnExpression(mark) });

const choose = (mark: PlanColumn, value: PlanExpression, old: PlanExpression): PlanExpression => ({
  kind: 'case',
  branches: [{ when: columnExpression(mark), then: value }],
  otherwise: old,
  type: value.type,
});
