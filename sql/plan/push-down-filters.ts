import { type Expression, type JoinType, type PlanNode, type ScanNode, walkExpression } from '../../spi/index.ts';
import { functionByName } from '../functions/index.ts';
import { mapPlanNodes } from './map-plan-nodes.ts';

/** Moves conjuncts of filters into the scans whose columns they read: through filters and joins, where the side keeps all its rows that
 *  meet the condition. What is moved leaves the filter. Conditions with subqueries or functions that are not deterministic stay. */
export function pushDownFilters(root: PlanNode): PlanNode {
  return mapPlanNodes(root, (node) => {
    if (node.kind !== 'filter') return node;
    const scans = new Map<number, ScanNode>();
    findScans(node.input, scans);
    const moved = new Map<ScanNode, Expression[]>();
    const kept: Expression[] = [];
    for (const conjunct of conjuncts(node.predicate)) {
      const scan = isMovable(conjunct) ? onlyScan(conjunct, scans) : null;
      if (scan === null) kept.push(conjunct);
      else addTo(moved, scan, conjunct);
    }
    const input = moved.size === 0 ? node.input : placeFilters(node.input, moved);
    const [first, ...more] = kept;
    if (first === undefined) return input;
    return { ...node, input, predicate: more.length === 0 ? first : and(kept) };
  });
}

function addTo(moved: Map<ScanNode, Expression[]>, scan: ScanNode, conjunct: Expression): void {
  const parts = moved.get(scan);
  if (parts === undefined) moved.set(scan, [conjunct]);
  else parts.push(conjunct);
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

/** Returns the one scan that puts out all columns of a condition, or null. */
function onlyScan(condition: Expression, scans: ReadonlyMap<number, ScanNode>): ScanNode | null {
  const read = new Set<ScanNode | null>();
  walkExpression(condition, {
    expression: (part) => {
      if (part.kind === 'column') read.add(scans.get(part.id) ?? null);
    },
  });
  const [only = null, ...more] = read;
  return more.length === 0 ? only : null;
}

/** Finds the scans that a condition above may be moved into, by the ids of their columns. */
function findScans(node: PlanNode, found: Map<number, ScanNode>): void {
  if (node.kind === 'scan') for (const column of node.columns) found.set(column.id, node);
  if (node.kind === 'filter') findScans(node.input, found);
  if (node.kind !== 'join') return;
  if (keepsLeft(node.joinType)) findScans(node.left, found);
  if (keepsRight(node.joinType)) findScans(node.right, found);
}

const keepsLeft = (joinType: JoinType): boolean => joinType !== 'right' && joinType !== 'full';
const keepsRight = (joinType: JoinType): boolean => joinType === 'inner' || joinType === 'cross' || joinType === 'right';

function placeFilters(node: PlanNode, moved: ReadonlyMap<ScanNode, readonly Expression[]>): PlanNode {
  if (node.kind === 'filter') return { ...node, input: placeFilters(node.input, moved) };
  if (node.kind === 'join') return { ...node, left: placeFilters(node.left, moved), right: placeFilters(node.right, moved) };
  const added = node.kind === 'scan' ? moved.get(node) : undefined;
  if (node.kind !== 'scan' || added === undefined) return node;
  const parts = [...(node.filter === null ? [] : conjuncts(node.filter)), ...added];
  const [first] = parts;
  return { ...node, filter: parts.length === 1 && first !== undefined ? first : and(parts) };
}
