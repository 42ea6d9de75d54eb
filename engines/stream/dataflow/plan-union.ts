import { assert, type PlanColumn, type PlanNode, outputColumns, type SetOperationNode } from '../../../spi/index.ts';
import { unsupported } from '../expression/expression-compiler.ts';
import type { Changelog } from '../operator/operator.ts';
import { unionOperator } from '../operator/union-operator.ts';
import { distinctOf } from './plan-distinct.ts';
import { planStage, sameColumn } from './plan-stage.ts';
import type { PlannedNode, PlanningContext } from './planned-node.ts';

/** Plans UNION ALL and UNION.
 *  @throws ENGINE_UNSUPPORTED for INTERSECT and EXCEPT */
export function planUnion(node: SetOperationNode, context: PlanningContext): PlannedNode {
  if (node.operation !== 'union') throw unsupported(node.operation.toUpperCase());
  const left = planStage(node.left, context, inOrder(node.left, node.leftIds));
  const right = planStage(node.right, context, inOrder(node.right, node.rightIds));
  const all: PlannedNode = {
    columns: node.columns,
    build: (dataflow, output) => {
      const [first, second] = unionOperator(2, output) as [Changelog, Changelog];
      left.build(dataflow, first);
      right.build(dataflow, second);
    },
  };
  return node.all ? all : distinctOf(all, node.columns);
}

function inOrder(node: PlanNode, ids: readonly number[]) {
  const columns = new Map<number, PlanColumn>(outputColumns(node).map((column) => [column.id, column]));
  return ids.map((id) => {
    const column = columns.get(id);
    assert(column !== undefined, 'a set operation names columns of its sides');
    return sameColumn(column);
  });
}
