import type { Catalog, TableSnapshot } from '../../spi/index.ts';
import type { ObjectRef } from './rights.ts';
import { relationRef } from './visible-catalog.ts';

/** An object by the name that it has now. */
export interface NamedObject {
  readonly type: string;
  readonly label: string;
  readonly ref: ObjectRef;
  /** Returns the name of a column by its key; null when it is not there any more. */
  readonly columnName: (key: string) => string | null;
}

/** Tables and views by the keys of their privileges; what was dropped since has none. */
export async function namedRelations(catalog: Catalog): Promise<ReadonlyMap<string, NamedObject>> {
  const pinned = catalog.pinned();
  const found = new Map<string, NamedObject>();
  for (const schema of await pinned.schemas()) {
    for (const entry of await pinned.relations(schema)) {
      const relation = await pinned.resolve(entry);
      if (relation === null) continue;
      const ref = relationRef(relation);
      const columnName = (key: string): string | null => (relation.kind === 'table' ? fieldName(relation, key) : key);
      found.set(ref.key, { type: entry.kind, label: `${entry.schema}.${entry.name}`, ref, columnName });
    }
  }
  return found;
}

function fieldName({ fields }: TableSnapshot, key: string): string | null {
  return fields.find(({ id }) => String(id) === key)?.name ?? null;
}
