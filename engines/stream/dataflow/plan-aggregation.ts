import { type AggregateNode, outputColumns } from '../../../spi/index.ts';
import { planAggregate } from '../aggregate/create-aggregate.ts';
import { columnKind } from '../changelog/column.ts';
import { unsupported } from '../expression/expression-compiler.ts';
import { AggregateOperator } from '../operator/aggregate-operator.ts';
import { computedColumn, planStage } from './plan-stage.ts';
import type { PlannedNode, PlanningContext } from './planned-node.ts';

/** Plans grouping: group columns and arguments are computed in the loop below.
 *  @throws ENGINE_UNSUPPORTED */
export function planAggregation(node: AggregateNode, context: PlanningContext): PlannedNode {
  if (node.groupingSets !== null) throw unsupported('grouping sets');
  const aggregates = node.aggregates.map((column) => planAggregate(column.call));
  const computed = aggregates.flatMap(({ argument }) => (argument === null ? [] : [computedColumn(context, argument)]));
  let position = node.groups.length;
  const positions = aggregates.map(({ argument }) => {
    if (argument === null) return null;
    position += 1;
    return position - 1;
  });
  const windows = context.windowsOf(node);
  const groupKinds = node.groups.map((group) => columnKind(group.type));
  const input = planStage(node.input, context, [...node.groups, ...computed]);
  return {
    columns: outputColumns(node),
    build: (dataflow, output) => {
      const { pool, retractions } = dataflow;
      const slots = aggregates.map((aggregate, index) => ({
        kind: aggregate.kind,
        position: positions[index] ?? null,
        state: aggregate.create(pool, retractions),
      }));
      const operator = new AggregateOperator({ groupKinds, slots, retractions, windows }, output);
      dataflow.states.push(operator);
      dataflow.windowed.push(operator);
      input.build(dataflow, operator);
    },
  };
}
