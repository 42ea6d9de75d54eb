import { type Expression, outputColumns, planExpressions, type PlanNode, walkExpression, walkPlan } from '../../../spi/index.ts';

/** Returns the ids that expressions read, those that their subqueries read included. */
export function readIds(expressions: readonly Expression[]): Set<number> {
  const ids = new Set<number>();
  for (const expression of expressions) {
    walkExpression(expression, {
      expression: (part) => {
        if (part.kind === 'column') ids.add(part.id);
      },
    });
  }
  return ids;
}

/** Returns the ids that a plan reads and no node of it makes: references to what encloses it. */
export function freeIds(plan: PlanNode): ReadonlySet<number> {
  const made = new Set<number>();
  const read = new Set<number>();
  walkPlan(plan, {
    node: (node) => {
      for (const column of outputColumns(node)) made.add(column.id);
      if (node.kind === 'with') for (const cte of node.ctes) for (const column of cte.columns) made.add(column.id);
    },
    expression: (part) => {
      if (part.kind === 'column') read.add(part.id);
    },
  });
  return new Set([...read].filter((id) => !made.has(id)));
}

/** Returns what a node needs of its inputs when `needed` of its own columns are read. */
export function neededBelow(node: PlanNode, needed: ReadonlySet<number>): ReadonlySet<number> {
  const ids = new Set(needed);
  for (const id of readIds(planExpressions(node))) ids.add(id);
  return ids;
}
