import { type Expression, outputColumns, type PlanNode, type ScanNode, walkExpression } from '../../spi/index.ts';
import { functionByName } from '../functions/index.ts';
import { mapPlanNodes } from './map-plan-nodes.ts';

/** Moves conjuncts of filters into the scans whose columns they read: through filters and joins, where the side keeps all its rows that
 *  meet the condition. What is moved leaves the filter. Conditions with subqueries or functions that are not deterministic stay. */
export function pushDownFilters(root: PlanNode): PlanNode {
  return mapPlanNodes(root, (node) => {
    if (node.kind !== 'filter') return node;
    let input = node.input;
    const kept: Expression[] = [];
    for (const conjunct of conjuncts(node.predicate)) {
      const moved = isMovable(conjunct) ? sink(input, conjunct, columnsOf(conjunct)) : null;
      if (moved === null) kept.push(conjunct);
      else input = moved;
    }
    const [first, ...more] = kept;
    if (first === undefined) return input;
    return { ...node, input, predicate: more.length === 0 ? first : and(kept) };
  });
}

/** Returns the parts of a condition that must all be true. */
export function conjuncts(predicate: Expression): readonly Expression[] {
  if (predicate.kind !== 'call' || predicate.function !== 'and') return [predicate];
  return predicate.arguments.flatMap((argument) => conjuncts(argument));
}

const and = (parts: readonly Expression[]): Expression => ({ kind: 'call', function: 'and', arguments: parts, type: { kind: 'boolean' } });

function isMovable(condition: Expression): boolean {
  let movable = true;
  walkExpression(condition, {
    expression: (part) => {
      if ('plan' in part) movable = false;
      if (part.kind === 'call' && functionByName(part.function)?.deterministic !== true) movable = false;
    },
  });
  return movable;
}

function columnsOf(condition: Expression): ReadonlySet<number> {
  const ids = new Set<number>();
  walkExpression(condition, {
    expression: (part) => {
      if (part.kind === 'column') ids.add(part.id);
    },
  });
  return ids;
}

/** Returns the plan with the condition in its scan, or null when it cannot get there. */
function sink(node: PlanNode, condition: Expression, ids: ReadonlySet<number>): PlanNode | null {
  if (node.kind === 'scan') return ids.size > 0 && reads(node, ids) ? filterScan(node, condition) : null;
  if (node.kind === 'filter') {
    const input = sink(node.input, condition, ids);
    return input === null ? null : { ...node, input };
  }
  if (node.kind !== 'join') return null;
  const keepsLeft = node.joinType !== 'right' && node.joinType !== 'full';
  if (keepsLeft && reads(node.left, ids)) {
    const left = sink(node.left, condition, ids);
    return left === null ? null : { ...node, left };
  }
  const keepsRight = node.joinType === 'inner' || node.joinType === 'cross' || node.joinType === 'right';
  if (keepsRight && reads(node.right, ids)) {
    const right = sink(node.right, condition, ids);
    return right === null ? null : { ...node, right };
  }
  return null;
}

function reads(node: PlanNode, ids: ReadonlySet<number>): boolean {
  const available = new Set(outputColumns(node).map((column) => column.id));
  return ids.size > 0 && [...ids].every((id) => available.has(id));
}

function filterScan(node: ScanNode, condition: Expression): ScanNode {
  return { ...node, filter: node.filter === null ? condition : and([...conjuncts(node.filter), condition]) };
}
