import { type AggregateCall, PlatformError } from '../../spi/index.ts';
import { DUCKDB_ROW_FUNCTIONS } from './duckdb-row-functions.ts';
import type { PrintContext } from './print-context.ts';
import { printType } from './print-type.ts';
import { printSortKeys } from './print-sort-key.ts';

/** Prints an aggregate over the rows of a group, cast to the type of the plan. */
export function printAggregateCall(context: PrintContext, call: AggregateCall): string {
  return `CAST(${printFunctionOverRows(context, call, { ignoreNulls: false, over: '' })} AS ${printType(call.type)})`;
}

/** What a window adds to a function over rows. */
interface WindowParts {
  readonly ignoreNulls: boolean;
  /** The OVER clause with a space before it, or nothing. */
  readonly over: string;
}

/** Prints a function over rows without a cast.
 *  @throws ENGINE_UNSUPPORTED when DuckDB has no function of that meaning. */
export function printFunctionOverRows(context: PrintContext, call: AggregateCall, window: WindowParts): string {
  const form = DUCKDB_ROW_FUNCTIONS.get(call.function);
  if (form === undefined)
    throw new PlatformError('ENGINE_UNSUPPORTED', `DuckDB has no aggregate or window function for '${call.function}'`);
  const { name, args, around } = form(
    call.arguments.map((argument) => context.expression(argument)),
    call,
  );
  const order = printSortKeys(context, call.orderBy);
  const inside = [
    `${call.distinct ? 'DISTINCT ' : ''}${args.join(', ')}`,
    order.length === 0 ? '' : ` ORDER BY ${order.join(', ')}`,
    window.ignoreNulls ? ' IGNORE NULLS' : '',
  ].join('');
  const filter = call.filter === null ? '' : ` FILTER (WHERE ${context.expression(call.filter)})`;
  const sql = `${name}(${inside})${filter}${window.over}`;
  return around === undefined ? sql : `${around}(${sql})`;
}
