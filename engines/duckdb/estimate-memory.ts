import {
  type DataType,
  type Expression,
  outputColumns,
  planInputs,
  type PlanNode,
  planExpressions,
  type ScanNode,
  walkExpression,
} from '../../spi/index.ts';
import { constantOf, rowsOfFunction } from './generated-rows.ts';

/** Memory that a statement takes whatever it does: decoding buffers of its threads. Units: bytes. */
const FIXED_BYTES = 64 * 2 ** 20;

/** What a row takes in a hash table or a sort beside its columns. Units: bytes. */
const ROW_BYTES = 24;

/** Part of its rows that a filter lets through. */
const FILTERED = 1 / 2;

/** Part of the rows that one column of a grouping merges with others; each further column merges that part of the rest only. */
const MERGED = 3 / 4;

/** Width of a text that is repeated: codes are, rather than prose. Units: bytes. */
const REPEATED_TEXT_BYTES = 6;

/** Returns roughly what a statement has to hold at once: the rows of hash tables, sorts and windows times their width. It grows with the rows
 *  read, and says nothing of what DuckDB may put on disk instead. Units: bytes. */
export function estimateMemoryBytes(root: PlanNode, rowsOf: (scan: ScanNode) => number): number {
  return Math.ceil(FIXED_BYTES + heldBy(root, rowsOf));
}

/** What is known of a plan before its nodes are measured. */
interface PlanFacts {
  readonly rowsOf: (scan: ScanNode) => number;
  /** Widths of columns that are texts repeated so many times, which their type does not tell. */
  readonly repeated: ReadonlyMap<number, number>;
}

function heldBy(root: PlanNode, rowsOf: PlanFacts['rowsOf']): number {
  const repeated = new Map<number, number>();
  addRepeatedTexts(root, repeated);
  return measure(root, { rowsOf, repeated }).held;
}

interface Measure {
  /** Rows put out. */
  readonly rows: number;
  /** Units: bytes held by the node and all below. */
  readonly held: number;
}

function measure(node: PlanNode, facts: PlanFacts): Measure {
  if (node.kind === 'scan') return { rows: facts.rowsOf(node) * (node.filter === null ? 1 : FILTERED), held: 0 };
  if (node.kind === 'values') return { rows: node.rows.length, held: 0 };
  if (node.kind === 'table_function') return { rows: rowsOfFunction(node), held: 0 };
  if (node.kind === 'limit' && node.limit?.kind === 'literal') return measureFirstRows(node.input, Number(node.limit.value), facts);
  const inputs = planInputs(node).map((input) => measure(input, facts));
  const subqueries = planExpressions(node).reduce((sum, expression) => sum + heldBySubqueries(expression, facts.rowsOf), 0);
  const below = inputs.reduce((sum, input) => sum + input.held, subqueries);
  const rows = inputs.reduce((sum, input) => sum + input.rows, 0);
  const { putOut, kept } = rowsThrough(node, rows, inputs, facts);
  return { rows: putOut, held: below + kept };
}

/** A limit over an order keeps no more rows than it puts out. */
function measureFirstRows(node: PlanNode, most: number, facts: PlanFacts): Measure {
  if (node.kind === 'project') return measureFirstRows(node.input, most, facts);
  const { rows, held } = measure(node.kind === 'sort' ? node.input : node, facts);
  const putOut = Math.min(rows, most);
  return { rows: putOut, held: node.kind === 'sort' ? held + putOut * widthOf(node, facts) : held };
}

function rowsThrough(
  node: PlanNode,
  rows: number,
  inputs: readonly Measure[],
  facts: PlanFacts,
): { readonly putOut: number; readonly kept: number } {
  switch (node.kind) {
    case 'filter':
      return { putOut: rows * FILTERED, kept: 0 };
    case 'aggregate': {
      const groups = node.groups.length === 0 ? 1 : rows * groupedPart(node.groups.length);
      const whole = node.aggregates.some(({ call }) => call.distinct || HOLDS_ALL.has(call.function));
      return { putOut: groups, kept: (whole ? rows : groups) * widthOf(node, facts) };
    }
    case 'distinct': {
      const left = rows * groupedPart(outputColumns(node).length);
      return { putOut: left, kept: left * widthOf(node, facts) };
    }
    case 'sort':
    case 'window':
      return { putOut: rows, kept: rows * widthOf(node, facts) };
    case 'join': {
      const [left, right] = [inputs[0]?.rows ?? 0, inputs[1]?.rows ?? 0];
      const built = Math.min(left, right);
      return { putOut: Math.max(left, right), kept: built * widthOf(left < right ? node.left : node.right, facts) };
    }
    case 'set_operation':
      return { putOut: rows, kept: node.operation === 'union' && node.all ? 0 : rows * widthOf(node, facts) };
    default:
      return { putOut: rows, kept: 0 };
  }
}

/** Aggregates that keep every row of a group. */
const HOLDS_ALL: ReadonlySet<string> = new Set(['array_agg', 'string_agg', 'map_agg', 'median', 'quantile_cont', 'quantile_disc', 'mode']);

function heldBySubqueries(expression: Parameters<typeof walkExpression>[0], rowsOf: PlanFacts['rowsOf']): number {
  let held = 0;
  walkExpression(expression, {
    expression: (part) => {
      if ('plan' in part) held += heldBy(part.plan, rowsOf);
    },
  });
  return held;
}

function groupedPart(columns: number): number {
  return 1 - MERGED ** columns;
}

function widthOf(node: PlanNode, { repeated }: PlanFacts): number {
  return outputColumns(node).reduce((sum, { id, type }) => sum + (repeated.get(id) ?? bytesOf(type)), ROW_BYTES);
}

/** Looks in the projections of a plan, those below first: a column may be passed on. */
function addRepeatedTexts(node: PlanNode, widths: Map<number, number>): void {
  for (const input of planInputs(node)) addRepeatedTexts(input, widths);
  const computed = node.kind === 'project' ? node.columns : node.kind === 'aggregate' ? node.groups : [];
  for (const { id, expression } of computed) {
    const width = expression.kind === 'column' ? widths.get(expression.id) : repeatedWidth(expression);
    if (width !== undefined) widths.set(id, width);
  }
}

function repeatedWidth(expression: Expression): number | undefined {
  if (expression.kind !== 'call' || expression.function !== 'repeat') return undefined;
  const [text, times] = expression.arguments;
  if (text === undefined || times === undefined) return undefined;
  const count = constantOf(times);
  return count === null ? undefined : Math.max(0, count) * textsIn(text) * REPEATED_TEXT_BYTES;
}

const JOINING: ReadonlySet<string> = new Set(['concat', 'concat_op']);

/** How many texts are strung together. */
function textsIn(expression: Expression): number {
  if (expression.kind !== 'call' || !JOINING.has(expression.function)) return 1;
  return expression.arguments.reduce((sum, argument) => sum + textsIn(argument), 0);
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
