import { outputColumns, type PlanNode, walkPlan } from '../../spi/index.ts';

/** What is wrong with the column ids of a plan: ids that two nodes make, and ids that are read and made nowhere. */
export interface ColumnFaults {
  readonly madeTwice: readonly number[];
  readonly neverMade: readonly number[];
}

/** Returns the faults of a plan's column ids; `outputIds` are read by the result. */
export function columnFaults(root: PlanNode, outputIds: readonly number[]): ColumnFaults {
  const made: number[] = [];
  const read = new Set(outputIds);
  const parameters = new Set<number>();
  walkPlan(root, {
    node: (node) => {
      made.push(...madeBy(node));
    },
    expression: (expression) => {
      if (expression.kind === 'column') read.add(expression.id);
      if (expression.kind === 'lambda') for (const { id } of expression.parameters) parameters.add(id);
    },
  });
  const known = new Set([...made, ...parameters]);
  return {
    madeTwice: made.filter((id, index) => made.indexOf(id) !== index),
    neverMade: [...read].filter((id) => !known.has(id)),
  };
}

function madeBy(node: PlanNode): readonly number[] {
  switch (node.kind) {
    case 'filter':
    case 'join':
    case 'sort':
    case 'limit':
    case 'distinct':
      return [];
    case 'with':
      return node.ctes.flatMap((cte) => cte.columns.map((column) => column.id));
    case 'window':
      return node.windows.map((column) => column.id);
    default:
      return outputColumns(node).map((column) => column.id);
  }
}
