import type { PlanColumn, PlanNode } from './plan-node.ts';

/** Returns the columns that a node puts out, in order. A full, left or right join makes the columns of its optional side nullable. */
export function outputColumns(node: PlanNode): readonly PlanColumn[] {
  switch (node.kind) {
    case 'scan':
    case 'values':
    case 'table_function':
    case 'set_operation':
    case 'cte_scan':
    case 'project':
      return node.columns;
    case 'unnest':
      return node.ordinality === null ? node.columns : [...node.columns, node.ordinality];
    case 'filter':
    case 'sort':
    case 'limit':
    case 'distinct':
      return outputColumns(node.input);
    case 'join':
      return joinColumns(node.joinType, outputColumns(node.left), outputColumns(node.right));
    case 'aggregate':
      return [...node.groups, ...node.aggregates];
    case 'window':
      return [...outputColumns(node.input), ...node.windows];
    case 'with':
      return outputColumns(node.body);
  }
}

type JoinKind = Extract<PlanNode, { kind: 'join' }>['joinType'];

function joinColumns(joinType: JoinKind, left: readonly PlanColumn[], right: readonly PlanColumn[]): readonly PlanColumn[] {
  if (joinType === 'semi' || joinType === 'anti') return left;
  const leftOptional = joinType === 'right' || joinType === 'full';
  const rightOptional = joinType === 'left' || joinType === 'full' || joinType === 'asof_left';
  return [...(leftOptional ? left.map(toNullable) : left), ...(rightOptional ? right.map(toNullable) : right)];
}

const toNullable = (column: PlanColumn): PlanColumn =>
  column.nullable ? column : { name: column.name, type: column.type, nullable: true, id: column.id };
