import {
  type Expression as PlanExpression,
  type PlanColumn,
  type PlanNode,
  type ProjectColumn,
  type ScanNode,
  hasSubquery,
  walkExpression,
} from '../../spi/index.ts';
import type { NamedRows } from './bind-change-source.ts';
import { predicate } from './bind-comparison.ts';
import { booleanLiteral, literal } from './bind-literal.ts';
import { scanTable } from './bind-relation.ts';
import type { BoundRelation } from './binder-state.ts';
import {
  alwaysActs,
  bindClauseNumber,
  bindMatch,
  type ChangeParts,
  CLAUSE_TYPE,
  clauseNumber,
  clausesFor,
  contextOver,
  isClauseOf,
  matchingRows,
  mayAct,
} from './change-clauses.ts';
import { type FieldValues, insertValues, updateValues } from './change-values.ts';
import { keptLineage, newLineage } from './row-lineage.ts';
import { columnExpression } from './scope.ts';
import type { ScopeColumn } from './scope-columns.ts';

/** Rows beside the number of the clause that is about them, NULL for none. */
export interface MarkedRows extends NamedRows {
  /** Columns of the target's scan, in its order; none for rows that are only now inserted. */
  readonly own: readonly PlanColumn[];
  readonly mark: PlanColumn;
}

const isSet = (column: PlanColumn): PlanExpression => predicate('is_not_null', columnExpression(column));

const exists = (plan: PlanNode): PlanExpression => ({ kind: 'exists', plan, type: { kind: 'boolean' } });

/** Returns the condition, over the target's scan, that the statement changes a row. Rows that several rows of the source match count once. */
export function changedCondition(parts: ChangeParts): PlanExpression {
  const { columns } = parts.target.scan;
  const alternatives: PlanExpression[] = [];
  if (mayAct(parts, 'matched')) {
    const rows = matchingRows(parts, columns);
    const number = bindClauseNumber(parts, contextOver(parts, columns, rows.columns, 'WHEN'), 'matched');
    const acting: PlanNode = alwaysActs(parts, 'matched')
      ? rows.plan
      : { kind: 'filter', input: rows.plan, predicate: predicate('is_not_null', number) };
    alternatives.push(allOf([...ownConjuncts(parts.target.scan, rows.condition), exists(acting)]));
  }
  if (mayAct(parts, 'not-matched-by-source')) {
    const number = bindClauseNumber(parts, contextOver(parts, columns, [], 'WHEN'), 'not-matched-by-source');
    alternatives.push(allOf([predicate('is_not_null', number), predicate('not', exists(matchingRows(parts, columns).plan))]));
  }
  const [first, ...more] = alternatives;
  if (first === undefined) return booleanLiteral(false);
  return more.length === 0 ? first : predicate('or', ...alternatives);
}

const allOf = (conditions: readonly PlanExpression[]): PlanExpression => {
  const [first = booleanLiteral(true), ...more] = conditions;
  return more.length === 0 ? first : predicate('and', ...conditions);
};

/** Parts of the condition that are about the target alone: by them files are skipped. */
function ownConjuncts(scan: ScanNode, condition: PlanExpression): readonly PlanExpression[] {
  if (condition.kind === 'call' && condition.function === 'and') {
    return condition.arguments.flatMap((argument) => ownConjuncts(scan, argument));
  }
  const own = new Set(scan.columns.map(({ id }) => id));
  let isOwn = !hasSubquery(condition);
  walkExpression(condition, {
    expression: (part) => {
      if (part.kind === 'column' && !own.has(part.id)) isOwn = false;
    },
  });
  return isOwn ? [condition] : [];
}

