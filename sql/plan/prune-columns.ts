import {
  type DataType,
  type Expression,
  joinWith,
  mapInputs,
  mapNodeExpressions,
  mapOperands,
  outputColumns,
  type PlanNode,
  scanWith,
  withPlan,
} from '../../spi/index.ts';

const WIDTHS: readonly DataType['kind'][] = [
  'boolean',
  'integer',
  'date',
  'real',
  'bigint',
  'double',
  'timestamp',
  'timestamp_ns',
  'timestamptz',
  'time',
  'decimal',
  'uuid',
];

/** Leaves out the columns of scans and projections that nobody reads; each keeps at least its narrowest one.
 *  `outputIds` are the columns of the root that are the result. */
export function pruneColumns(root: PlanNode, outputIds: readonly number[]): PlanNode {
  const pruning = new Pruning(outputIds);
  return pruning.node(root);
}

/** By id, which columns are read by what was visited so far. All readers of a column are visited before the node that makes it: a node with the
 *  subqueries of its expressions before its inputs, and the right side of a join, which may be lateral, before the left one. */
type Used = boolean[];

function addAll(used: Used, ids: readonly number[]): void {
  for (const id of ids) used[id] = true;
}

class Pruning {
  readonly #used: Used = [];

  constructor(outputIds: readonly number[]) {
    addAll(this.#used, outputIds);
  }

  /** Returns a plan of which the readers were all visited. */
  readonly node = (node: PlanNode): PlanNode => {
    const inside = mapNodeExpressions(this.#keepRead(node), this.#expression);
    if (inside.kind !== 'join') return mapInputs(inside, this.node);
    const right = this.node(inside.right);
    const left = this.node(inside.left);
    return left === inside.left && right === inside.right ? inside : joinWith(inside, left, right, inside.condition);
  };

  /** Returns a node without the columns that nobody reads, and notes what it reads of its inputs without an expression. */
  #keepRead(node: PlanNode): PlanNode {
    const used = this.#used;
    switch (node.kind) {
      case 'scan': {
        if (node.filter !== null) this.#expression(node.filter);
        const columns = keepUsed(node.columns, used);
        return columns === node.columns ? node : scanWith(node, columns, node.filter);
      }
      case 'project': {
        // What a column reads that is left out does not count.
        const columns = keepUsed(node.columns, used);
        return columns === node.columns ? node : { kind: 'project', input: node.input, columns };
      }
      case 'distinct':
        // Rows that are told apart by all their columns need them all.
        if (node.on === null) for (const { id } of outputColumns(node.input)) used[id] = true;
        return node;
      case 'set_operation':
      case 'with':
        addAll(used, idsReadByPosition(node));
        return node;
      default:
        return node;
    }
  }

  readonly #expression = (expression: Expression): Expression => {
    switch (expression.kind) {
      case 'column':
        this.#used[expression.id] = true;
        return expression;
      case 'literal':
      case 'parameter':
        return expression;
      case 'scalar_subquery':
      case 'quantified':
        this.#used[expression.columnId] = true;
        break;
      case 'in_subquery':
        addAll(this.#used, expression.columnIds);
        break;
      default:
    }
    const inside = mapOperands(expression, this.#expression);
    if (inside.kind === 'call' || !('plan' in inside)) return inside;
    const plan = this.node(inside.plan);
    return plan === inside.plan ? inside : withPlan(inside, plan);
  };
}

function keepUsed<Column extends { readonly id: number; readonly type: DataType }>(
  columns: readonly Column[],
  used: Used,
): readonly Column[] {
  let index = 0;
  while (index < columns.length && used[columns[index]?.id ?? 0] === true) index += 1;
  if (index === columns.length) return columns;
  const kept = columns.filter(({ id }) => used[id] === true);
  if (kept.length > 0) return kept;
  const one = narrowest(columns);
  return one === undefined || columns.length === 1 ? columns : [one];
}

/** Returns the first of the columns whose values have the fewest bytes: what is read when rows are only to be counted. */
export function narrowest<Column extends { readonly type: DataType }>(columns: readonly Column[]): Column | undefined {
  let found = columns[0];
  for (const column of columns) if (found !== undefined && widthOf(column.type) < widthOf(found.type)) found = column;
  return found;
}

function widthOf(type: DataType): number {
  const index = WIDTHS.indexOf(type.kind);
  return index < 0 ? WIDTHS.length : index;
}

/** Returns the columns of its inputs that a node names without an expression, as `TABLE t UNION TABLE u` does. */
export function idsReadByPosition(node: PlanNode): readonly number[] {
  if (node.kind === 'set_operation') return [...node.leftIds, ...node.rightIds];
  if (node.kind !== 'with') return NO_IDS;
  const ids: number[] = [];
  for (const { planIds, recursive } of node.ctes) {
    for (const id of planIds) ids.push(id);
    if (recursive !== null) for (const id of recursive.planIds) ids.push(id);
  }
  return ids;
}

const NO_IDS: readonly number[] = [];
