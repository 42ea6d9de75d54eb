import {
  type DataType,
  outputColumns,
  planInputs,
  type PlanNode,
  planExpressions,
  type ScanNode,
  walkExpression,
} from '../../spi/index.ts';

/** Memory that a statement takes whatever it does: decoding buffers of its threads. Units: bytes. */
const FIXED_BYTES = 64 * 2 ** 20;

/** What a row takes in a hash table or a sort beside its columns. Units: bytes. */
const ROW_BYTES = 24;

/** Part of its rows that a filter lets through, and part that is left by grouping. */
const FILTERED = 1 / 2;
const GROUPED = 1 / 4;

/** Returns roughly what a statement has to hold at once: the rows of hash tables, sorts and windows times their width. It grows with the rows
 *  read, and says nothing of what DuckDB may put on disk instead. Units: bytes. */
export function estimateMemoryBytes(root: PlanNode, rowsOf: (scan: ScanNode) => number): number {
  return Math.ceil(FIXED_BYTES + measure(root, rowsOf).held);
}

interface Measure {
  /** Rows put out. */
  readonly rows: number;
  /** Units: bytes held by the node and all below. */
  readonly held: number;
}

function measure(node: PlanNode, rowsOf: (scan: ScanNode) => number): Measure {
  if (node.kind === 'scan') return { rows: rowsOf(node) * (node.filter === null ? 1 : FILTERED), held: 0 };
  if (node.kind === 'values') return { rows: node.rows.length, held: 0 };
  if (node.kind === 'limit' && node.limit?.kind === 'literal') return measureFirstRows(node.input, Number(node.limit.value), rowsOf);
  const inputs = planInputs(node).map((input) => measure(input, rowsOf));
  const subqueries = planExpressions(node).reduce((sum, expression) => sum + heldBySubqueries(expression, rowsOf), 0);
  const below = inputs.reduce((sum, input) => sum + input.held, subqueries);
  const rows = inputs.reduce((sum, input) => sum + input.rows, 0);
  const { putOut, kept } = rowsThrough(node, rows, inputs);
  return { rows: putOut, held: below + kept };
}

/** A limit over an order keeps no more rows than it puts out. */
function measureFirstRows(node: PlanNode, most: number, rowsOf: (scan: ScanNode) => number): Measure {
  if (node.kind === 'project') return measureFirstRows(node.input, most, rowsOf);
  const { rows, held } = measure(node.kind === 'sort' ? node.input : node, rowsOf);
  const putOut = Math.min(rows, most);
  return { rows: putOut, held: node.kind === 'sort' ? held + putOut * widthOf(node) : held };
}

function rowsThrough(node: PlanNode, rows: number, inputs: readonly Measure[]): { readonly putOut: number; readonly kept: number } {
  switch (node.kind) {
    case 'filter':
      return { putOut: rows * FILTERED, kept: 0 };
    case 'aggregate': {
      const groups = node.groups.length === 0 ? 1 : rows * GROUPED;
      const whole = node.aggregates.some(({ call }) => call.distinct || HOLDS_ALL.has(call.function));
      return { putOut: groups, kept: (whole ? rows : groups) * widthOf(node) };
    }
    case 'distinct':
      return { putOut: rows * GROUPED, kept: rows * GROUPED * widthOf(node) };
    case 'sort':
    case 'window':
      return { putOut: rows, kept: rows * widthOf(node) };
    case 'join': {
      const [left, right] = [inputs[0]?.rows ?? 0, inputs[1]?.rows ?? 0];
      const built = Math.min(left, right);
      return { putOut: Math.max(left, right), kept: built * widthOf(left < right ? node.left : node.right) };
    }
    case 'set_operation':
      return { putOut: rows, kept: node.operation === 'union' && node.all ? 0 : rows * widthOf(node) };
    default:
      return { putOut: rows, kept: 0 };
  }
}

/** Aggregates that keep every row of a group. */
const HOLDS_ALL: ReadonlySet<string> = new Set(['array_agg', 'string_agg', 'map_agg', 'median', 'quantile_cont', 'quantile_disc', 'mode']);

function heldBySubqueries(expression: Parameters<typeof walkExpression>[0], rowsOf: (scan: ScanNode) => number): number {
  let held = 0;
  walkExpression(expression, {
    expression: (part) => {
      if ('plan' in part) held += measure(part.plan, rowsOf).held;
    },
  });
  return held;
}

function widthOf(node: PlanNode): number {
  return outputColumns(node).reduce((sum, column) => sum + bytesOf(column.type), ROW_BYTES);
}

function bytesOf(type: DataType): number {
  switch (type.kind) {
    case 'boolean':
      return 1;
    case 'integer':
    case 'real':
    case 'date':
      return 4;
    case 'decimal':
    case 'uuid':
    case 'interval':
      return 16;
    case 'varchar':
    case 'varbinary':
    case 'fixed':
      return 32;
    case 'list':
    case 'map':
    case 'struct':
      return 64;
    default:
      return 8;
  }
}
