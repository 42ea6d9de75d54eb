import { type Expression, type JoinNode, outputColumns, type PlanNode } from '../../../spi/index.ts';
import { columnKind } from '../changelog/column.ts';
import { unsupported } from '../expression/expression-compiler.ts';
import { JoinOperator, type JoinSideShape } from '../operator/join-operator.ts';
import { computedColumn, planStage, sameColumn } from './plan-stage.ts';
import type { PlannedNode, PlanningContext } from './planned-node.ts';
import { splitJoinCondition } from './split-join-condition.ts';

/** Keys whose NULLs one lane of flags tells. */
const KEYS_MAX = 32;

/** Plans an inner join on equal keys; the residual of its condition is the business of the stage above.
 *  @throws ENGINE_UNSUPPORTED */
export function planJoin(node: JoinNode, context: PlanningContext): PlannedNode {
  if (node.joinType !== 'inner') throw unsupported(`'join:${node.joinType}'`);
  if (node.lateral) throw unsupported("'join:lateral'");
  const { keys } = splitJoinCondition(node);
  if (keys.length === 0) throw unsupported('joins without an equality between the two sides');
  if (keys.length > KEYS_MAX) throw unsupported(`joins on more than ${String(KEYS_MAX)} equalities`);
  const left = planSide(
    node.left,
    context,
    keys.map((key) => key.left),
  );
  const right = planSide(
    node.right,
    context,
    keys.map((key) => key.right),
  );
  return {
    columns: outputColumns(node),
    build: (dataflow, output) => {
      const operator = new JoinOperator(left.shape, right.shape, dataflow.retractions, output);
      dataflow.states.push(operator);
      left.input.build(dataflow, operator.left);
      right.input.build(dataflow, operator.right);
    },
  };
}

/** A NULL key is equal to nothing: its rows are left out before the join. */
function planSide(node: PlanNode, context: PlanningContext, keys: readonly Expression[]): { input: PlannedNode; shape: JoinSideShape } {
  const columns = outputColumns(node);
  const notNull = keys.map((key): Expression => ({ kind: 'call', function: 'is_not_null', arguments: [key], type: { kind: 'boolean' } }));
  return {
    input: planStage(node, context, [...columns.map(sameColumn), ...keys.map((key) => computedColumn(context, key))], notNull),
    shape: { outputKinds: columns.map((column) => columnKind(column.type)), keyKinds: keys.map((key) => columnKind(key.type)) },
  };
}
