import { PlatformError } from '../../spi/index.ts';

const NUL = '\0';

/** Returns a text as a SQL string literal of DuckDB; U+0000, which no statement can hold, is put in by `chr`.
 *  @throws SQL_INVALID_VALUE for half of a surrogate pair, which UTF-8 cannot carry. */
export function quoteText(text: string): string {
  if (!text.isWellFormed()) {
    throw new PlatformError('SQL_INVALID_VALUE', 'a text holds half of a surrogate pair, which is not a character', {
      hint: 'Send the text as well-formed Unicode.',
    });
  }
  const parts = text.split(NUL).map((part) => `'${part.replaceAll("'", "''")}'`);
  return parts.length === 1 ? (parts[0] ?? "''") : `(${parts.join(' || chr(0) || ')})`;
}

/** Returns a name as a quoted identifier of DuckDB.
 *  @throws SQL_INVALID_VALUE for a name that DuckDB cannot hold. */
export function quoteName(name: string): string {
  if (name === '' || name.includes(NUL) || !name.isWellFormed()) {
    throw new PlatformError('SQL_INVALID_VALUE', `the name ${JSON.stringify(name)} cannot be used by this engine`);
  }
  return `"${name.replaceAll('"', '""')}"`;
}
