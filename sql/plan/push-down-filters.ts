import {
  conjuncts,
  type Expression,
  type JoinNode,
  mapPlans,
  mapSubqueries,
  outputColumns,
  type PlanColumn,
  type PlanNode,
  walkExpression,
  type WindowNode,
  type WithNode,
} from '../../spi/index.ts';
import { functionByName } from '../functions/index.ts';
import { mapExpression } from './map-plan.ts';

/** Moves conjuncts of filters down to where their columns come from, best of all into scans: through joins where the side keeps all its rows that
 *  meet the condition, through columns that only pass, groups, partitions of windows, both sides of set operations, duplicates and orders. Parts of
 *  a join's condition that read one side only move into that side when its rows are not kept without a match.
 *  Guarantees: conditions with subqueries, with functions that are not deterministic, or without columns stay; nothing moves below a LIMIT. */
export function pushDownFilters(root: PlanNode): PlanNode {
  return sink(root, []);
}

type Conjuncts = readonly Expression[];

/** Returns a plan of the rows of a node that meet movable conjuncts over its columns. */
function sink(node: PlanNode, parts: Conjuncts): PlanNode {
  switch (node.kind) {
    case 'filter': {
      const own = conjuncts(node.predicate);
      const kept = own.filter((part) => !isMovable(part)).map((part) => mapSubqueries(part, inside));
      return filterOf(sink(node.input, [...own.filter(isMovable), ...parts]), kept);
    }
    case 'scan': {
      const [moved, rest] = split(parts, idsOf(node.columns));
      const filters = [...conjuncts(node.filter), ...moved];
      return filterOf(moved.length === 0 ? node : { ...node, filter: and(filters) }, rest);
    }
    case 'join':
      return sinkIntoJoin(node, parts);
    case 'with': {
      const around = mapPlans({ ...node, body: NO_ROWS }, inside) as WithNode;
      return { ...around, body: sink(node.body, parts) };
    }
    case 'set_operation': {
      const [moved, rest] = split(parts, idsOf(node.columns));
      const side = (input: PlanNode, ids: readonly number[]): PlanNode => {
        const below = new Map(node.columns.map((column, index) => [column.id, { ...reference(column), id: ids[index] ?? column.id }]));
        return sink(
          input,
          moved.map((part) => replaced(part, below)),
        );
      };
      return filterOf({ ...node, left: side(node.left, node.leftIds), right: side(node.right, node.rightIds) }, rest);
    }
    default:
      return sinkThrough(node, parts);
  }
}

/** Nodes of one input. */
function sinkThrough(node: Exclude<PlanNode, { kind: 'filter' | 'scan' | 'join' | 'with' | 'set_operation' }>, parts: Conjuncts): PlanNode {
  if (!('input' in node) || node.kind === 'limit' || parts.length === 0) return filterOf(mapPlans(node, inside), parts);
  const below = passing(node);
  const [moved, rest] = split(parts, new Set(below.keys()));
  const around = mapPlans({ ...node, input: NO_ROWS }, inside);
  return filterOf(
    {
      ...around,
      input: sink(
        node.input,
        moved.map((part) => replaced(part, below)),
      ),
    } as PlanNode,
    rest,
  );
}

type Through = Exclude<Parameters<typeof sinkThrough>[0], { kind: 'values' | 'table_function' | 'unnest' | 'cte_scan' | 'limit' }>;

/** Returns what stands for a node's columns below it, for those by which its rows may be chosen before it as well. */
function passing(node: Through): ReadonlyMap<number, Expression> {
  const columns = new Map<number, Expression>();
  switch (node.kind) {
    case 'project':
      for (const { id, expression } of node.columns) if (expression.kind === 'column') columns.set(id, expression);
      return columns;
    case 'aggregate':
      if (node.groupingSets !== null) return columns;
      for (const { id, expression } of node.groups) if (expression.kind === 'column') columns.set(id, expression);
      return columns;
    case 'window':
      return themselves(outputColumns(node.input).filter(({ id }) => partitionsAll(node, id)));
    case 'distinct': {
      const keys = new Set((node.on ?? []).flatMap((key) => (key.kind === 'column' ? [key.id] : [])));
      return themselves(outputColumns(node.input).filter(({ id }) => node.on === null || keys.has(id)));
    }
    case 'sort':
      return themselves(outputColumns(node.input));
  }
}

