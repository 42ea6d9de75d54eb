/** How many names are kept: a power of two, so large that the names of a few hundred tables seldom take each other's place. */
const SLOTS = 16384;
/** Names that are longer are rare. Units: characters. */
const LENGTH_MAX = 64;

const NAME_AT = new Array<string>(SLOTS).fill('');

/** Returns the word of ASCII characters that is the range [start, end) of the text; the hash is that of its characters.
 *  A process meets the same names again and again: a name that was met of late comes back as the same string object, so that it takes no memory, and
 *  what looks it up has its hash already. */
export function nameAt(text: string, start: number, end: number, hash: number): string {
  const length = end - start;
  if (length > LENGTH_MAX) return text.slice(start, end);
  const slot = (hash ^ (hash >>> 16)) & (SLOTS - 1);
  const known = NAME_AT[slot] ?? '';
  if (known.length === length && text.startsWith(known, start)) return known;
  // What `slice` returns may hold on to the whole text.
  const name = Buffer.from(text.slice(start, end), 'latin1').toString('latin1');
  NAME_AT[slot] = name;
  return name;
}
