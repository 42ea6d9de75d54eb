import {
  conjuncts,
  type Expression,
  expressionOperands,
  type JoinNode,
  joinWith,
  mapInputs,
  mapNodeExpressions,
  mapSubqueries,
  outputColumns,
  type PlanColumn,
  type PlanNode,
  scanWith,
  type WindowNode,
  withInput,
} from '../../spi/index.ts';
import { functionByName } from '../functions/index.ts';
import { ColumnOrigins, type PlaceRange } from './column-origins.ts';
import { conjunction } from './conjunction.ts';
import { mapExpression } from './map-plan.ts';
import { isRowBarrier } from './row-barrier.ts';

/** Moves conjuncts of filters down to where their columns come from, best of all into scans: through joins where the side keeps all its rows that
 *  meet the condition, through columns that only pass, groups, partitions of windows, both sides of set operations, duplicates and orders. Parts of
 *  a join's condition that read one side only move into that side when its rows are not kept without a match.
 *  Guarantees: conditions with subqueries, with functions that are not deterministic, or without columns stay; nothing moves below a LIMIT, and below
 *  a barrier of rows only what compares columns with constants. */
export function pushDownFilters(root: PlanNode): PlanNode {
  return new Sinking().sinkPlan(root);
}

/** A conjunct that may move, with the range in which the columns that it reads are made. */
interface Part {
  readonly expression: Expression;
  readonly reads: PlaceRange;
}

type Parts = readonly Part[];

const NONE: Parts = [];
const NOTHING_MOVES: readonly [Parts, Parts] = [NONE, NONE];

class Sinking {
  readonly #origins = new ColumnOrigins();
  readonly #input = (plan: PlanNode): PlanNode => this.#sink(plan, NONE);
  readonly #subqueries = (expression: Expression): Expression => mapSubqueries(expression, (plan) => this.sinkPlan(plan));

  /** A whole plan, or that of a subquery. */
  sinkPlan(root: PlanNode): PlanNode {
    this.#origins.add(root);
    return this.#sink(root, NONE);
  }

