export { foldWord } from './fold-word.ts';
export { type Keyword, keywordOf, keywordsIn, KEYWORDS } from './keyword.ts';
export { Lexer } from './lexer.ts';
export { locate } from './source-location.ts';
export { type PlacedStatement, placeStatements, splitStatements } from './split-statements.ts';
export type { SymbolText } from './symbol.ts';
export type { Terminal, Token, TokenKind } from './token.ts';
export { tokenize } from './tokenize.ts';
