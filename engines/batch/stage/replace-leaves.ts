import {
  assert,
  type CommonTable,
  type CteScanNode,
  mapPlans,
  type PlanNode,
  sameType,
  type ScanNode,
  walkPlan,
} from '../../../spi/index.ts';

/** Returns a plan whose readings of tables and common table expressions, those of subqueries too, are replaced.
 *  Filters of scans are left to the replacement. */
export function replaceLeaves(root: PlanNode, replace: (leaf: ScanNode | CteScanNode) => PlanNode): PlanNode {
  if (root.kind === 'scan' || root.kind === 'cte_scan') return replace(root);
  return mapPlans(root, (plan) => replaceLeaves(plan, replace));
}

/** Returns how often plans read a common table expression. */
export function countCteScans(plans: readonly PlanNode[], cteId: number): number {
  let count = 0;
  for (const plan of plans) {
    walkPlan(plan, {
      node: (node) => {
        if (node.kind === 'cte_scan' && node.cteId === cteId) count += 1;
      },
    });
  }
  return count;
}

/** Returns the rows of a common table expression in place of a reading of it. */
export function inlineCte(cte: CommonTable, plan: PlanNode, reading: CteScanNode): PlanNode {
  return {
    kind: 'project',
    input: plan,
    columns: reading.columns.map((column, index) => {
      const id = cte.planIds[index];
      const type = cte.columns[index]?.type;
      assert(id !== undefined && type !== undefined, 'a reading has the columns of its definition');
      const carried = { kind: 'column', id, type } as const;
      const same = sameType(type, column.type);
      return { ...column, expression: same ? carried : { kind: 'cast', argument: carried, safe: false, type: column.type } };
    }),
  };
}
