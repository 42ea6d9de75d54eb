import type { PlanNode } from '../../spi/index.ts';
import type { TableReference } from '../ast/index.ts';
import { bindFrom } from './bind-from.ts';
import type { BinderState, Environment } from './binder-state.ts';
import type { ScopeColumn } from './scope-columns.ts';
import { shareRows } from './shared-rows.ts';

/** Rows under names, read under ids of their own. */
export interface NamedRows {
  readonly plan: PlanNode;
  readonly columns: readonly ScopeColumn[];
}

/** The rows beside which a statement puts those of its target. */
export interface ChangeSource {
  /** What was bound; it stands in no query. */
  readonly rows: NamedRows;
  /** Returns another reading of the rows. */
  read(): NamedRows;
  /** Puts the definition of the rows around a plan that reads them. */
  around(plan: PlanNode): PlanNode;
}

/** Binds FROM of UPDATE, USING of DELETE and MERGE as a common table, so that all parts of a query see the same rows of it. */
export function bindChangeSource(state: BinderState, references: readonly TableReference[], environment: Environment): ChangeSource {
  const from = bindFrom(state, references, environment);
  const { plan } = from;
  const named = from.columns.all();
  const columns = named.map(({ id, name, type }) => ({ id, name, type, nullable: state.columns.isNullable(id) }));
  const shared = shareRows(state, plan, columns);
  return {
    rows: { plan, columns: named },
    read: () => {
      const reading = shared.read();
      return { plan: reading.plan, columns: named.map((column, index) => ({ ...column, id: reading.columns[index]?.id ?? column.id })) };
    },
    around: (body) => shared.around(body),
  };
}
