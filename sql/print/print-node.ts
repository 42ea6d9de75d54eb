import type { FilterNode, LimitNode, PlanNode, ProjectNode, ScanNode, SortNode } from '../../spi/index.ts';
import { printAggregate } from './print-aggregate.ts';
import { printDistinct } from './print-distinct.ts';
import { printJoin } from './print-join.ts';
import { printSetOperation } from './print-set-operation.ts';
import type { PrintContext } from './print-context.ts';
import { printSortKeys } from './print-sort-key.ts';
import { printPredicate } from './print-subquery.ts';
import { printTableFunction, printUnnest } from './print-unnest.ts';
import { printValues } from './print-values.ts';
import { printWindow } from './print-window.ts';
import { printCteScan, printWith } from './print-with.ts';
import { columnName } from './column-name.ts';
import { closeBlock, openForRows } from './derived-block.ts';
import { fromBlock, isLimited, type SelectBlock } from './select-block.ts';

/** Prints one node of the algebra over its printed inputs.
 *  @throws SQL_TOO_DEEP, ENGINE_UNSUPPORTED */
export function printNode(context: PrintContext, node: PlanNode): SelectBlock {
  switch (node.kind) {
    case 'scan':
      return printScan(context, node);
    case 'values':
      return printValues(context, node);
    case 'table_function':
      return printTableFunction(context, node);
    case 'unnest':
      return printUnnest(context, node);
    case 'project':
      return printProject(context, node);
    case 'filter':
      return printFilter(context, node);
    case 'join':
      return printJoin(context, node);
    case 'aggregate':
      return printAggregate(context, node);
    case 'window':
      return printWindow(context, node);
    case 'sort':
      return printSort(context, node);
    case 'limit':
      return printLimit(context, node);
    case 'distinct':
      return printDistinct(context, node);
    case 'set_operation':
      return printSetOperation(context, node);
    case 'with':
      return printWith(context, node);
    case 'cte_scan':
      return printCteScan(context, node);
  }
}

function printScan(context: PrintContext, node: ScanNode): SelectBlock {
  const outputs = node.columns.map((column) => column.id);
  for (const id of outputs) {
    context.columnSql.set(id, columnName(id));
    context.scanNames.add(columnName(id));
  }
  const block = fromBlock(context.scan(node), outputs);
  const residual = context.residual(node);
  return residual === null ? block : { ...block, where: [printPredicate(context, residual)] };
}

function printFilter(context: PrintContext, node: FilterNode): SelectBlock {
  const input = openForRows(context, context.node(node.input));
  return { ...input, where: [...input.where, printPredicate(context, node.predicate)] };
}

/** An ordered input stays open, so that its order holds for the rows put out; otherwise computed columns below become a derived table. */
function printProject(context: PrintContext, node: ProjectNode): SelectBlock {
  const below = context.node(node.input);
  const input = below.plain || below.order.length > 0 ? below : closeBlock(context, below);
  const texts = node.columns.map((column) => context.expression(column.expression));
  node.columns.forEach((column, index) => context.columnSql.set(column.id, texts[index] ?? ''));
  const plain = input.plain && node.columns.every((column) => column.expression.kind === 'column');
  return { ...input, outputs: node.columns.map((column) => column.id), plain };
}

function printSort(context: PrintContext, node: SortNode): SelectBlock {
  const input = openForRows(context, context.node(node.input));
  return { ...input, order: printSortKeys(context, node.keys) };
}

function printLimit(context: PrintContext, node: LimitNode): SelectBlock {
  const below = context.node(node.input);
  const input = isLimited(below) ? closeBlock(context, below) : below;
  return {
    ...input,
    limit: node.limit === null ? null : context.expression(node.limit),
    offset: node.offset === null ? null : context.expression(node.offset),
  };
}
