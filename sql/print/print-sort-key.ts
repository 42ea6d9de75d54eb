import type { SortKey } from '../../spi/index.ts';
import type { PrintContext } from './print-context.ts';

/** Prints the keys of an order with the place of NULLs always told. Constants order nothing and are left out, since DuckDB takes some of them for positions. */
export function printSortKeys(context: PrintContext, keys: readonly SortKey[]): readonly string[] {
  return keys
    .filter((key) => key.expression.kind !== 'literal' && key.expression.kind !== 'parameter')
    .map((key) => `${context.expression(key.expression)} ${key.descending ? 'DESC' : 'ASC'} NULLS ${key.nullsFirst ? 'FIRST' : 'LAST'}`);
}
