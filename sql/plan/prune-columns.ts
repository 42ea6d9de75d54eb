import {
  type DataType,
  type Expression,
  expressionOperands,
  outputColumns,
  planExpressions,
  planInputs,
  type PlanNode,
  type ProjectNode,
  walkPlan,
} from '../../spi/index.ts';
import { mapPlanNodes } from './map-plan-nodes.ts';

const WIDTHS: readonly DataType['kind'][] = [
  'boolean',
  'integer',
  'date',
  'real',
  'bigint',
  'double',
  'timestamp',
  'timestamptz',
  'time',
  'decimal',
  'uuid',
];

/** Leaves out the columns of scans and projections that nobody reads; each keeps at least its narrowest one.
 *  `outputIds` are the columns of the root that are the result. */
export function pruneColumns(root: PlanNode, outputIds: readonly number[]): PlanNode {
  const used = usedColumns(root, outputIds);
  return mapPlanNodes(root, (node) => {
    if (node.kind === 'scan') return { ...node, columns: keepUsed(node.columns, used) };
    return node.kind === 'project' ? { ...node, columns: keepUsed(node.columns, used) } : node;
  });
}

function keepUsed<Column extends { readonly id: number; readonly type: DataType }>(
  columns: readonly Column[],
  used: ReadonlySet<number>,
): readonly Column[] {
  const kept = columns.filter((column) => used.has(column.id));
  if (kept.length > 0) return kept;
  const [narrowest] = [...columns].sort((left, right) => width(left.type) - width(right.type));
  return narrowest === undefined ? [] : [narrowest];
}

function width(type: DataType): number {
  const index = WIDTHS.indexOf(type.kind);
  return index < 0 ? WIDTHS.length : index;
}

/** What a projected column reads counts only when the column itself is read; a projection that nobody reads keeps one column, which reads too. */
function usedColumns(root: PlanNode, outputIds: readonly number[]): ReadonlySet<number> {
  const used = new Set(outputIds);
  const projected = new Map<number, Set<number>>();
  const projects: ProjectNode[] = [];
  visitNode(root, used, projected);
  walkPlan(root, {
    node: (node) => {
      if (node.kind === 'project') projects.push(node);
    },
  });
  let pending = [...used];
  while (pending.length > 0) {
    addReads(pending, used, projected);
    pending = projects
      .map((node) => keepUsed(node.columns, used))
      .flatMap((kept) => kept.map((column) => column.id).filter((id) => !used.has(id)));
    for (const id of pending) used.add(id);
  }
  return used;
}

function addReads(pending: number[], used: Set<number>, projected: Projected): void {
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    for (const read of projected.get(id) ?? []) {
      if (!used.has(read)) pending.push(read);
      used.add(read);
    }
  }
}

type Projected = Map<number, Set<number>>;

function visitNode(node: PlanNode, used: Set<number>, projected: Projected): void {
  if (node.kind === 'project') {
    for (const column of node.columns) {
      const reads = new Set<number>();
      visitExpression(column.expression, reads, used, projected);
      projected.set(column.id, reads);
    }
  } else {
    for (const expression of planExpressions(node)) visitExpression(expression, used, used, projected);
  }
  for (const id of idsReadByPosition(node)) used.add(id);
  // Rows that are told apart by all their columns need them all.
  if (node.kind === 'distinct' && node.on === null) for (const { id } of outputColumns(node.input)) used.add(id);
  for (const input of planInputs(node)) visitNode(input, used, projected);
}

/** Returns the columns of its inputs that a node names without an expression, as `TABLE t UNION TABLE u` does. */
export function idsReadByPosition(node: PlanNode): readonly number[] {
  if (node.kind === 'set_operation') return [...node.leftIds, ...node.rightIds];
  if (node.kind === 'with') return node.ctes.flatMap((cte) => [...cte.planIds, ...(cte.recursive?.planIds ?? [])]);
  return [];
}

function visitExpression(expression: Expression, reads: Set<number>, used: Set<number>, projected: Projected): void {
  if (expression.kind === 'column') reads.add(expression.id);
  if (expression.kind === 'scalar_subquery' || expression.kind === 'quantified') used.add(expression.columnId);
  if (expression.kind === 'in_subquery') for (const id of expression.columnIds) used.add(id);
  for (const operand of expressionOperands(expression)) visitExpression(operand, reads, used, projected);
  if ('plan' in expression) visitNode(expression.plan, used, projected);
}
