import type { DataType, Expression as PlanExpression } from '../../spi/index.ts';
import type { Expression, Hint, MergeClause, Span, TableReference } from '../ast/index.ts';
import type { ChangeSource, NamedRows } from './bind-change-source.ts';
import { predicate } from './bind-comparison.ts';
import { booleanLiteral, literal } from './bind-literal.ts';
import type { ModificationTarget, ModificationText } from './bind-modification.ts';
import { bindCondition } from './bind-operator.ts';
import type { BinderState, ExpressionContext } from './binder-state.ts';
import type { NamedColumn } from './from-item.ts';
import { type ScopeColumn, ScopeColumns } from './scope-columns.ts';

/** A statement that puts the rows of a source beside those of its target: MERGE, and what can be said as one. */
export interface ChangeText extends Omit<ModificationText, 'where'> {
  readonly kind: 'delete' | 'update' | 'merge';
  readonly hints: readonly Hint[];
  readonly source: readonly TableReference[];
  /** Null when all rows match all. */
  readonly on: Expression | null;
  readonly clauses: readonly MergeClause[];
  readonly span: Span;
}

/** What the parts of such a statement's queries are made of. */
export interface ChangeParts {
  readonly state: BinderState;
  readonly text: ChangeText;
  readonly target: ModificationTarget;
  readonly source: ChangeSource;
}

/** Which rows a clause is about. */
export type Match = MergeClause['match'];

/** The type of the number by which a row's clause is told. */
export const CLAUSE_TYPE: DataType = { kind: 'integer' };

/** Returns the context in which columns of the target, and those of the source after them, may be named. */
export function contextOver(
  { target }: ChangeParts,
  own: readonly NamedColumn[],
  others: readonly ScopeColumn[],
  place: string,
): ExpressionContext {
  const context = target.contextOver(own, place);
  return { ...context, scope: { ...context.scope, columns: context.scope.columns.with(ScopeColumns.of(others)) } };
}

/** Returns the condition by which rows of the target and of the source match. */
export function bindMatch(parts: ChangeParts, own: readonly NamedColumn[], others: readonly ScopeColumn[]): PlanExpression {
  const { kind, on } = parts.text;
  return on === null ? booleanLiteral(true) : bindCondition(contextOver(parts, own, others, kind === 'merge' ? 'ON' : 'WHERE'), on);
}

/** Returns another reading of the source, of the rows that match a row of the target. */
export function matchingRows(parts: ChangeParts, own: readonly NamedColumn[]): NamedRows & { readonly condition: PlanExpression } {
  const { plan, columns } = parts.source.read();
  const condition = bindMatch(parts, own, columns);
  return { plan: { kind: 'filter', input: plan, predicate: condition }, columns, condition };
}

/** Returns the number of a clause as a constant: numbers count from 1 in the order of the text. */
export function clauseNumber({ text }: ChangeParts, clause: MergeClause): PlanExpression {
  return literal(CLAUSE_TYPE, String(text.clauses.indexOf(clause) + 1));
}

/** Returns the clauses about some rows. */
export function clausesFor({ text }: ChangeParts, ...matches: readonly Match[]): readonly MergeClause[] {
  return text.clauses.filter((clause) => matches.includes(clause.match));
}

const acts = ({ action }: MergeClause): boolean => action.kind !== 'merge-nothing';

/** Returns whether a clause about such rows does something. */
export function mayAct(parts: ChangeParts, match: Match): boolean {
  return clausesFor(parts, match).some(acts);
}

/** Returns whether something is done with all such rows. */
export function alwaysActs(parts: ChangeParts, match: Match): boolean {
  const clauses = clausesFor(parts, match);
  const last = clauses.findIndex((clause) => clause.condition === null);
  return last >= 0 && clauses.slice(0, last + 1).every(acts);
}

/** Returns the number of the first clause whose condition is true; NULL when there is none, or when that one does nothing. */
export function bindClauseNumber(parts: ChangeParts, context: ExpressionContext, match: Match): PlanExpression {
  const branches: { readonly when: PlanExpression; readonly then: PlanExpression }[] = [];
  let otherwise: PlanExpression = literal(CLAUSE_TYPE, null);
  for (const clause of clausesFor(parts, match)) {
    const then = acts(clause) ? clauseNumber(parts, clause) : literal(CLAUSE_TYPE, null);
    if (clause.condition === null) {
      otherwise = then;
      break;
    }
    branches.push({ when: bindCondition(context, clause.condition), then });
  }
  return branches.length === 0 ? otherwise : { kind: 'case', branches, otherwise, type: CLAUSE_TYPE };
}

/** Returns the condition that a row's clause is one of some. */
export function isClauseOf(parts: ChangeParts, number: PlanExpression, clauses: readonly MergeClause[]): PlanExpression {
  const items = clauses.map((clause) => clauseNumber(parts, clause));
  const [first] = items;
  if (first === undefined) return booleanLiteral(false);
  return items.length === 1 ? predicate('eq', number, first) : { kind: 'in', argument: number, items, type: { kind: 'boolean' } };
}
