import type { CommonTable, PlanNode } from '../../spi/index.ts';
import type { TableReference } from '../ast/index.ts';
import { bindFrom } from './bind-from.ts';
import type { BinderState, Environment } from './binder-state.ts';
import type { ScopeColumn } from './scope.ts';

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
  const { plan, columns: named } = bindFrom(state, references, environment);
  const copied = () => named.map(({ id, name, type }) => state.columns.create({ name, type, nullable: state.columns.isNullable(id) }));
  const columns = copied();
  const cteId = state.columns.nextId();
  const planIds = named.map(({ id }) => id);
  const definition: CommonTable = { cteId, name: 'source', columns, plan, planIds, recursive: null, materialized: null };
  return {
    rows: { plan, columns: named },
    read: () => {
      const fresh = copied();
      const renamed = named.map((column, index) => ({ ...column, id: fresh[index]?.id ?? column.id }));
      return { plan: { kind: 'cte_scan', cteId, columns: fresh }, columns: renamed };
    },
    around: (body) => ({ kind: 'with', ctes: [definition], body }),
  };
}
