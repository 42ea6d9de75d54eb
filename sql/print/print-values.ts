import type { ValuesNode } from '../../spi/index.ts';
import type { PrintContext } from './print-context.ts';
import { printType } from './print-type.ts';
import { columnName } from './column-name.ts';
import { fromBlock, type SelectBlock } from './select-block.ts';

/** Prints constant rows: one row needs no FROM clause, none is a typed row that no condition lets through. */
export function printValues(context: PrintContext, node: ValuesNode): SelectBlock {
  const outputs = node.columns.map((column) => column.id);
  const [first] = node.rows;
  if (first === undefined) {
    for (const column of node.columns) context.columnSql.set(column.id, `CAST(NULL AS ${printType(column.type)})`);
    return { ...fromBlock('', outputs), where: ['false'], plain: false };
  }
  if (node.rows.length === 1) {
    const texts = first.map((expression) => context.expression(expression));
    outputs.forEach((id, index) => context.columnSql.set(id, texts[index] ?? 'NULL'));
    return { ...fromBlock('', outputs), plain: outputs.length === 0 };
  }
  if (outputs.length === 0) return fromBlock(`range(${String(node.rows.length)}) AS ${context.newAlias()}(one)`, []);
  const rows = node.rows.map((row) => `(${row.map((expression) => context.expression(expression)).join(', ')})`);
  for (const id of outputs) context.columnSql.set(id, columnName(id));
  return fromBlock(`(VALUES ${rows.join(', ')}) AS ${context.newAlias()}(${outputs.map(columnName).join(', ')})`, outputs);
}
