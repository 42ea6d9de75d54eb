import { type DistinctNode, outputColumns, type PlanColumn } from '../../../spi/index.ts';
import { columnKind } from '../changelog/column.ts';
import { unsupported } from '../expression/expression-compiler.ts';
import { DistinctOperator } from '../operator/distinct-operator.ts';
import { planStage, sameColumn } from './plan-stage.ts';
import type { PlannedNode, PlanningContext } from './planned-node.ts';

/** Plans DISTINCT over whole rows.
 *  @throws ENGINE_UNSUPPORTED for DISTINCT ON */
export function planDistinct(node: DistinctNode, context: PlanningContext): PlannedNode {
  if (node.on !== null) throw unsupported('DISTINCT ON');
  const columns = outputColumns(node);
  return distinctOf(planStage(node.input, context, columns.map(sameColumn)), columns);
}

/** Plans the different rows of a node. */
export function distinctOf(input: PlannedNode, columns: readonly PlanColumn[]): PlannedNode {
  const kinds = columns.map((column) => columnKind(column.type));
  return {
    columns,
    build: (dataflow, output) => {
      const operator = new DistinctOperator(kinds, dataflow.retractions, output);
      dataflow.states.push(operator);
      input.build(dataflow, operator);
    },
  };
}
