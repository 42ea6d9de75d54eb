import type { WindowNode } from '../../spi/index.ts';
import type { PrintContext } from './print-context.ts';
import { printWindowCall } from './print-window-call.ts';
import { openForRows } from './derived-block.ts';
import type { SelectBlock } from './select-block.ts';

/** Adds window functions to the columns that the block computes. */
export function printWindow(context: PrintContext, node: WindowNode): SelectBlock {
  const input = openForRows(context, context.node(node.input));
  const texts = node.windows.map((column) => printWindowCall(context, column.call));
  node.windows.forEach((column, index) => context.columnSql.set(column.id, texts[index] ?? ''));
  return { ...input, outputs: [...input.outputs, ...node.windows.map((column) => column.id)], plain: node.windows.length === 0 };
}
