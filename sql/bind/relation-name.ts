import type { RelationName } from '../../spi/index.ts';
import type { QualifiedName } from '../ast/index.ts';
import { errorIn, type SourceText } from './bind-error.ts';

/** The only name of a catalog that a qualified name may start with. */
export const CATALOG_NAME = 'trivium';

/** Returns schema and name that a qualified name stands for; an unqualified one is looked up in the text's default schema.
 *  @throws CATALOG_UNKNOWN_SCHEMA when a third part in front is not the catalog's name */
export function relationName(name: QualifiedName, source: SourceText): RelationName {
  const [first, second, third] = name.parts;
  if (first !== undefined && second === undefined) return { schema: source.defaultSchema, name: first.name };
  if (first !== undefined && second !== undefined && third === undefined) return { schema: first.name, name: second.name };
  const parts = name.parts.map((part) => part.name);
  const [last = '', schema = source.defaultSchema, catalog = CATALOG_NAME, ...more] = parts.toReversed();
  if (catalog.toLowerCase() !== CATALOG_NAME || more.length > 0) {
    throw errorIn(
      source,
      'CATALOG_UNKNOWN_SCHEMA',
      `no catalog of the name ${parts.slice(0, -2).join('.')}: the only one is ${CATALOG_NAME}`,
      name.span,
    );
  }
  return { schema, name: last };
}

/** Returns the schema that a name of one part (or two with the catalog's name in front) stands for. */
export function schemaName(name: QualifiedName, source: SourceText): string {
  const [last, ...rest] = name.parts.map((part) => part.name).toReversed();
  const known = rest.length === 0 || (rest.length === 1 && rest[0]?.toLowerCase() === CATALOG_NAME);
  if (known && last !== undefined) return last;
  throw errorIn(
    source,
    'CATALOG_UNKNOWN_SCHEMA',
    `a schema has a name of one part, not ${name.parts.map((part) => part.name).join('.')}`,
    name.span,
  );
}

/** Returns whether two names are the same, without regard to case. */
export function sameName(left: string, right: string): boolean {
  return left === right || left.toLowerCase() === right.toLowerCase();
}
