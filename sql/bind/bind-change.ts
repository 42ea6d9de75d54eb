import type { AggregateColumn, BoundQuery, Expression as PlanExpression, PlanNode } from '../../spi/index.ts';
import type { Merge, MergeClause } from '../ast/index.ts';
import { bindChangeSource } from './bind-change-source.ts';
import { bindPlaces, isMergeOnRead } from './bind-merge-on-read.ts';
import { bindTarget, candidateScan, countMatching, countWhere, refuseUnstable } from './bind-modification.ts';
import type { BinderState, BoundRelation } from './binder-state.ts';
import type { BoundStatement, MergeOnRead } from './bound-statement.ts';
import { bindMatch, type ChangeParts, type ChangeText, clausesFor, contextOver, isClauseOf } from './change-clauses.ts';
import { changedCondition, insertedRows, type MarkedRows, markInserts, markTarget, remainingRows, updatedRows } from './change-rows.ts';
import { insertValues, updateValues } from './change-values.ts';
import { bindCondition } from './bind-operator.ts';
import { readHintList } from './finish-query.ts';
import { refuseSameTables } from './from-item.ts';
import { columnExpression } from './scope.ts';
import { uniteRows } from './unite-rows.ts';
import { ScopeColumns } from './scope-columns.ts';

/** Binds MERGE: the first WHEN whose condition is true decides about a pair of rows that match, about a row of the source that no row of the
 *  target matches, and about a row of the target that no row of the source matches. */
export function bindMerge(state: BinderState, node: Merge): BoundStatement {
  return bindChange(state, { ...node, source: [node.source] });
}

/** Binds a statement that puts the rows of a source beside those of its target.
 *  @throws SQL_UNSUPPORTED for sources and conditions that would choose other rows each time they are evaluated */
export function bindChange(state: BinderState, text: ChangeText): BoundStatement {
  const target = bindTarget(state, { ...text, where: null });
  const source = bindChangeSource(state, text.source, target.environment);
  const parts: ChangeParts = { state, text, target, source };
  noteReads(parts);
  const finish = ({ plan, columns }: BoundRelation): BoundQuery => target.finish({ plan: source.around(plan), columns });
  const condition = changedCondition(parts);
  const marked = markTarget(parts);
  const inserts = markInserts(parts);
  const rows = allRows(parts, marked, inserts);
  const matching = countMatching(state, { ...target, condition, finish });
  return {
    kind: text.kind,
    table: target.table.ref,
    target: candidateScan(target, matching),
    matching,
    changes: text.kind === 'delete' ? null : finish(countChanges(parts, marked, inserts)),
    updates: text.clauses.some(({ action }) => action.kind === 'merge-update'),
    query: finish(rows),
    onRead: isMergeOnRead(target.table, text.kind) ? bindOnRead(parts, finish) : null,
    hints: readHintList(state, text.hints),
  };
}

/** Binds all parts once over the columns as the text names them: that is what the statement reads, however often it is planned. */
function noteReads(parts: ChangeParts): void {
  const { state, text, target, source } = parts;
  const own = target.scan.columns;
  const others = source.rows.columns;
  refuseSameTables(state, contextOver(parts, own, [], 'ON').scope.columns, ScopeColumns.of(others), text.span);
  state.reads.queries.push({ plan: source.rows.plan, columns: [] });
  state.reads.expressions.push(bindMatch(parts, own, others));
  for (const { match, condition } of text.clauses) {
    if (condition === null) continue;
    const context = contextOver(parts, match === 'not-matched' ? [] : own, match === 'not-matched-by-source' ? [] : others, 'WHEN');
    state.reads.expressions.push(bindCondition(context, condition));
  }
  refuseUnstable(state, `the source or a condition of ${text.kind.toUpperCase()}`, text.span);
  for (const clause of text.clauses) state.reads.expressions.push(...valuesOf(parts, clause));
}

function valuesOf(parts: ChangeParts, clause: MergeClause): readonly PlanExpression[] {
  const own = parts.target.scan.columns;
  const others = parts.source.rows.columns;
  if (clause.action.kind === 'merge-update') return [...updateValues(parts, clause, clause.action, own, others).values()];
  return clause.action.kind === 'merge-insert' ? [...insertValues(parts, clause.action, others).values()] : [];
}

/** Plans of their own: what a plan node is about is told by its columns. */
function bindOnRead(parts: ChangeParts, finish: (relation: BoundRelation) => BoundQuery): MergeOnRead {
  const positions = bindPlaces(parts.state, parts.target, changedCondition(parts), finish);
  const updates = parts.text.clauses.some(({ action }) => action.kind === 'merge-update');
  const inserts = markInserts(parts);
  const updated = updates ? updatedRows(parts, markTarget(parts)) : null;
  const inserted = inserts === null ? null : insertedRows(parts, inserts);
  const rows = updated !== null && inserted !== null ? uniteRows(parts.state, updated, inserted) : (updated ?? inserted);
  return { positions, rows: rows === null ? null : finish(rows) };
}

function allRows(parts: ChangeParts, marked: MarkedRows, inserts: MarkedRows | null): BoundRelation {
  const remaining = remainingRows(parts, marked);
  return inserts === null ? remaining : uniteRows(parts.state, remaining, insertedRows(parts, inserts));
}

/** Counts pairs of rows, not rows of the target: more of them than rows changed means that a row would be changed twice. */
function countChanges(parts: ChangeParts, marked: MarkedRows, inserts: MarkedRows | null): BoundRelation {
  const marks: BoundRelation = { plan: marked.plan, columns: [marked.mark] };
  const { plan: input, columns } =
    inserts === null ? marks : uniteRows(parts.state, marks, { plan: inserts.plan, columns: [inserts.mark] });
  const [mark = marked.mark] = columns;
  const count = (name: string, kind: MergeClause['action']['kind']): AggregateColumn => {
    const clauses = clausesFor(parts, 'matched', 'not-matched', 'not-matched-by-source').filter(({ action }) => action.kind === kind);
    return countWhere(parts.state, name, isClauseOf(parts, columnExpression(mark), clauses));
  };
  const aggregates = [count('updated', 'merge-update'), count('deleted', 'merge-delete'), count('inserted', 'merge-insert')];
  const plan: PlanNode = { kind: 'aggregate', input, groups: [], groupingSets: null, aggregates };
  return { plan, columns: aggregates };
}
