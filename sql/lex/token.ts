import type { Keyword } from './keyword.ts';
import type { SymbolText } from './symbol.ts';

/** What a token is.
 *  `word` is an unquoted identifier or a keyword, `quoted` a quoted identifier, `symbol` an operator or punctuation,
 *  `hint` the text between the delimiters of a hint directly after SELECT, DELETE, UPDATE or MERGE, `end` the end of the text. */
export type TokenKind = 'word' | 'quoted' | 'string' | 'binary' | 'number' | 'parameter' | 'symbol' | 'hint' | 'end';

/** A token that the grammar names: a keyword in upper case or a symbol. */
export type Terminal = Keyword | SymbolText;

/** One token of a statement.
 *  Units: start and end are UTF-16 offsets of the half-open range in the text. */
export interface Token {
  readonly kind: TokenKind;
  /** The keyword or symbol that stands here, '' for every other token. A quoted identifier is never a keyword. */
  readonly terminal: Terminal | '';
  /** Depends on the kind: a word as written, but a keyword in upper case; a quoted identifier or string without its quotes;
   *  a binary literal's digits in upper case; a parameter without `$`; else the text as it stands. */
  readonly value: string;
  readonly start: number;
  readonly end: number;
}