  /** Returns a plan of the rows of a node that meet movable conjuncts over its columns. */
  #sink(node: PlanNode, parts: Parts): PlanNode {
    switch (node.kind) {
      case 'filter': {
        const [movable, kept] = divide(conjuncts(node.predicate), isMovable);
        return filterOf(this.#sink(node.input, joined(this.#partsOf(movable), parts)), kept.map(this.#subqueries));
      }
      case 'scan': {
        const [moved, rest] = this.#split(parts, node);
        if (moved.length === 0) return filterOf(node, expressionsOf(rest));
        const filter = conjunction([...conjuncts(node.filter), ...expressionsOf(moved)]);
        return filterOf(scanWith(node, node.columns, filter), expressionsOf(rest));
      }
      case 'join':
        return this.#sinkIntoJoin(node, parts);
      case 'with': {
        const body = this.#sink(node.body, parts);
        return mapInputs(node, (input) => (input === node.body ? body : this.#input(input)));
      }
      case 'set_operation': {
        const [moved, rest] = this.#split(parts, node);
        const side = (input: PlanNode, ids: readonly number[]): PlanNode => {
          if (moved.length === 0) return this.#sink(input, NONE);
          const below = new Map(node.columns.map(({ id, type }, index) => [id, reference({ id: ids[index] ?? id, type })]));
          return this.#sink(input, this.#replaced(moved, below));
        };
        const left = side(node.left, node.leftIds);
        const right = side(node.right, node.rightIds);
        const around = left === node.left && right === node.right ? node : { ...node, left, right };
        return filterOf(around, expressionsOf(rest));
      }
      default:
        return this.#sinkThrough(node, parts);
    }
  }

  /** Nodes of one input. */
  #sinkThrough(node: Exclude<PlanNode, { kind: 'filter' | 'scan' | 'join' | 'with' | 'set_operation' }>, parts: Parts): PlanNode {
    if (node.kind === 'limit' && parts.length > 0 && isRowBarrier(node)) {
      const [safe, others] = divide(parts, ({ expression }) => cannotTell(expression));
      return filterOf(withInput(node, this.#sink(node.input, safe)), expressionsOf(others));
    }
    if (!('input' in node) || node.kind === 'limit' || parts.length === 0) {
      return filterOf(mapNodeExpressions(mapInputs(node, this.#input), this.#subqueries), expressionsOf(parts));
    }
    const below = passing(node);
    const [moved, rest] = divide(parts, ({ expression }) => readsOnly(expression, below));
    const input = this.#sink(node.input, this.#replaced(moved, below));
    const around = mapNodeExpressions(input === node.input ? node : withInput(node, input), this.#subqueries);
    return filterOf(around, expressionsOf(rest));
  }

  #sinkIntoJoin(node: JoinNode, parts: Parts): PlanNode {
    const { joinType } = node;
    const keepsLeft = joinType !== 'right' && joinType !== 'full';
    const keepsRight = joinType === 'inner' || joinType === 'cross' || joinType === 'right';
    const [toLeft, others] = keepsLeft ? this.#split(parts, node.left) : [NONE, parts];
    const [toRight, rest] = keepsRight ? this.#split(others, node.right) : [NONE, others];
    const own = conjuncts(node.condition);
    const movable = node.lateral || own.length === 0 ? NONE : this.#partsOf(own.filter(isMovable));
    const narrowsLeft = joinType === 'inner' || joinType === 'right' || joinType === 'semi';
    const narrowsRight = joinType === 'inner' || joinType === 'left' || joinType === 'semi' || joinType === 'anti';
    const [ownLeft, ownOthers] = narrowsLeft ? this.#split(movable, node.left) : [NONE, movable];
    const [ownRight] = narrowsRight ? this.#split(ownOthers, node.right) : [NONE];
    const hasMoved = ownLeft.length > 0 || ownRight.length > 0;
    const moved = hasMoved ? new Set([...ownLeft, ...ownRight].map((part) => part.expression)) : null;
    const kept = moved === null ? own : own.filter((part) => !moved.has(part));
    // A join without a condition would be another kind of join.
    const isEmptied = kept.length === 0;
    const left = this.#sink(node.left, isEmptied ? toLeft : joined(ownLeft, toLeft));
    const right = this.#sink(node.right, isEmptied ? toRight : joined(ownRight, toRight));
    const remaining = node.condition === null || isEmptied || !hasMoved ? node.condition : conjunction(kept);
    const condition = remaining === null ? null : this.#subqueries(remaining);
    const isSame = left === node.left && right === node.right && condition === node.condition;
    return filterOf(isSame ? node : joinWith(node, left, right, condition), expressionsOf(rest));
  }

  #partsOf(expressions: readonly Expression[]): Parts {
    return expressions.map((expression) => ({ expression, reads: this.#origins.readBy(expression) }));
  }

  #replaced(parts: Parts, columns: ReadonlyMap<number, Expression>): Parts {
    return this.#partsOf(
      parts.map(({ expression }) =>
        mapExpression(expression, (operand) => (operand.kind === 'column' ? (columns.get(operand.id) ?? null) : null)),
      ),
    );
  }

  /** Divides conjuncts into those that read columns of the node's rows and nothing else, and the others. */
  #split(parts: Parts, node: PlanNode): readonly [Parts, Parts] {
    if (parts.length === 0) return NOTHING_MOVES;
    const { first, last } = this.#origins.rangeOf(node);
    return divide(parts, ({ reads }) => reads.first >= first && reads.last <= last);
  }
}

function divide<Item>(items: readonly Item[], test: (item: Item) => boolean): readonly [readonly Item[], readonly Item[]] {
  let failures = 0;
  for (const item of items) if (!test(item)) failures += 1;
  // Mostly all are alike, and their list serves.
  if (failures === 0) return [items, []];
  if (failures === items.length) return [[], items];
  const passed: Item[] = [];
  const failed: Item[] = [];
  for (const item of items) (test(item) ? passed : failed).push(item);
  return [passed, failed];
}

type Through = Exclude<
  Extract<PlanNode, { readonly input: PlanNode }>,
  { kind: 'filter' | 'scan' | 'join' | 'with' | 'set_operation' | 'limit' }
>;

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

const expressionsOf = (parts: Parts): readonly Expression[] => (parts.length === 0 ? [] : parts.map((part) => part.expression));

const joined = (left: Parts, right: Parts): Parts => (left.length === 0 ? right : right.length === 0 ? left : [...left, ...right]);

const reference = ({ id, type }: Pick<PlanColumn, 'id' | 'type'>): Extract<Expression, { kind: 'column' }> => ({
  kind: 'column',
  id,
  type,
});

const themselves = (columns: readonly PlanColumn[]): ReadonlyMap<number, Expression> =>
  new Map(columns.map((column) => [column.id, reference(column)]));

/** Returns a node under a filter; a filter that is there already takes the conjuncts. */
function filterOf(node: PlanNode, parts: readonly Expression[]): PlanNode {
  if (parts.length === 0) return node;
  if (node.kind === 'filter')
    return { kind: 'filter', input: node.input, predicate: conjunction([...conjuncts(node.predicate), ...parts]) };
  return { kind: 'filter', input: node, predicate: conjunction(parts) };
}

/** Returns whether a conjunct, which reads columns, reads none but those of the map. */
function readsOnly(part: Expression, columns: ReadonlyMap<number, Expression>): boolean {
  if (part.kind === 'column') return columns.has(part.id);
  return part.kind === 'literal' || expressionOperands(part).every((operand) => readsOnly(operand, columns));
}

const PLAIN_COMPARISONS: ReadonlySet<string> = new Set(['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'is_null', 'is_not_null', 'and', 'or', 'not']);

/** Returns whether a condition may be looked at for rows that must not be seen: it compares columns with constants, which never fails. */
function cannotTell(part: Expression): boolean {
  if (part.kind === 'column' || part.kind === 'literal') return true;
  const isPlain = part.kind === 'in' || (part.kind === 'call' && PLAIN_COMPARISONS.has(part.function));
  return isPlain && expressionOperands(part).every(cannotTell);
}

function isMovable(part: Expression): boolean {
  if (part.kind === 'column' || part.kind === 'literal') return true;
  if ('plan' in part) return false;
  if (part.kind === 'call' && functionByName(part.function)?.deterministic !== true) return false;
  return expressionOperands(part).every(isMovable);
}
