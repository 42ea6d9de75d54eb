import type { SourceText } from './bind-error.ts';

/** Words by which rare constructs are written; a text without the word has none of them, and its trees need not be searched. */
export type RareWord = 'columns' | 'over';

const PATTERNS: Readonly<Record<RareWord, RegExp>> = { columns: /columns/i, over: /over/i };

const found = new WeakMap<SourceText, Map<RareWord, boolean>>();

/** Returns whether the text, out of which what is bound was parsed, may hold a word. */
export function textMentions(source: SourceText, word: RareWord): boolean {
  let words = found.get(source);
  if (words === undefined) {
    words = new Map();
    found.set(source, words);
  }
  let isThere = words.get(word);
  if (isThere === undefined) {
    isThere = PATTERNS[word].test(source.text);
    words.set(word, isThere);
  }
  return isThere;
}
