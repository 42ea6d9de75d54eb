import { columnName, nameOutputs } from './column-name.ts';
import type { PrintContext } from './print-context.ts';
import { fromBlock, isLimited, renderSelect, type SelectBlock } from './select-block.ts';

/** Returns a block over the finished text of a SELECT that gives the columns out under their printed names. */
export function derivedBlock(context: PrintContext, select: string, outputs: readonly number[]): SelectBlock {
  for (const id of outputs) context.columnSql.set(id, columnName(id));
  return fromBlock(`(${select}) AS ${context.newAlias()}`, outputs);
}

/** Returns a block that reads the given one as a derived table. An order without a limit is dropped: rows below are bags. */
export function closeBlock(context: PrintContext, block: SelectBlock): SelectBlock {
  const inner = isLimited(block) ? block : { ...block, order: [] };
  return derivedBlock(context, renderSelect(inner, nameOutputs(context, block.outputs)), block.outputs);
}

/** Returns the block itself when it is nothing but a FROM clause with conditions and plain columns, else a derived table over it. */
export function openForRows(context: PrintContext, block: SelectBlock): SelectBlock {
  if (!block.plain || isLimited(block)) return closeBlock(context, block);
  return block.order.length === 0 ? block : { ...block, order: [] };
}

/** Returns the block itself when its FROM clause can stand in a join, else a derived table over it. */
export function openForJoin(context: PrintContext, block: SelectBlock): SelectBlock {
  const open = openForRows(context, block);
  return open.with.length > 0 || open.from === '' ? closeBlock(context, open) : open;
}
