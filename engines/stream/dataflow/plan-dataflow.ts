import {
  type AggregateNode,
  type LogicalPlan,
  outputColumns,
  type PlanNode,
  planExpressions,
  type ScanNode,
  walkExpression,
  walkPlan,
} from '../../../spi/index.ts';
import { columnKind } from '../changelog/column.ts';
import { type ExpressionSettings, unsupported } from '../expression/expression-compiler.ts';
import type { GroupWindows } from '../operator/closed-groups.ts';
import type { DataflowPlan } from './dataflow.ts';
import { planAggregation } from './plan-aggregation.ts';
import { planDistinct } from './plan-distinct.ts';
import { planJoin } from './plan-join.ts';
import { planLimit, planSort } from './plan-order.ts';
import { planStage, sameColumn } from './plan-stage.ts';
import { planUnion } from './plan-union.ts';
import { planValues } from './plan-values.ts';
import type { PlannedNode, PlanningContext } from './planned-node.ts';

/** Checks a plan and returns how it is computed; batches of the result have the columns of `plan.output`.
 *  `windows` tells of which aggregations the groups are closed as event time goes on.
 *  Guarantees: what is returned can be built; parameters must have been replaced by their values.
 *  @throws ENGINE_UNSUPPORTED naming the part that streams do not have */
export function planDataflow(
  plan: LogicalPlan,
  settings: ExpressionSettings,
  windows: ReadonlyMap<AggregateNode, GroupWindows> = new Map(),
): DataflowPlan {
  const scans = new Map<PlanNode, number>();
  let idMax = 0;
  walkPlan(plan.root, {
    node: (node) => {
      if (node.kind === 'scan') scans.set(node, scans.size);
      for (const column of outputColumns(node)) idMax = Math.max(idMax, column.id);
      checkExpressions(node);
    },
  });
  const context: PlanningContext = {
    settings,
    scanPosition: (scan) => scans.get(scan) ?? -1,
    windowsOf: (node) => windows.get(node) ?? null,
    planNode: (node) => planNode(node, context),
    freshId: () => (idMax += 1),
  };
  const columns = outputColumns(plan.root);
  const output = plan.output.map(({ id }) => columns.find((column) => column.id === id) ?? null);
  return planStage(
    plan.root,
    context,
    output.flatMap((column) => (column === null ? [] : [sameColumn(column)])),
  );
}

function planNode(node: PlanNode, context: PlanningContext): PlannedNode {
  switch (node.kind) {
    case 'scan':
      return planScan(node, context);
    case 'values':
      return planValues(node);
    case 'aggregate':
      return planAggregation(node, context);
    case 'distinct':
      return planDistinct(node, context);
    case 'join':
      return planJoin(node, context);
    case 'set_operation':
      return planUnion(node, context);
    case 'sort':
      return planSort(node, context);
    case 'limit':
      return planLimit(node, context);
    case 'filter':
    case 'project':
      return planStage(node, context, outputColumns(node).map(sameColumn));
    default:
      throw unsupported(`'${node.kind}'`);
  }
}

function planScan(node: ScanNode, context: PlanningContext): PlannedNode {
  for (const column of node.columns) columnKind(column.type);
  const position = context.scanPosition(node);
  return {
    columns: node.columns,
    build: ({ sources }, output) => {
      sources.set(position, output);
    },
  };
}

/** Subqueries are joins that streams do not have yet. */
function checkExpressions(node: PlanNode): void {
  for (const expression of planExpressions(node)) {
    walkExpression(expression, {
      expression: (part) => {
        if ('plan' in part) throw unsupported('subqueries in expressions');
      },
    });
  }
}
