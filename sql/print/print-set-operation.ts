import type { PlanNode, SetOperationNode } from '../../spi/index.ts';
import type { PrintContext } from './print-context.ts';
import { namedItem, readColumn } from './column-name.ts';
import { derivedBlock } from './derived-block.ts';
import { isLimited, renderSelect, type SelectBlock } from './select-block.ts';

/** Prints a set operation; both sides list their columns in the operation's order. */
export function printSetOperation(context: PrintContext, node: SetOperationNode): SelectBlock {
  const outputs = node.columns.map((column) => column.id);
  const left = side(context, node.left, node.leftIds, outputs);
  const right = side(context, node.right, node.rightIds, outputs);
  const words = `${node.operation.toUpperCase()}${node.all ? ' ALL' : ''}`;
  return derivedBlock(context, `(${left}) ${words} (${right})`, outputs);
}

/** Returns the SELECT of a side with its columns named as the whole puts them out. */
function side(context: PrintContext, node: PlanNode, ids: readonly number[], outputs: readonly number[]): string {
  const block = context.node(node);
  const items = ids.map((id, index) => namedItem(readColumn(context, id), outputs[index] ?? 0));
  return renderSelect(isLimited(block) ? block : { ...block, order: [] }, items);
}
