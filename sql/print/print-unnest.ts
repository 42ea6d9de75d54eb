import { PlatformError, type TableFunctionNode, type UnnestNode } from '../../spi/index.ts';
import type { PrintContext } from './print-context.ts';
import { printType } from './print-type.ts';
import { columnName } from './column-name.ts';
import { derivedBlock } from './derived-block.ts';
import type { SelectBlock } from './select-block.ts';

/** Prints the series functions; they read columns of the left side under a lateral join like any derived table. */
export function printTableFunction(context: PrintContext, node: TableFunctionNode): SelectBlock {
  const [column] = node.columns;
  if (column === undefined || (node.function !== 'generate_series' && node.function !== 'range')) {
    throw new PlatformError('ENGINE_UNSUPPORTED', `DuckDB has no table function for '${node.function}'`);
  }
  const args = node.arguments.map((argument) => context.expression(argument));
  const source = `${node.function}(${args.join(', ')}) AS ${context.newAlias()}(item)`;
  return derivedBlock(context, `SELECT CAST(item AS ${printType(column.type)}) AS ${columnName(column.id)} FROM ${source}`, [column.id]);
}

/** Prints lists as rows, side by side and padded with NULL, or the entries of a map. */
export function printUnnest(context: PrintContext, node: UnnestNode): SelectBlock {
  const args = node.arguments.map((argument) => context.expression(argument));
  const ordinal = node.ordinality === null ? [] : [`${ordinalsOf(node, args)} AS ${columnName(node.ordinality.id)}`];
  const outputs = [...node.columns.map((column) => column.id), ...(node.ordinality === null ? [] : [node.ordinality.id])];
  const [key, value] = node.columns;
  if (node.arguments[0]?.type.kind !== 'map') {
    const items = node.columns.map((column, index) => `unnest(${args[index] ?? ''}) AS ${columnName(column.id)}`);
    return derivedBlock(context, `SELECT ${[...items, ...ordinal].join(', ')}`, outputs);
  }
  const keep = node.ordinality === null ? [] : [columnName(node.ordinality.id)];
  const fields = [`entry.key AS ${columnName(key?.id ?? 0)}`, `entry.value AS ${columnName(value?.id ?? 0)}`, ...keep];
  const entries = `SELECT ${[`unnest(map_entries(${args[0] ?? ''})) AS entry`, ...ordinal].join(', ')}`;
  return derivedBlock(context, `SELECT ${fields.join(', ')} FROM (${entries}) AS ${context.newAlias()}`, outputs);
}

function ordinalsOf(node: UnnestNode, args: readonly string[]): string {
  const counts = args.map((arg, index) => (node.arguments[index]?.type.kind === 'map' ? `cardinality(${arg})` : `len(${arg})`));
  const longest = counts.length === 1 ? (counts[0] ?? '') : `greatest(${counts.join(', ')})`;
  return `unnest(range(1, CAST(${longest} AS BIGINT) + 1))`;
}
