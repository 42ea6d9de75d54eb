import { PlatformError } from '../../spi/index.ts';

/** Units: bytes of UTF-8 of a name. */
const NAME_BYTES_MAX = 128;

/** Checks the name of a schema, table, view or column: 1 to 128 bytes, well-formed and without control characters.
 *  @throws CATALOG_INVALID_NAME otherwise. */
export function checkName(name: string, what: string): void {
  const problem = problemOf(name);
  if (problem === null) return;
  throw new PlatformError('CATALOG_INVALID_NAME', `The ${what} name ${JSON.stringify(name)} ${problem}.`, { details: { name } });
}

function problemOf(name: string): string | null {
  if (name.trim() === '') return 'is empty';
  if (Buffer.byteLength(name) > NAME_BYTES_MAX) return `is longer than ${String(NAME_BYTES_MAX)} bytes`;
  if (/\p{Cc}/u.test(name)) return 'has a control character';
  if (!name.isWellFormed()) return 'is not well-formed Unicode';
  return null;
}

/** Checks that names differ, without regard to case.
 *  @throws CATALOG_INVALID_NAME for the first name that stands twice. */
export function checkDistinct(names: readonly string[], what: string): void {
  const seen = new Set<string>();
  for (const name of names) {
    const folded = name.toLowerCase();
    if (seen.has(folded)) throw new PlatformError('CATALOG_INVALID_NAME', `The ${what} name ${JSON.stringify(name)} stands twice.`);
    seen.add(folded);
  }
}
