import type { LiteralExpression } from '../../../spi/index.ts';
import { allocateValues, type Column, type ColumnKind } from '../changelog/column.ts';
import type { TextPool } from '../changelog/text-pool.ts';
import { type ExactInteger, storeInt128, storeInt64 } from './exact-integer.ts';
import { literalConstant } from './literal-constant.ts';

/** Returns constants of one kind as a column. */
export function literalColumn(kind: ColumnKind, literals: readonly LiteralExpression[], pool: TextPool): Column {
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