/** Puts beside each row of the target's scan each row of the source that changes it, none when there is none, and the number of the clause. */
export function markTarget(parts: ChangeParts): MarkedRows {
  const { state, target } = parts;
  const { scan } = target;
  const pairs = mayAct(parts, 'matched') ? joinActing(parts) : null;
  const found = pairs === null ? null : columnExpression(pairs.mark);
  const lost = mayAct(parts, 'not-matched-by-source') ? lostRows(parts, pairs) : null;
  const own = scan.columns.map((column) => passOn(parts, column));
  const others = (pairs?.columns ?? []).map((column) => [column, passOn(parts, { ...column, nullable: true })] as const);
  const expression = found !== null && lost !== null ? firstOf(found, lost) : (found ?? lost ?? nothing());
  const mark = state.columns.create({ name: 'clause', type: CLAUSE_TYPE, nullable: true, expression });
  const columns = [...own, ...others.map(([, copy]) => copy), mark];
  return {
    plan: { kind: 'project', input: pairs?.plan ?? scan, columns },
    columns: others.map(([column, { id }]) => ({ ...column, id })),
    own,
    mark,
  };
}

const nothing = (): PlanExpression => ({ kind: 'literal', type: CLAUSE_TYPE, value: null });

const firstOf = (first: PlanExpression, second: PlanExpression): PlanExpression => ({
  kind: 'call',
  function: 'coalesce',
  arguments: [first, second],
  type: CLAUSE_TYPE,
});

function passOn({ state }: ChangeParts, column: Pick<PlanColumn, 'id' | 'name' | 'type'> & { readonly nullable: boolean }): ProjectColumn {
  const { name, type, nullable } = column;
  return state.columns.create({ name, type, nullable, expression: columnExpression(column) });
}

/** A lateral join: the condition of a clause may be about both sides, and engines join by what in the condition compares them. */
function joinActing(parts: ChangeParts): NamedRows & { readonly mark: PlanColumn } {
  const { scan } = parts.target;
  const rows = matchingRows(parts, scan.columns);
  const { plan: marked, columns, mark } = carry(parts, rows, contextOver(parts, scan.columns, rows.columns, 'WHEN'), 'matched');
  const right: PlanNode = alwaysActs(parts, 'matched') ? marked : { kind: 'filter', input: marked, predicate: isSet(mark) };
  const plan: PlanNode = { kind: 'join', joinType: 'left', left: scan, right, condition: booleanLiteral(true), lateral: true };
  return { plan, columns, mark };
}

/** Computes the number of a row's clause beside the row. */
function carry(
  parts: ChangeParts,
  rows: NamedRows,
  context: ReturnType<typeof contextOver>,
  match: 'matched' | 'not-matched',
): NamedRows & { readonly mark: PlanColumn } {
  const copies = rows.columns.map((column) => passOn(parts, { ...column, nullable: true }));
  const expression = bindClauseNumber(parts, context, match);
  const mark = parts.state.columns.create({ name: 'clause', type: CLAUSE_TYPE, nullable: true, expression });
  const columns = rows.columns.map((column, index): ScopeColumn => ({ ...column, id: copies[index]?.id ?? column.id }));
  return { plan: { kind: 'project', input: rows.plan, columns: [...copies, mark] }, columns, mark };
}

/** The number of the clause about a row that no row of the source matches. */
function lostRows(parts: ChangeParts, pairs: { readonly mark: PlanColumn } | null): PlanExpression {
  const { columns } = parts.target.scan;
  const number = bindClauseNumber(parts, contextOver(parts, columns, [], 'WHEN'), 'not-matched-by-source');
  const isLost =
    pairs !== null && alwaysActs(parts, 'matched')
      ? predicate('is_null', columnExpression(pairs.mark))
      : predicate('not', exists(matchingRows(parts, columns).plan));
  return { kind: 'case', branches: [{ when: isLost, then: number }], otherwise: nothing(), type: CLAUSE_TYPE };
}

/** Returns the rows of the source that no row of the target matches and that are to be inserted; null when there is no such clause. */
export function markInserts(parts: ChangeParts): MarkedRows | null {
  if (!mayAct(parts, 'not-matched')) return null;
  const { state, source, target } = parts;
  const rows = source.read();
  const all = scanTable(state, target.table, true).plan;
  const matched: PlanNode = { kind: 'filter', input: all, predicate: bindMatch(parts, all.columns, rows.columns) };
  const unmatched: PlanNode = { kind: 'filter', input: rows.plan, predicate: predicate('not', exists(matched)) };
  const marked = carry(parts, { ...rows, plan: unmatched }, contextOver(parts, [], rows.columns, 'WHEN'), 'not-matched');
  const plan: PlanNode = alwaysActs(parts, 'not-matched')
    ? marked.plan
    : { kind: 'filter', input: marked.plan, predicate: isSet(marked.mark) };
  return { plan, columns: marked.columns, own: [], mark: marked.mark };
}

