import { type Expression, type PlanNode, walkPlan } from '../../spi/index.ts';
import type { Span, TableAlias } from '../ast/index.ts';
import { bindError } from './bind-error.ts';
import type { BinderState } from './binder-state.ts';
import type { ScopeColumn, ScopeColumns } from './scope-columns.ts';

/** A bound operand of FROM: a plan and the columns that may be named. */
export interface FromItem {
  readonly plan: PlanNode;
  readonly columns: ScopeColumns;
  /** True when the operand was bound with the columns to its left in sight. */
  readonly seesLeft: boolean;
}

/** A column before the relation's name and alias are known. */
export type NamedColumn = Pick<ScopeColumn, 'name' | 'id' | 'type'>;

/** Puts columns under the relation's name, or its alias and the column names given with it.
 *  @throws SQL_TYPE_MISMATCH when the alias names more columns than there are */
export function nameColumns(
  state: BinderState,
  columns: readonly NamedColumn[],
  own: { readonly table: string | null; readonly schema: string | null },
  alias: TableAlias | null,
): readonly ScopeColumn[] {
  const names = alias?.columns ?? [];
  if (alias !== null && names.length > columns.length) {
    const message = `${alias.name.name} has ${String(columns.length)} columns, ${String(names.length)} names are given`;
    throw bindError(state, 'SQL_TYPE_MISMATCH', message, alias.span);
  }
  return columns.map((column, index) => ({
    name: names[index]?.name ?? column.name,
    id: column.id,
    type: column.type,
    table: alias?.name.name ?? own.table,
    schema: alias === null ? own.schema : null,
    qualifiedOnly: false,
    position: index,
  }));
}

/** Says that two relations in one FROM have the same name.
 *  @throws SQL_DUPLICATE_NAME */
export function refuseSameTables(state: BinderState, left: ScopeColumns, right: ScopeColumns, span: Span): void {
  const repeated = left.sharedTable(right);
  if (repeated === null) return;
  const message = `FROM has two relations of the name ${repeated}`;
  throw bindError(state, 'SQL_DUPLICATE_NAME', message, span, { hint: 'Give one an alias.' });
}

/** Returns whether a plan reads one of the columns (as a correlated reference). */
export function readsColumns(plan: PlanNode, columns: ScopeColumns): boolean {
  const ids = new Set(columns.made().map((column) => column.id));
  let found = false;
  walkPlan(plan, {
    expression: (expression: Expression) => {
      if (expression.kind === 'column' && ids.has(expression.id)) found = true;
    },
  });
  return found;
}
