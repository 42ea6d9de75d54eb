import { PlatformError } from '../../spi/index.ts';
import { nameTaken, unknownSchema } from '../catalog/unknown-name.ts';
import type { CatalogUpdate } from '../catalog-store/catalog-store.ts';
import type { CommitterParts } from '../committer/committer-parts.ts';
import type { RestoredState } from './restore-backup.ts';

/** Makes what a restore has put on the disk appear, in one transaction of the catalog.
 *  @throws CATALOG_NOT_EMPTY for a whole warehouse when there are tables or views, CATALOG_EXISTS, CATALOG_UNKNOWN_SCHEMA */
export function putRestored(parts: CommitterParts, operationId: string, restored: RestoredState): void {
  parts.store.update(operationId, (state) => {
    if (restored.isWhole) makeRoom(state, restored);
    for (const pointer of restored.relations) {
      const schema = state.schema(pointer.schema);
      if (schema === null) throw unknownSchema(state, pointer.schema);
      const found = state.relation(pointer);
      if (found !== null) throw nameTaken(found.kind, found.name);
      state.putRelation({ ...pointer, schema });
    }
    for (const stream of restored.streams) state.putStream(stream);
    for (const setting of restored.settings) state.putSetting(setting);
    return null;
  });
}

function makeRoom(state: CatalogUpdate, { schemas }: RestoredState): void {
  if (state.schemas().some((schema) => state.relations(schema).length > 0)) {
    throw new PlatformError('CATALOG_NOT_EMPTY', 'The warehouse has tables or views; a whole backup is restored into an empty one.', {
      hint: 'Name a table, and perhaps another name for it: CALL system.restore(folder, "table" => \'a\', "as" => \'b\').',
    });
  }
  for (const schema of state.schemas()) state.removeSchema(schema);
  for (const schema of schemas) state.putSchema(schema);
}
