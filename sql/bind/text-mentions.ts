import type { SourceText } from './bind-error.ts';

/** Words by which rare constructs are written; a text without the word has none of them, and its trees need not be searched. */
export type RareWord = 'columns' | 'over';

/** What was asked about last: the clauses of one text ask one after the other. */
let searched: Readonly<Record<RareWord, boolean>> & { readonly text: string } = search('');

/** Returns whether the text, out of which what is bound was parsed, may hold a word. */
export function textMentions({ text }: SourceText, word: RareWord): boolean {
  if (searched.text !== text) searched = search(text);
  return searched[word];
}

function search(text: string): typeof searched {
  const lowered = text.toLowerCase();
  return { text, columns: lowered.includes('columns'), over: lowered.includes('over') };
}
