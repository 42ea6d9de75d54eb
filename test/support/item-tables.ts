import type { ScanNode } from '../../spi/index.ts';
import type { ParquetTables } from './parquet-tables.ts';
import { INTEGER, scan, VARCHAR } from './plan-builder.ts';

/** Adds a file of items to the table `items`: ids from `first` to before `end`, a name, and one of seven kinds. */
export function addItems(tables: ParquetTables, first: number, end: number): Promise<void> {
  const ids = `range(${String(first)}, ${String(end)})`;
  return tables.add('items', `SELECT i::INTEGER AS id, 'item ' || i AS name, (i % 7)::INTEGER AS kind FROM ${ids} t(i)`);
}

/** Reads the items: id as column 1, name as 2, kind as 3. */
export function items(): ScanNode {
  return scan('items', [
    [1, 'id', INTEGER],
    [2, 'name', VARCHAR],
    [3, 'kind', INTEGER],
  ]);
}
