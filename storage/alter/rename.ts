import { PlatformError, type RelationName } from '../../spi/index.ts';
import { checkName } from '../catalog/check-name.ts';
import { nameTaken, streamTable, unknownSchema, unknownTable, wrongKind } from '../catalog/unknown-name.ts';
import type { CommitterParts } from '../committer/committer-parts.ts';

/** Gives a table or view another name, in one transaction of the catalog; its files stay where they are.
 *  @throws CATALOG_UNKNOWN_TABLE, CATALOG_UNKNOWN_SCHEMA, CATALOG_EXISTS, CATALOG_INVALID_NAME, CATALOG_NOT_A_TABLE */
export function renameRelation(
  parts: CommitterParts,
  operationId: string,
  { relation, name, newName }: { readonly relation: 'table' | 'view'; readonly name: RelationName; readonly newName: RelationName },
): void {
  checkName(newName.name, relation);
  parts.store.update(operationId, (state) => {
    const found = state.relation(name);
    if (found === null) throw unknownTable(state, name);
    if (found.stream !== undefined) throw streamTable(found);
    if (found.kind !== relation) throw wrongKind(found, found.kind);
    const schema = state.schema(newName.schema);
    if (schema === null) throw unknownSchema(state, newName.schema);
    const taken = state.relation(newName);
    if (taken !== null && taken.uuid !== found.uuid) throw nameTaken(taken.kind, taken.name);
    state.moveRelation(found, { schema, name: newName.name });
    return null;
  });
}

/** Gives a schema another name, with all in it, in one transaction of the catalog.
 *  @throws CATALOG_UNKNOWN_SCHEMA, CATALOG_EXISTS, CATALOG_INVALID_NAME, CATALOG_NOT_EMPTY when it holds materialized views */
export function renameSchema(parts: CommitterParts, operationId: string, schema: string, newName: string): void {
  checkName(newName, 'schema');
  parts.store.update(operationId, (state) => {
    const found = state.schema(schema);
    if (found === null) throw unknownSchema(state, schema);
    const taken = state.schema(newName);
    if (taken !== null && taken !== found) throw nameTaken('schema', taken);
    const relations = state.relations(found);
    if (relations.some((relation) => relation.stream !== undefined)) {
      throw new PlatformError('CATALOG_NOT_EMPTY', `The schema ${JSON.stringify(found)} holds materialized views, which keep their name.`, {
        hint: 'Drop them first.',
      });
    }
    state.removeSchema(found);
    state.putSchema(newName);
    for (const relation of relations) state.moveRelation(relation, { schema: newName, name: relation.name });
    return null;
  });
}
