import type { TableSnapshot } from '../../spi/index.ts';
import type { QualifiedName, Span } from '../ast/index.ts';
import { bindError } from './bind-error.ts';
import { lookUpTable } from './bind-relation.ts';
import type { BinderState } from './binder-state.ts';
import { relationName } from './relation-name.ts';
import { isMaintained, LATE_ROWS_OF } from './stream-table.ts';

/** Returns the table of a name, whose rows a statement is about to change; one of an outside database only where rows are added.
 *  @throws CATALOG_UNKNOWN_TABLE, CATALOG_UNKNOWN_SCHEMA, CATALOG_OUTSIDE, CATALOG_NOT_A_TABLE for a view, materialized ones included */
export function lookUpTarget(state: BinderState, name: QualifiedName, adds = false): TableSnapshot {
  const table = lookUpTable(state, name, adds);
  if (isMaintained(table)) throw maintained(state, table, 'takes no rows but those of its query', name.span);
  return table;
}

/** Says that a name stands for the table of a materialized view, which goes and stays with the view.
 *  @throws CATALOG_NOT_A_TABLE */
export async function refuseMaintained(state: BinderState, name: QualifiedName, why: string): Promise<void> {
  const found = await state.context.catalog.resolve(relationName(name, state.source));
  if (found?.kind === 'table' && isMaintained(found)) throw maintained(state, found, why, name.span);
}

function maintained(state: BinderState, { ref, properties }: TableSnapshot, why: string, span: Span): Error {
  const view = properties[LATE_ROWS_OF];
  const what = view === undefined ? 'is a materialized view' : `holds the late rows of the materialized view ${view}`;
  return bindError(state, 'CATALOG_NOT_A_TABLE', `${ref.schema}.${ref.name} ${what} and ${why}`, span, {
    hint: 'Change the tables that the view reads, or use DROP MATERIALIZED VIEW.',
  });
}
