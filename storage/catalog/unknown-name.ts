import { nearestName, PlatformError, type RelationName } from '../../spi/index.ts';
import type { NameReader, RelationPointer } from '../catalog-store/catalog-store.ts';

/** Returns the error for a schema that does not exist, with the name that was perhaps meant. */
export function unknownSchema(catalog: NameReader, schema: string): PlatformError {
  return new PlatformError('CATALOG_UNKNOWN_SCHEMA', `No schema is named ${JSON.stringify(schema)}.`, {
    hint: hintFor(nearestName(schema, catalog.schemas())),
    details: { schema },
  });
}

/** Returns the error for a table or view that does not exist. */
export function unknownTable(catalog: NameReader, name: RelationName): PlatformError {
  if (catalog.schema(name.schema) === null) return unknownSchema(catalog, name.schema);
  const nearest = nearestName(
    name.name,
    catalog.relations(name.schema).map((relation) => relation.name),
  );
  return new PlatformError(
    'CATALOG_UNKNOWN_TABLE',
    `No table or view is named ${JSON.stringify(name.name)} in schema ${JSON.stringify(name.schema)}.`,
    {
      hint: hintFor(nearest),
      details: { schema: name.schema, name: name.name },
    },
  );
}

/** Returns the error for a name that is taken. */
export function nameTaken(what: string, name: string): PlatformError {
  return new PlatformError('CATALOG_EXISTS', `A ${what} named ${JSON.stringify(name)} exists.`, { details: { name } });
}

/** Returns the error for a view where a table is needed, or the reverse. */
export function wrongKind(name: RelationName, found: 'table' | 'view'): PlatformError {
  const hint = `Use DROP ${found === 'view' ? 'VIEW' : 'TABLE'} or another name.`;
  return new PlatformError('CATALOG_NOT_A_TABLE', `${JSON.stringify(name.name)} is a ${found}.`, { hint });
}

/** Returns the error for a change of a table that only its stream may change. */
export function streamTable(pointer: RelationPointer): PlatformError {
  const name = JSON.stringify(pointer.name);
  return pointer.stream === pointer.uuid
    ? new PlatformError('CATALOG_NOT_A_TABLE', `${name} is a materialized view.`, {
        hint: 'Its rows come from its query alone; DROP MATERIALIZED VIEW drops it.',
      })
    : new PlatformError('CATALOG_NOT_A_TABLE', `${name} holds the late rows of a materialized view.`, {
        hint: 'Only the view writes to it, and it is dropped with the view.',
      });
}

const hintFor = (nearest: string | null): string | undefined => (nearest === null ? undefined : `Did you mean ${JSON.stringify(nearest)}?`);
