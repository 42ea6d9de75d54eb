import type { PlanColumn } from '../../spi/index.ts';
import type { Values } from '../ast/index.ts';
import { unify } from './bind-comparison.ts';
import { bindError } from './bind-error.ts';
import { type BinderState, type BoundRelation, bindWithin, type Environment } from './binder-state.ts';
import { settled } from './coercion.ts';
import { mayBeNull } from './expression-nullability.ts';
import { EMPTY_SCOPE } from './scope.ts';

/** Binds VALUES: the values of a column have their common type. Columns are named col0, col1, ...
 *  @throws SQL_TYPE_MISMATCH */
export function bindValues(state: BinderState, node: Values, environment: Environment): BoundRelation {
  const width = node.rows[0]?.length ?? 0;
  const context = { state, scope: environment.outer ?? EMPTY_SCOPE, environment, calls: null, place: 'VALUES' };
  const uneven = node.rows.find((row) => row.length !== width);
  if (uneven !== undefined) {
    const message = `the rows of VALUES have ${String(width)} and ${String(uneven.length)} values`;
    throw bindError(state, 'SQL_TYPE_MISMATCH', message, uneven[0]?.span ?? node.span);
  }
  const bound = node.rows.map((row) => row.map((value) => bindWithin(context, value)));
  const byColumn = Array.from({ length: width }, (_, index) => {
    const cells = bound.flatMap((row) => row.slice(index, index + 1));
    const spans = node.rows.flatMap((row) => row.slice(index, index + 1)).map((value) => value.span);
    return unify(state, cells, spans, node.span, `column ${String(index + 1)} of VALUES`).map((cell) => settled(state, cell));
  });
  const columns = byColumn.map((cells, index): PlanColumn => {
    const nullable = cells.some((cell) => mayBeNull(state.columns, cell));
    return state.columns.create({ name: `col${String(index)}`, type: cells[0]?.type ?? { kind: 'null' }, nullable });
  });
  const rows = node.rows.map((_, row) => byColumn.flatMap((cells) => cells.slice(row, row + 1)));
  return { plan: { kind: 'values', columns, rows }, columns };
}
