import { type AggregateColumn, type AggregateNode, assert } from '../../spi/index.ts';
import { printAggregateCall } from './print-aggregate-call.ts';
import type { PrintContext } from './print-context.ts';
import { printType } from './print-type.ts';
import { namedItem, readColumn } from './column-name.ts';
import { closeBlock, derivedBlock, openForRows } from './derived-block.ts';
import { renderSelect, type SelectBlock } from './select-block.ts';

/** Prints grouping and aggregation as a SELECT of its own. */
export function printAggregate(context: PrintContext, node: AggregateNode): SelectBlock {
  const below = openForRows(context, context.node(node.input));
  const input = node.groupingSets === null ? below : computeGroups(context, below, node);
  const groups = node.groups.map((group) =>
    node.groupingSets === null ? context.expression(group.expression) : readColumn(context, group.id),
  );
  const aggregates = node.aggregates.map((column) => printColumn(context, column, groups));
  const outputs = [...node.groups, ...node.aggregates].map((column) => column.id);
  const items = [...groups, ...aggregates].map((sql, index) => namedItem(sql, outputs[index] ?? 0));
  const select = renderSelect(input, items.length === 0 ? ['count(*) AS n'] : items);
  return derivedBlock(context, select + groupByClause(node, groups), outputs);
}

/** Grouping sets name their columns, so groups that are more than one plain column each are computed below. */
function computeGroups(context: PrintContext, input: SelectBlock, node: AggregateNode): SelectBlock {
  const texts = node.groups.map((group) => context.expression(group.expression));
  node.groups.forEach((group, index) => context.columnSql.set(group.id, texts[index] ?? ''));
  return closeBlock(context, { ...input, outputs: [...input.outputs, ...node.groups.map((group) => group.id)] });
}

/** Groups are named by position: their expressions need not be repeated, and a constant is not taken for a position. */
function groupByClause(node: AggregateNode, groups: readonly string[]): string {
  if (node.groupingSets !== null) {
    const sets = node.groupingSets.map((set) => `(${set.map((position) => groups[position] ?? '').join(', ')})`);
    return ` GROUP BY GROUPING SETS (${sets.join(', ')})`;
  }
  return groups.length === 0 ? '' : ` GROUP BY ${groups.map((_, index) => String(index + 1)).join(', ')}`;
}

function printColumn(context: PrintContext, column: AggregateColumn, groups: readonly string[]): string {
  if (column.call.function !== 'grouping') return printAggregateCall(context, column.call);
  const named = column.call.arguments.map((argument) => {
    assert(argument.kind === 'literal', 'grouping() takes positions');
    return groups[Number(argument.value)] ?? '';
  });
  return `CAST(grouping(${named.join(', ')}) AS ${printType(column.call.type)})`;
}
