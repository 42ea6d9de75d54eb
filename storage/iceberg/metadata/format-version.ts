import { PlatformError } from '../../../spi/index.ts';
import type { FormatVersion } from './table-metadata.ts';

/** The property by which a statement asks for a version of the format. It is not kept as a property. */
export const FORMAT_VERSION = 'format-version';

/** Properties without the format version, which is 2 where they do not tell it.
 *  @throws SQL_INVALID_VALUE for any other version than 2 and 3 */
export function takeFormatVersion(properties: Readonly<Record<string, string>>): {
  readonly formatVersion: FormatVersion | null;
  readonly rest: Readonly<Record<string, string>>;
} {
  const { [FORMAT_VERSION]: text, ...rest } = properties;
  if (text === undefined) return { formatVersion: null, rest };
  if (text !== '2' && text !== '3') {
    throw new PlatformError('SQL_INVALID_VALUE', `The format version of a table is 2 or 3, not ${JSON.stringify(text)}.`, {
      hint: `Write "${FORMAT_VERSION}" = 3, or leave it out for version 2.`,
    });
  }
  return { formatVersion: text === '3' ? 3 : 2, rest };
}
