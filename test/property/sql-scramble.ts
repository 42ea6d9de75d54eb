import { type Token, tokenize } from '../../sql/lex/index.ts';
import { isReserved } from '../../sql/parse/reserved-words.ts';

const SEPARATORS: readonly string[] = [
  ' ',
  '  ',
  '\n',
  '\r\n',
  '\t ',
  '\u00A0',
  ' /* plain */ ',
  '/**/',
  ' /* it\'s "odd" ; SELECT */ ',
  '/* outer /* inner */ still outer */',
  ' -- to the end of the line; DROP TABLE t\n',
  "\n--'\n",
];

function isSymbol(token: Token | undefined, ...symbols: readonly string[]): boolean {
  return token !== undefined && token.kind === 'symbol' && symbols.includes(token.value);
}

/** True for a word whose case carries nothing: a reserved word that does not stand where a name or a value may. */
function isCaseFree(tokens: readonly Token[], index: number): boolean {
  const token = tokens[index] as Token;
  if (token.kind !== 'word' || !isReserved(token.value)) return false;
  const before = tokens[index - 1];
  const after = tokens[index + 1];
  const afterAs = before?.kind === 'word' && before.value === 'AS';
  if (afterAs || isSymbol(before, '.', '=')) return false;
  // Before a comparison it may be a label: WHEN table <> 'main.t'.
  return after?.kind !== 'end' && !isSymbol(after, ',', ')', ':', '(', ';', '=', '<>', '!=', '<', '<=', '>', '>=');
}

function scrambleCase(word: string, random: () => number): string {
  return word.replace(/[A-Za-z]/g, (letter) => (random() < 0.5 ? letter.toLowerCase() : letter.toUpperCase()));
}

function separator(left: Token | undefined, right: Token, random: () => number): string {
  const adjacent = left !== undefined && left.end === right.start;
  if (adjacent && (isSymbol(left, ':') || random() < 0.5)) return '';
  const chosen = SEPARATORS[Math.floor(random() * SEPARATORS.length)] ?? ' ';
  // A division sign before a comment, or a minus before a minus, would make another token.
  const safe = left === undefined || !isSymbol(left, '/', '*', '-');
  return safe ? chosen : ` ${chosen}`;
}

/** Returns the same statement with other white space, comments, and case of reserved words.
 *  Guarantees: every other token keeps its text, so the tree stays the same but for its spans.
 *  @param random returns numbers in [0, 1). */
export function scrambleLayout(text: string, random: () => number): string {
  const tokens = tokenize(text);
  let result = '';
  tokens.forEach((token, index) => {
    const raw = text.slice(token.start, token.end);
    result += separator(tokens[index - 1], token, random);
    result += isCaseFree(tokens, index) ? scrambleCase(raw, random) : raw;
  });
  return result;
}