/** Returns the rows that the target's rows become, in the table's columns: those deleted are left out. */
export function remainingRows(parts: ChangeParts, { plan, columns: others, own, mark }: MarkedRows): BoundRelation {
  const clauses = clausesFor(parts, 'matched', 'not-matched-by-source');
  const deletes = clauses.filter(({ action }) => action.kind === 'merge-delete');
  const isDeleted = isClauseOf(parts, columnExpression(mark), deletes);
  const kept: PlanNode = deletes.length === 0 ? plan : { kind: 'filter', input: plan, predicate: predicate('is_not_true', isDeleted) };
  return chooseValues(parts, kept, mark, updatesOf(parts, others, own), own);
}

/** Returns the rows that get other values, with them, in the table's columns. */
export function updatedRows(parts: ChangeParts, { plan, columns: others, own, mark }: MarkedRows): BoundRelation {
  const clauses = clausesFor(parts, 'matched', 'not-matched-by-source').filter(({ action }) => action.kind === 'merge-update');
  const kept: PlanNode = { kind: 'filter', input: plan, predicate: isClauseOf(parts, columnExpression(mark), clauses) };
  return chooseValues(parts, kept, mark, updatesOf(parts, others, own), own);
}

function updatesOf(
  parts: ChangeParts,
  others: MarkedRows['columns'],
  own: readonly PlanColumn[],
): readonly (readonly [PlanExpression, FieldValues])[] {
  const clauses = clausesFor(parts, 'matched', 'not-matched-by-source');
  const updates = clauses.flatMap((clause) =>
    clause.action.kind === 'merge-update'
      ? [[clauseNumber(parts, clause), updateValues(parts, clause, clause.action, own, others)] as const]
      : [],
  );
  return updates;
}

/** Returns the rows that are inserted, in the table's columns. */
export function insertedRows(parts: ChangeParts, { plan, columns, mark }: MarkedRows): BoundRelation {
  const inserts = clausesFor(parts, 'not-matched').flatMap((clause) =>
    clause.action.kind === 'merge-insert' ? [[clauseNumber(parts, clause), insertValues(parts, clause.action, columns)] as const] : [],
  );
  return chooseValues(parts, plan, mark, inserts, null);
}

function chooseValues(
  { state, target }: ChangeParts,
  input: PlanNode,
  mark: PlanColumn,
  byClause: readonly (readonly [PlanExpression, FieldValues])[],
  old: readonly PlanColumn[] | null,
): BoundRelation {
  const isNumber = (number: PlanExpression): PlanExpression => predicate('eq', columnExpression(mark), number);
  const own = target.table.fields.map(({ id, name, type, nullable }, index): ProjectColumn => {
    const branches = byClause.flatMap(([number, values]) => {
      const then = values.get(id);
      return then === undefined ? [] : [{ when: isNumber(number), then }];
    });
    const otherwise = old === null ? null : columnExpression(old[index] ?? mark);
    const [only] = branches;
    const single = otherwise === null && branches.length === 1 ? only?.then : branches.length === 0 ? otherwise : undefined;
    return state.columns.create({ name, type, nullable, expression: single ?? { kind: 'case', branches, otherwise, type } });
  });
  const changedAt = (kept: PlanExpression): PlanExpression => {
    const { type } = kept;
    const branches = byClause.map(([number]) => ({ when: isNumber(number), then: literal(type, null) }));
    return branches.length === 0 ? kept : { kind: 'case', branches, otherwise: kept, type };
  };
  const lineage = old === null ? newLineage(state, target.scan) : keptLineage(state, target.scan, old, changedAt);
  const columns = [...own, ...lineage];
  return { plan: { kind: 'project', input, columns }, columns };
}
