export { Lexer } from './lexer.ts';
export { locate } from './source-location.ts';
export { type PlacedStatement, placeStatements, splitStatements } from './split-statements.ts';
export type { Token, TokenKind } from './token.ts';
export { tokenize } from './tokenize.ts';
