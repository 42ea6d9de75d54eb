import { type Expression, type LogicalPlan, PlatformError, type ScanNode, type SessionSettings } from '../../spi/index.ts';
import type { PrintContext } from './print-context.ts';
import { printExpression } from './print-expression.ts';
import { printNode } from './print-node.ts';
import { printType } from './print-type.ts';
import { readColumn } from './column-name.ts';
import { closeBlock } from './derived-block.ts';
import { renderSelect } from './select-block.ts';

/** What printing needs beside the plan. */
export interface PrintOptions {
  readonly session: SessionSettings;
  /** Returns the FROM item that gives a scan's columns out as `c<id>`. */
  scan(node: ScanNode): string;
  /** Returns what the rows of the FROM item must still meet; the scan's own filter by default. */
  residual?(node: ScanNode): Expression | null;
}

/** A plan in DuckDB's SQL. */
export interface PrintedQuery {
  /** One SELECT whose columns are those of `LogicalPlan.output`, in order, named `o0`, `o1`, ... and of exactly their types. */
  readonly sql: string;
  /** The parameter slots that the text reads: `$1` stands for the slot `parameterSlots[0]`, and so on. */
  readonly parameterSlots: readonly number[];
}

/** Nodes and operands inside one another; DuckDB itself refuses expressions deeper than 1000, of which each of ours takes up to three. */
const DEPTH_MAX = 300;

/** Prints a plan as one SELECT of DuckDB's dialect, from typed nodes alone: texts become quoted literals, columns are named by their ids.
 *  Guarantees: the rows come in the order of a sort at the top of the plan; the text needs a session in UTC.
 *  @throws ENGINE_UNSUPPORTED for a function that DuckDB has not, SQL_TOO_DEEP, SQL_INVALID_VALUE for a malformed constant. */
export function printDuckdb(plan: LogicalPlan, options: PrintOptions): PrintedQuery {
  const context = createContext(options);
  const root = context.node(plan.root);
  const repeats = new Set(plan.output.map((column) => column.id)).size < plan.output.length;
  // A computed column that is put out twice is computed once, so that both show the same random number.
  const block = repeats && !root.plain && root.order.length === 0 ? closeBlock(context, root) : root;
  const items = plan.output.map((column, index) => {
    const text = readColumn(context, column.id);
    const typed = context.scanNames.has(text) ? text : `CAST(${text} AS ${printType(column.type)})`;
    return `${typed} AS o${String(index)}`;
  });
  return { sql: renderSelect(block, items), parameterSlots: context.parameterSlots };
}

function createContext(options: PrintOptions): PrintContext {
  let depth = 0;
  let aliases = 0;
  const guarded = <Part, Printed>(print: (context: PrintContext, part: Part) => Printed, part: Part): Printed => {
    if (depth >= DEPTH_MAX) {
      throw new PlatformError('SQL_TOO_DEEP', `the plan nests deeper than ${String(DEPTH_MAX)} levels`, {
        hint: 'Split the statement, or name parts of it WITH ... AS.',
      });
    }
    depth += 1;
    const printed = print(context, part);
    depth -= 1;
    return printed;
  };
  const context: PrintContext = {
    session: options.session,
    columnSql: new Map(),
    scanNames: new Set(),
    parameterSlots: [],
    scan: (node) => options.scan(node),
    residual: (node) => (options.residual === undefined ? node.filter : options.residual(node)),
    newAlias: () => `b${String((aliases += 1))}`,
    node: (node) => guarded(printNode, node),
    expression: (expression) => guarded(printExpression, expression),
  };
  return context;
}
