import type { DistinctNode } from '../../spi/index.ts';
import type { PrintContext } from './print-context.ts';
import { printSortKeys } from './print-sort-key.ts';
import { nameOutputs } from './column-name.ts';
import { closeBlock, derivedBlock, openForRows } from './derived-block.ts';
import { isLimited, renderSelect, type SelectBlock } from './select-block.ts';

/** Prints the removal of duplicates as a SELECT of its own; the order that picks the first row per key stands in the same SELECT. */
export function printDistinct(context: PrintContext, node: DistinctNode): SelectBlock {
  const below = context.node(node.input);
  if (node.on === null) {
    const input = isLimited(below) ? closeBlock(context, below) : { ...below, order: [] };
    // Rows without columns are all alike: at most one is left.
    if (input.outputs.length === 0) return { ...input, limit: '1' };
    return derivedBlock(context, renderSelect(input, nameOutputs(context, input.outputs), 'DISTINCT '), input.outputs);
  }
  const input = openForRows(context, below);
  const keys = node.on.map((expression) => context.expression(expression));
  const order = printSortKeys(context, node.orderBy);
  const select = renderSelect({ ...input, order }, nameOutputs(context, input.outputs), `DISTINCT ON (${keys.join(', ')}) `);
  return derivedBlock(context, select, input.outputs);
}
