import { type Expression, expressionOperands, planInputs, type PlanColumn, type PlanNode } from '../../spi/index.ts';

/** The first and the last of some places, both included. */
export interface PlaceRange {
  readonly first: number;
  readonly last: number;
}

/** A range that lies in no other one. */
const NOWHERE: PlaceRange = { first: -1, last: Number.POSITIVE_INFINITY };

/** Numbers the nodes of a plan so that the nodes below each are one range: whether the columns that an expression reads all come from below a node is
 *  then a comparison of two numbers, however wide the plan is. */
export class ColumnOrigins {
  readonly #ranges = new Map<PlanNode, PlaceRange>();
  /** By column id, the number of the node that makes the column. */
  readonly #madeAt: number[] = [];
  #next = 0;

  /** Numbers the nodes of a plan, and not those of subqueries in its expressions, which are plans of their own. */
  add(root: PlanNode): void {
    const first = this.#next;
    for (const input of planInputs(root)) this.add(input);
    const last = this.#next;
    this.#next += 1;
    // A scan is told by its columns.
    if (root.kind !== 'scan') this.#ranges.set(root, { first, last });
    for (const columns of columnsMade(root)) for (const { id } of columns) this.#madeAt[id] = last;
  }

  /** Returns the range of the nodes below a node and itself, which must have been numbered. */
  rangeOf(node: PlanNode): PlaceRange {
    if (node.kind !== 'scan') return this.#ranges.get(node) ?? NOWHERE;
    const [column] = node.columns;
    const place = column === undefined ? undefined : this.#madeAt[column.id];
    return place === undefined ? NOWHERE : { first: place, last: place };
  }

  /** Returns the range in which the columns are made that an expression reads. An expression without columns, or with a column that is made nowhere,
   *  reads from nowhere. */
  readBy(expression: Expression): PlaceRange {
    let first = Number.POSITIVE_INFINITY;
    let last = -1;
    const visit = (part: Expression): void => {
      if (part.kind === 'column') {
        const place = this.#madeAt[part.id] ?? -1;
        if (place < first) first = place;
        if (place > last) last = place;
      } else if (part.kind !== 'literal') for (const operand of expressionOperands(part)) visit(operand);
    };
    visit(expression);
    return first < 0 || last < 0 ? NOWHERE : { first, last };
  }
}

const NO_COLUMNS: readonly (readonly PlanColumn[])[] = [];

function columnsMade(node: PlanNode): readonly (readonly PlanColumn[])[] {
  switch (node.kind) {
    case 'scan':
    case 'values':
    case 'table_function':
    case 'set_operation':
    case 'cte_scan':
    case 'project':
      return [node.columns];
    case 'unnest':
      return node.ordinality === null ? [node.columns] : [node.columns, [node.ordinality]];
    case 'aggregate':
      return [node.groups, node.aggregates];
    case 'window':
      return [node.windows];
    case 'filter':
    case 'join':
    case 'sort':
    case 'limit':
    case 'distinct':
    case 'with':
      return NO_COLUMNS;
  }
}
