import { type Expression, type LiteralExpression, type ValuesNode } from '../../../spi/index.ts';
import type { Batch } from '../changelog/batch.ts';
import { columnKind } from '../changelog/column.ts';
import { unsupported } from '../expression/expression-compiler.ts';
import { literalColumn } from '../expression/literal-column.ts';
import type { PlannedNode } from './planned-node.ts';

/** Plans constant rows: changes of the first micro-batch.
 *  @throws ENGINE_UNSUPPORTED for rows that are computed */
export function planValues(node: ValuesNode): PlannedNode {
  const makers = node.columns.map((column, position) => {
    columnKind(column.type);
    return node.rows.map((row) => constantOf(row[position]));
  });
  return {
    columns: node.columns,
    build: ({ pool, constants }, output) => {
      const columns = node.columns.map((column, position) => literalColumn(columnKind(column.type), makers[position] ?? [], pool));
      const batch: Batch = { rows: node.rows.length, columns, weights: null };
      constants.push({ batch, output });
    },
  };
}

function constantOf(expression: Expression | undefined): LiteralExpression {
  if (expression?.kind !== 'literal') throw unsupported('VALUES that are computed');
  return expression;
}
