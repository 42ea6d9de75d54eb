import { PlatformError } from '../../../spi/index.ts';

/** A part of a LIKE pattern: one character that must be there, any one character, or any number of them. */
export type PatternPart = { readonly kind: 'character'; readonly character: string } | { readonly kind: 'one' } | { readonly kind: 'many' };

/** Reads a LIKE pattern.
 *  @throws SQL_INVALID_VALUE when the pattern ends with the escape character, or that is not one character */
export function readPattern(pattern: string, escape: string | null): readonly PatternPart[] {
  const characters = Array.from(pattern);
  if (escape !== null && Array.from(escape).length > 1) {
    throw new PlatformError('SQL_INVALID_VALUE', 'the escape of a LIKE pattern must be one character');
  }
  const parts: PatternPart[] = [];
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at] ?? '';
    if (character === escape) {
      at += 1;
      const escaped = characters[at];
      if (escaped === undefined) throw new PlatformError('SQL_INVALID_VALUE', 'the LIKE pattern ends with its escape character');
      parts.push({ kind: 'character', character: escaped });
    } else if (character === '%') parts.push({ kind: 'many' });
    else if (character === '_') parts.push({ kind: 'one' });
    else parts.push({ kind: 'character', character });
  }
  return parts;
}

/** Returns whether a text is as the pattern says.
 *  Guarantees: at most text times pattern steps, since only the last `many` is ever tried again. */
export function matchPattern(text: string, parts: readonly PatternPart[]): boolean {
  const characters = Array.from(text);
  let at = 0;
  let part = 0;
  let retryPart = -1;
  let retryAt = 0;
  while (at < characters.length) {
    const wanted = parts[part];
    if (wanted?.kind === 'many') {
      retryPart = part;
      retryAt = at;
      part += 1;
    } else if (wanted !== undefined && (wanted.kind === 'one' || wanted.character === characters[at])) {
      at += 1;
      part += 1;
    } else if (retryPart >= 0) {
      retryAt += 1;
      at = retryAt;
      part = retryPart + 1;
    } else return false;
  }
  while (parts[part]?.kind === 'many') part += 1;
  return part === parts.length;
}
