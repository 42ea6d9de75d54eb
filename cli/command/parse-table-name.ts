import { PlatformError, type RelationName } from '../../spi/index.ts';

/** Reads the name of a table as a command is given it: `name` in the schema `main`, or `schema.name`.
 *  @throws CATALOG_INVALID_NAME */
export function parseTableName(text: string): RelationName {
  const parts = text.split('.');
  const [first = '', second] = parts;
  if (parts.length > 2 || first === '' || second === '') {
    throw new PlatformError('CATALOG_INVALID_NAME', `${text}: expected name or schema.name`);
  }
  return second === undefined ? { schema: 'main', name: first } : { schema: first, name: second };
}
