import type { RelationName } from '../../spi/index.ts';
import type { QualifiedName } from '../ast/index.ts';
import { errorIn, type SourceText } from './bind-error.ts';

/** The name of the platform's own catalog. Outside databases, which statements read and insert into, have names of their own. */
export const CATALOG_NAME = 'trivium';

/** Returns what `relationName` does, and for three parts with another catalog in front that catalog too: a table of an outside database.
 *  @throws CATALOG_UNKNOWN_SCHEMA for more than three parts */
export function namedRelation(name: QualifiedName, source: SourceText): RelationName {
  const [first, second, third, more] = name.parts;
  const isOutside = first !== undefined && third !== undefined && more === undefined && first.name.toLowerCase() !== CATALOG_NAME;
  if (!isOutside || second === undefined) return relationName(name, source);
  return { catalog: first.name, schema: second.name, name: third.name };
}

/** Returns schema and name that a qualified name stands for; an unqualified one is looked up in the text's default schema.
 *  @throws CATALOG_UNKNOWN_SCHEMA when a third part in front is not the catalog's name */
export function relationName(name: QualifiedName, source: SourceText): RelationName {
  const [first, second, third] = name.parts;
  if (first !== undefined && second === undefined) return { schema: source.defaultSchema, name: first.name };
  if (first !== undefined && second !== undefined && third === undefined) return { schema: first.name, name: second.name };
  const parts = name.parts.map((part) => part.name);
  const [last = '', schema = source.defaultSchema, catalog = CATALOG_NAME, ...more] = parts.toReversed();
  if (catalog.toLowerCase() !== CATALOG_NAME || more.length > 0) {
    const message = `no catalog of the name ${parts.slice(0, -2).join('.')} here: the only one is ${CATALOG_NAME}`;
    throw errorIn(source, 'CATALOG_UNKNOWN_SCHEMA', message, name.span);
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
