import type { Expression, PlanColumn, PlanNode, ProjectColumn } from '../../../spi/index.ts';
import { compileStage, type StageStep } from '../expression/stage.ts';
import { stageOperator } from '../operator/stage-operator.ts';
import { splitJoinCondition } from './split-join-condition.ts';
import type { PlannedNode, PlanningContext } from './planned-node.ts';

/** Columns computed from a node's columns. */
export type ComputedColumn = Pick<ProjectColumn, 'id' | 'name' | 'type' | 'nullable' | 'expression'>;

/** Returns a column that is computed for an operator's own use. */
export function computedColumn(context: PlanningContext, expression: Expression): ComputedColumn {
  return { id: context.freshId(), name: 'computed', type: expression.type, nullable: true, expression };
}

/** Returns a column as it is, for a list of computed ones. */
export function sameColumn(column: PlanColumn): ComputedColumn {
  return { ...column, expression: { kind: 'column', id: column.id, type: column.type } };
}

/** Plans a node and what an operator above computes from it; filters and projections between it and the next operator below become one
 *  loop with that.
 *  @throws ENGINE_UNSUPPORTED */
export function planStage(
  node: PlanNode,
  context: PlanningContext,
  columns: readonly ComputedColumn[],
  conditions: readonly Expression[] = [],
): PlannedNode {
  const steps: StageStep[] = [{ kind: 'project', columns: columns.map(({ id, expression }) => ({ id, expression })) }];
  for (const predicate of conditions) steps.unshift({ kind: 'filter', predicate });
  let base = node;
  for (;;) {
    if (base.kind === 'filter') steps.unshift({ kind: 'filter', predicate: base.predicate });
    else if (base.kind === 'project') steps.unshift({ kind: 'project', columns: base.columns });
    else break;
    base = base.input;
  }
  if (base.kind === 'scan' && base.filter !== null) steps.unshift({ kind: 'filter', predicate: base.filter });
  if (base.kind === 'join' && base.joinType === 'inner') {
    for (const predicate of splitJoinCondition(base).residual) steps.unshift({ kind: 'filter', predicate });
  }
  const input = context.planNode(base);
  const make = compileStage(
    input.columns,
    steps,
    columns.map((column) => column.id),
    context.settings,
  );
  return {
    columns,
    build: (dataflow, output) => {
      input.build(dataflow, stageOperator(make(dataflow.pool), output));
    },
  };
}
