import { type Expression, type JoinNode, outputColumns, type PlanNode } from '../../../spi/index.ts';
import { columnKind } from '../changelog/column.ts';
import { unsupported } from '../expression/expression-compiler.ts';
import { JoinOperator } from '../operator/join-operator.ts';
import type { JoinSideShape } from '../operator/join-side.ts';
import { computedColumn, planStage, sameColumn } from './plan-stage.ts';
import type { PlannedNode, PlanningContext } from './planned-node.ts';
import { readsOnly, splitJoinCondition } from './split-join-condition.ts';

/** Keys whose NULLs one lane of flags tells. */
const KEYS_MAX = 32;

/** Which sides put out rows that meet nothing. */
const OUTER_SIDES: Readonly<Partial<Record<JoinNode['joinType'], { readonly left: boolean; readonly right: boolean }>>> = {
  inner: { left: false, right: false },
  left: { left: true, right: false },
  right: { left: false, right: true },
  full: { left: true, right: true },
};

/** Plans a join on equal keys. The residual of an inner join's condition is the business of the stage above; that of an outer join may only read
 *  the side that is not outer, where it leaves rows out before they can meet.
 *  @throws ENGINE_UNSUPPORTED */
export function planJoin(node: JoinNode, context: PlanningContext): PlannedNode {
  const outer = OUTER_SIDES[node.joinType];
  if (outer === undefined) throw unsupported(`'join:${node.joinType}'`);
  if (node.lateral) throw unsupported("'join:lateral'");
  const { keys, residual } = splitJoinCondition(node);
  if (keys.length === 0) throw unsupported('joins without an equality between the two sides');
  if (keys.length > KEYS_MAX) throw unsupported(`joins on more than ${String(KEYS_MAX)} equalities`);
  const inner = outer.left === outer.right ? null : columnIds(outer.left ? node.right : node.left);
  const conditions = node.joinType === 'inner' ? [] : residual;
  if (conditions.some((condition) => inner === null || !readsOnly(condition, inner))) {
    throw unsupported(`'join:${node.joinType}' with a condition over its outer side beside equalities`);
  }
  const left = planSide(node.left, context, {
    keys: keys.map((key) => key.left),
    conditions: outer.left ? [] : conditions,
    isOuter: outer.left,
  });
  const right = planSide(node.right, context, {
    keys: keys.map((key) => key.right),
    conditions: outer.right ? [] : conditions,
    isOuter: outer.right,
  });
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

function columnIds(node: PlanNode): ReadonlySet<number> {
  return new Set(outputColumns(node).map((column) => column.id));
}

interface SidePlan {
  readonly keys: readonly Expression[];
  readonly conditions: readonly Expression[];
  readonly isOuter: boolean;
}

/** A NULL key is equal to nothing: its rows are left out before the join unless they go out alone. */
function planSide(
  node: PlanNode,
  context: PlanningContext,
  { keys, conditions, isOuter }: SidePlan,
): { input: PlannedNode; shape: JoinSideShape } {
  const columns = outputColumns(node);
  const notNull = keys.map((key): Expression => ({ kind: 'call', function: 'is_not_null', arguments: [key], type: { kind: 'boolean' } }));
  return {
    input: planStage(
      node,
      context,
      [...columns.map(sameColumn), ...keys.map((key) => computedColumn(context, key))],
      isOuter ? conditions : [...notNull, ...conditions],
    ),
    shape: { outputKinds: columns.map((column) => columnKind(column.type)), keyKinds: keys.map((key) => columnKind(key.type)), isOuter },
  };
}
