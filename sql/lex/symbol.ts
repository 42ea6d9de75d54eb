const SYMBOLS = [
  ...(['(', ')', '[', ']', '{', '}', ',', '.', ';', ':', '+', '-', '*', '/', '%', '^', '&', '|', '~', '<', '>', '=', '?'] as const),
  ...(['::', ':=', '<=', '>=', '<>', '!=', '==', '||', '//', '**', '<<', '>>', '=>', '->', '->>'] as const),
] as const;

/** An operator or a punctuation mark. */
export type SymbolText = (typeof SYMBOLS)[number];

/** The symbols that start with a character, by its code, the longest first. */
const STARTING_WITH: readonly (readonly SymbolText[])[] = Array.from({ length: 128 }, (_, code) =>
  SYMBOLS.filter((symbol) => symbol.charCodeAt(0) === code).sort((left, right) => right.length - left.length),
);

/** Returns the longest symbol at the offset, '' when none stands there; always the same string object for a symbol. */
export function symbolAt(text: string, offset: number): SymbolText | '' {
  const candidates = STARTING_WITH[text.charCodeAt(offset)];
  if (candidates === undefined) return '';
  for (const symbol of candidates) if (goesOnWith(text, offset, symbol)) return symbol;
  return '';
}

/** True when the text goes on with the symbol's characters after the first. */
function goesOnWith(text: string, offset: number, symbol: SymbolText): boolean {
  for (let index = 1; index < symbol.length; index++) {
    if (text.charCodeAt(offset + index) !== symbol.charCodeAt(index)) return false;
  }
  return true;
}
