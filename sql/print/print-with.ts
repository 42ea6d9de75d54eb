import type { CommonTable, CteScanNode, PlanNode, WithNode } from '../../spi/index.ts';
import type { PrintContext } from './print-context.ts';
import { printType } from './print-type.ts';
import { columnName, readColumn } from './column-name.ts';
import { fromBlock, isLimited, renderSelect, type SelectBlock } from './select-block.ts';

/** Prints common table expressions ahead of the body that they belong to. */
export function printWith(context: PrintContext, node: WithNode): SelectBlock {
  const definitions = node.ctes.map((cte) => printCommonTable(context, cte));
  const body = context.node(node.body);
  const recursive = body.recursive || node.ctes.some((cte) => cte.recursive !== null);
  return { ...body, with: [...definitions, ...body.with], recursive };
}

/** Prints a reading of a common table expression under new column names. */
export function printCteScan(context: PrintContext, node: CteScanNode): SelectBlock {
  const outputs = node.columns.map((column) => column.id);
  for (const id of outputs) context.columnSql.set(id, columnName(id));
  const columns = outputs.length === 0 ? '' : `(${outputs.map(columnName).join(', ')})`;
  return fromBlock(`${cteName(node.cteId)} AS ${context.newAlias()}${columns}`, outputs);
}

function printCommonTable(context: PrintContext, cte: CommonTable): string {
  const hint = cte.materialized === null ? '' : cte.materialized ? 'MATERIALIZED ' : 'NOT MATERIALIZED ';
  const anchor = selectOf(context, cte, cte.plan, cte.planIds);
  const head = `${cteName(cte.cteId)} AS ${cte.recursive === null ? hint : ''}`;
  if (cte.recursive === null) return `${head}(${anchor})`;
  const step = selectOf(context, cte, cte.recursive.plan, cte.recursive.planIds);
  return `${head}((${anchor}) UNION ${cte.recursive.unionAll ? 'ALL ' : ''}(${step}))`;
}

/** Anchor and step of a recursion must agree in their types to the letter, so every column is cast. */
function selectOf(context: PrintContext, cte: CommonTable, plan: PlanNode, ids: readonly number[]): string {
  const below = context.node(plan);
  const block = isLimited(below) ? below : { ...below, order: [] };
  const items = cte.columns.map(
    (column, index) => `CAST(${readColumn(context, ids[index] ?? 0)} AS ${printType(column.type)}) AS ${columnName(column.id)}`,
  );
  return renderSelect(block, items);
}

function cteName(id: number): string {
  return `cte_${String(id)}`;
}
