import type { PlanNode } from '../../spi/index.ts';
import { rowsOfFunction } from './generated-rows.ts';

/** Returns how many rows a plan may put out, from the rows of the files that it reads. */
export function estimateRows(node: PlanNode, scannedRows: number): number {
  switch (node.kind) {
    case 'values':
      return node.rows.length;
    case 'table_function':
      return rowsOfFunction(node);
    case 'limit': {
      const below = estimateRows(node.input, scannedRows);
      return node.limit?.kind === 'literal' ? Math.min(below, Number(node.limit.value)) : below;
    }
    case 'aggregate':
      return node.groups.length === 0 ? 1 : Math.ceil(Math.sqrt(scannedRows));
    case 'project':
    case 'sort':
    case 'window':
      return estimateRows(node.input, scannedRows);
    case 'filter':
    case 'distinct':
      return Math.ceil(estimateRows(node.input, scannedRows) / 3);
    case 'with':
      return estimateRows(node.body, scannedRows);
    default:
      return scannedRows;
  }
}
