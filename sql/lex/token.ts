/** What a token is.
 *  `word` is an unquoted identifier or a keyword, `quoted` a quoted identifier, `symbol` an operator or punctuation,
 *  `hint` the text between the delimiters of a hint directly after SELECT, DELETE, UPDATE or MERGE, `end` the end of the text. */
export type TokenKind = 'word' | 'quoted' | 'string' | 'binary' | 'number' | 'parameter' | 'symbol' | 'hint' | 'end';

/** One token of a statement.
 *  Units: start and end are UTF-16 offsets of the half-open range in the text. */
export interface Token {
  readonly kind: TokenKind;
  /** Depends on the kind: a word in upper case (as written when it has other letters than ASCII, for those are never keywords);
   *  a quoted identifier or string without its quotes; a binary literal's digits in upper case; a parameter without `$`;
   *  else the text as it stands. */
  readonly value: string;
  readonly start: number;
  readonly end: number;
}
