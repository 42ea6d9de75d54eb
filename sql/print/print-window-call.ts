import type { FrameBound, WindowCall, WindowFrame } from '../../spi/index.ts';
import { printFunctionOverRows } from './print-aggregate-call.ts';
import type { PrintContext } from './print-context.ts';
import { printType } from './print-type.ts';
import { printSortKeys } from './print-sort-key.ts';

/** Prints a window function with its window, cast to the type of the plan. */
export function printWindowCall(context: PrintContext, call: WindowCall): string {
  const partition = call.partitionBy.map((expression) => context.expression(expression));
  const order = printSortKeys(context, call.windowOrderBy);
  const window = [
    partition.length === 0 ? '' : `PARTITION BY ${partition.join(', ')}`,
    order.length === 0 ? '' : `ORDER BY ${order.join(', ')}`,
    call.frame === null ? '' : printFrame(context, call.frame),
  ];
  const over = ` OVER (${window.filter((part) => part !== '').join(' ')})`;
  return `CAST(${printFunctionOverRows(context, call, { ignoreNulls: call.ignoreNulls, over })} AS ${printType(call.type)})`;
}

function printFrame(context: PrintContext, frame: WindowFrame): string {
  const exclude = frame.exclude === 'no_others' ? '' : ` EXCLUDE ${frame.exclude.replace('_', ' ').toUpperCase()}`;
  return `${frame.unit.toUpperCase()} BETWEEN ${printBound(context, frame.start)} AND ${printBound(context, frame.end)}${exclude}`;
}

function printBound(context: PrintContext, bound: FrameBound): string {
  return 'offset' in bound ? `${context.expression(bound.offset)} ${bound.kind.toUpperCase()}` : bound.kind.replace('_', ' ').toUpperCase();
}
