import { type Expression, type PlanNode, type TableFunctionNode, walkPlan } from '../../spi/index.ts';

/** Rows that a function of a table is taken to make when its bounds are not known before it runs. */
const UNKNOWN_ROWS = 1000;

/** Returns how many rows the table functions of a plan make, those of its subqueries included. */
export function generatedRows(root: PlanNode): number {
  let rows = 0;
  walkPlan(root, {
    node: (node) => {
      if (node.kind === 'table_function') rows += rowsOfFunction(node);
    },
  });
  return rows;
}

/** Returns how many rows `generate_series` or `range` makes of constant bounds: `(stop)`, `(start, stop)` or `(start, stop, step)`. */
export function rowsOfFunction({ function: name, arguments: given }: TableFunctionNode): number {
  const bounds = given.map(constantOf);
  const [first, second, step = 1] = bounds;
  if (first === undefined || first === null || second === null || step === null || step === 0) return UNKNOWN_ROWS;
  const [start, stop] = second === undefined ? [0, first] : [first, second];
  const steps = (stop - start) / step;
  return Math.max(0, name === 'range' ? Math.ceil(steps) : Math.floor(steps) + 1);
}

/** Returns the number that an expression stands for whatever the rows; null when that cannot be told. */
export function constantOf(expression: Expression): number | null {
  if (expression.kind === 'cast') return constantOf(expression.argument);
  if (expression.kind === 'call' && expression.function === 'negate' && expression.arguments.length === 1) {
    const inner = expression.arguments.map(constantOf)[0] ?? null;
    return inner === null ? null : -inner;
  }
  if (expression.kind !== 'literal' || typeof expression.value !== 'string' || expression.value === '') return null;
  const value = Number(expression.value);
  return Number.isFinite(value) ? value : null;
}
