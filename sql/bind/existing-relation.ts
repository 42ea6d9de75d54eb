import type { TableSnapshot, ViewDefinition } from '../../spi/index.ts';
import type { QualifiedName } from '../ast/index.ts';
import { bindError } from './bind-error.ts';
import type { BinderState } from './binder-state.ts';
import { relationName } from './relation-name.ts';
import { missingRelation } from './missing-relation.ts';

/** Finds the stored table or view of a name, as it is now; null for none where that is allowed.
 *  @throws CATALOG_UNKNOWN_TABLE, CATALOG_UNKNOWN_SCHEMA */
export async function existingRelation(
  state: BinderState,
  name: QualifiedName,
  mayBeMissing = false,
): Promise<TableSnapshot | ViewDefinition | null> {
  const relation = relationName(name, state.source);
  const found = await state.context.catalog.resolve(relation);
  if (found !== null || mayBeMissing) return found;
  const { code, message, hint } = (await missingRelation(relation, state.context)).error;
  throw bindError(state, code, message, name.span, { hint });
}
