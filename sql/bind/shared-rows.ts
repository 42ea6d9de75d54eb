import type { CommonTable, PlanColumn, PlanNode } from '../../spi/index.ts';
import type { BinderState, BoundRelation } from './binder-state.ts';

/** Rows that several parts of a query read as the same ones. */
export interface SharedRows {
  /** Returns another reading of the rows, by position, under ids of its own. */
  read(): BoundRelation;
  /** Puts the definition of the rows around a plan that reads them. */
  around(plan: PlanNode): PlanNode;
}

/** Makes a common table of rows. */
export function shareRows(state: BinderState, plan: PlanNode, bound: readonly PlanColumn[]): SharedRows {
  const copied = (): readonly PlanColumn[] => bound.map(({ name, type, nullable }) => state.columns.create({ name, type, nullable }));
  const columns = copied();
  const cteId = state.columns.nextId();
  const planIds = bound.map(({ id }) => id);
  const definition: CommonTable = { cteId, name: 'source', columns, plan, planIds, recursive: null, materialized: null };
  return {
    read: () => {
      const fresh = copied();
      return { plan: { kind: 'cte_scan', cteId, columns: fresh }, columns: fresh };
    },
    around: (body) => ({ kind: 'with', ctes: [definition], body }),
  };
}