/** Rows that a window function looks at together have the same value of a column by which all of them divide the rows. */
function partitionsAll({ windows }: WindowNode, id: number): boolean {
  return windows.every(({ call }) => call.partitionBy.some((key) => key.kind === 'column' && key.id === id));
}

function sinkIntoJoin(node: JoinNode, parts: Conjuncts): PlanNode {
  const left = idsOf(outputColumns(node.left));
  const right = idsOf(outputColumns(node.right));
  const { joinType } = node;
  const keepsLeft = joinType !== 'right' && joinType !== 'full';
  const keepsRight = joinType === 'inner' || joinType === 'cross' || joinType === 'right';
  const [toLeft, others] = split(parts, keepsLeft ? left : new Set());
  const [toRight, rest] = split(others, keepsRight ? right : new Set());
  const own = conjuncts(node.condition).map((part) => mapSubqueries(part, inside));
  const narrowsLeft = joinType === 'inner' || joinType === 'right' || joinType === 'semi';
  const narrowsRight = joinType === 'inner' || joinType === 'left' || joinType === 'semi' || joinType === 'anti';
  const [ownLeft, ownOthers] = split(own.filter(isMovable), narrowsLeft && !node.lateral ? left : new Set());
  const [ownRight] = split(ownOthers, narrowsRight && !node.lateral ? right : new Set());
  const moved = new Set([...ownLeft, ...ownRight]);
  const kept = own.filter((part) => !moved.has(part));
  // A join without a condition would be another kind of join.
  const isEmptied = kept.length === 0;
  const joined: PlanNode = {
    ...node,
    left: sink(node.left, [...(isEmptied ? [] : ownLeft), ...toLeft]),
    right: sink(node.right, [...(isEmptied ? [] : ownRight), ...toRight]),
    condition: node.condition === null ? null : and(isEmptied ? own : kept),
  };
  return filterOf(joined, rest);
}

const NO_ROWS: PlanNode = { kind: 'values', columns: [], rows: [] };

const inside = (plan: PlanNode): PlanNode => sink(plan, []);

const idsOf = (columns: readonly PlanColumn[]): ReadonlySet<number> => new Set(columns.map((column) => column.id));

const reference = ({ id, type }: PlanColumn): Extract<Expression, { kind: 'column' }> => ({ kind: 'column', id, type });

const themselves = (columns: readonly PlanColumn[]): ReadonlyMap<number, Expression> =>
  new Map(columns.map((column) => [column.id, reference(column)]));

/** Returns a node under a filter; a filter that is there already takes the conjuncts. */
function filterOf(node: PlanNode, parts: Conjuncts): PlanNode {
  if (parts.length === 0) return node;
  if (node.kind === 'filter') return { ...node, predicate: and([...conjuncts(node.predicate), ...parts]) };
  return { kind: 'filter', input: node, predicate: and(parts) };
}

function and(parts: Conjuncts): Expression {
  const [first] = parts;
  if (first !== undefined && parts.length === 1) return first;
  return { kind: 'call', function: 'and', arguments: parts, type: { kind: 'boolean' } };
}

/** Divides conjuncts into those that read columns of the set and nothing else, and the others. */
function split(parts: Conjuncts, ids: ReadonlySet<number>): readonly [Conjuncts, Conjuncts] {
  const moved = parts.filter((part) => readsOnly(part, ids));
  return [moved, moved.length === 0 ? parts : parts.filter((part) => !moved.includes(part))];
}

function readsOnly(part: Expression, ids: ReadonlySet<number>): boolean {
  let [reads, strangers] = [0, 0];
  walkExpression(part, {
    expression: (operand) => {
      if (operand.kind !== 'column') return;
      if (ids.has(operand.id)) reads += 1;
      else strangers += 1;
    },
  });
  return reads > 0 && strangers === 0;
}

function replaced(part: Expression, columns: ReadonlyMap<number, Expression>): Expression {
  return mapExpression(part, (operand) => (operand.kind === 'column' ? (columns.get(operand.id) ?? null) : null));
}

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
