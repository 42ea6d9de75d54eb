import { type Expression, expressionOperands, planExpressions, type PlanNode, walkExpression, walkPlan } from '../../spi/index.ts';
import type { BoundRelation } from './binder-state.ts';

/** Returns for each column of a relation the ids of the columns that its value is computed from, those first that no node of the plan computes.
 *  Guarantees: what decides which rows there are (conditions of filters and joins, groups) does not count; what decides a value does: arguments,
 *  conditions of CASE and FILTER, partition and order of a window. EXISTS depends on all columns that its query reads. */
export function columnLineage(relation: BoundRelation, isSource: (id: number) => boolean): readonly ReadonlySet<number>[] {
  const inputs = columnInputs(relation.plan);
  return relation.columns.map((column) => {
    const sources = new Set<number>();
    const seen = new Set<number>();
    const pending = [column.id];
    for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
      if (seen.has(id)) continue;
      seen.add(id);
      if (isSource(id)) sources.add(id);
      else pending.push(...(inputs.get(id) ?? []));
    }
    return sources;
  });
}

type Inputs = Map<number, number[]>;

/** Returns the ids that each computed column is made of directly. */
function columnInputs(root: PlanNode): Inputs {
  const inputs: Inputs = new Map();
  walkPlan(root, {
    node: (node) => {
      addInputs(inputs, node);
    },
  });
  return inputs;
}

function addInputs(inputs: Inputs, node: PlanNode): void {
  switch (node.kind) {
    case 'values':
      node.columns.forEach(({ id }, index) => {
        add(
          inputs,
          id,
          node.rows.flatMap((row) => row.slice(index, index + 1).flatMap(idsOf)),
        );
      });
      return;
    case 'table_function':
    case 'unnest':
      for (const { id } of node.columns) add(inputs, id, node.arguments.flatMap(idsOf));
      return;
    case 'project':
      for (const { id, expression } of node.columns) add(inputs, id, idsOf(expression));
      return;
    case 'aggregate':
      for (const { id, expression } of node.groups) add(inputs, id, idsOf(expression));
      for (const column of node.aggregates)
        add(inputs, column.id, planExpressions({ ...node, groups: [], aggregates: [column] }).flatMap(idsOf));
      return;
    case 'window':
      for (const column of node.windows) add(inputs, column.id, planExpressions({ ...node, windows: [column] }).flatMap(idsOf));
      return;
    case 'set_operation':
      node.columns.forEach(({ id }, index) => {
        add(inputs, id, node.leftIds.slice(index, index + 1));
        if (node.operation !== 'except') add(inputs, id, node.rightIds.slice(index, index + 1));
      });
      return;
    case 'with':
      for (const { cteId, planIds, recursive } of node.ctes) {
        planIds.forEach((id, index) => {
          add(inputs, cteColumn(cteId, index), [id, ...(recursive?.planIds.slice(index, index + 1) ?? [])]);
        });
      }
      return;
    case 'cte_scan':
      node.columns.forEach(({ id }, index) => {
        add(inputs, id, [cteColumn(node.cteId, index)]);
      });
      return;
    case 'scan':
    case 'filter':
    case 'join':
    case 'sort':
    case 'limit':
    case 'distinct':
      return;
  }
}

/** Stands for a column of a common table: ids of plan columns are positive and whole. */
const cteColumn = (cteId: number, index: number): number => -(cteId + index / 1_000_000) - 1;

function add(inputs: Inputs, id: number, ids: readonly number[]): void {
  const known = inputs.get(id);
  if (known === undefined) inputs.set(id, [...ids]);
  else known.push(...ids);
}

/** Returns the ids of the columns that a value is computed from directly. */
function idsOf(expression: Expression): readonly number[] {
  const own = ownIds(expression);
  return [...own, ...expressionOperands(expression).flatMap(idsOf)];
}

function ownIds(expression: Expression): readonly number[] {
  switch (expression.kind) {
    case 'column':
      return [expression.id];
    case 'scalar_subquery':
    case 'quantified':
      return [expression.columnId];
    case 'in_subquery':
      return expression.columnIds;
    case 'exists': {
      const ids: number[] = [];
      walkExpression(expression, {
        expression: (part) => {
          if (part.kind === 'column') ids.push(part.id);
        },
      });
      return ids;
    }
    default:
      return [];
  }
}
