import { PlatformError } from '../../spi/index.ts';
import { locate } from './source-location.ts';

/** Builds the error of a text that cannot be cut into tokens.
 *  The location is the range [start, end) of the text. */
export function lexicalError(text: string, start: number, end: number, message: string): PlatformError {
  const location = locate(text, start, end);
  return new PlatformError('SQL_SYNTAX', `line ${location.line}, column ${location.column}: ${message}`, {
    location,
    details: { found: text.slice(start, Math.min(end, start + 40)), expected: [] },
  });
}
