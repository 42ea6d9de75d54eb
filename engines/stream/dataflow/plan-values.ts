import { type Expression, type LiteralExpression, type ValuesNode } from '../../../spi/index.ts';
import type { Batch } from '../changelog/batch.ts';
import { allocateValues, type Column, columnKind } from '../changelog/column.ts';
import type { TextPool } from '../changelog/text-pool.ts';
import { type ExactInteger, storeInt128, storeInt64 } from '../expression/exact-integer.ts';
import { unsupported } from '../expression/expression-compiler.ts';
import { literalConstant } from '../expression/literal-constant.ts';
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
      const columns = node.columns.map((column, position) => fillColumn(columnKind(column.type), makers[position] ?? [], pool));
      const batch: Batch = { rows: node.rows.length, columns, weights: null };
      constants.push({ batch, output });
    },
  };
}

function constantOf(expression: Expression | undefined): LiteralExpression {
  if (expression?.kind !== 'literal') throw unsupported('VALUES that are computed');
  return expression;
}

function fillColumn(kind: Column['kind'], literals: readonly LiteralExpression[], pool: TextPool): Column {
  const values = allocateValues(kind, literals.length);
  const valid = new Uint8Array(literals.length);
  literals.forEach((literal, row) => {
    if (literal.value === null) return;
    valid[row] = 1;
    const value = literalConstant(literal)(pool) as ExactInteger | boolean;
    if (kind === 'int64') storeInt64(values as Int32Array, row, value as ExactInteger);
    else if (kind === 'int128') storeInt128(values as Int32Array, row, value as ExactInteger);
    else values[row] = Number(value);
  });
  return { kind, values, valid };
}
