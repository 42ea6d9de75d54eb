import { type Expression, type LimitNode, outputColumns, type SortNode } from '../../../spi/index.ts';
import { columnKind } from '../changelog/column.ts';
import { unsupported } from '../expression/expression-compiler.ts';
import { limitOperator } from '../operator/limit-operator.ts';
import { SortOperator } from '../operator/sort-operator.ts';
import { computedColumn, planStage, sameColumn } from './plan-stage.ts';
import type { PlannedNode, PlanningContext } from './planned-node.ts';

/** Plans an order; constants order nothing.
 *  @throws ENGINE_UNSUPPORTED */
export function planSort(node: SortNode, context: PlanningContext): PlannedNode {
  const columns = outputColumns(node);
  const keys = node.keys.filter((key) => key.expression.kind !== 'literal');
  const computed = keys.map((key) => computedColumn(context, key.expression));
  const input = planStage(node.input, context, [...columns.map(sameColumn), ...computed]);
  const kinds = input.columns.map((column) => columnKind(column.type));
  const order = keys.map(({ descending, nullsFirst }, index) => ({ position: columns.length + index, descending, nullsFirst }));
  return {
    columns,
    build: (dataflow, output) => {
      const { pool, retractions } = dataflow;
      const operator = new SortOperator(kinds, columns.length, order, { pool, retractions }, output);
      dataflow.states.push(operator);
      input.build(dataflow, operator);
    },
  };
}

/** Plans LIMIT and OFFSET.
 *  @throws ENGINE_UNSUPPORTED for counts that are computed */
export function planLimit(node: LimitNode, context: PlanningContext): PlannedNode {
  const limit = node.limit === null ? Infinity : constantCount(node.limit, Infinity);
  const offset = node.offset === null ? 0 : constantCount(node.offset, 0);
  const columns = outputColumns(node);
  const input = planStage(node.input, context, columns.map(sameColumn));
  return {
    columns,
    build: (dataflow, output) => {
      input.build(dataflow, limitOperator(limit, offset, output));
    },
  };
}

/** NULL is no limit. */
function constantCount(expression: Expression, absent: number): number {
  if (expression.kind !== 'literal') throw unsupported('LIMIT and OFFSET that are computed');
  return expression.value === null ? absent : Number(expression.value);
}
