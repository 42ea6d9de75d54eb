import { Lexer } from './lexer.ts';

/** A statement of a longer text. Units: offset in UTF-16 code units. */
export interface PlacedStatement {
  readonly text: string;
  readonly offset: number;
}

/** Returns the statements of a text that are not empty, without the semicolons between them. Semicolons in strings, quoted names and comments do not count.
 *  @throws SQL_SYNTAX at an invalid character, or a string, quoted name or comment that does not end. */
export function splitStatements(text: string): string[] {
  return placeStatements(text).map((statement) => statement.text);
}

/** As `splitStatements`, with where each statement begins.
 *  @throws SQL_SYNTAX */
export function placeStatements(text: string): PlacedStatement[] {
  const lexer = new Lexer(text);
  const statements: PlacedStatement[] = [];
  let start = 0;
  let hasTokens = false;
  for (;;) {
    const token = lexer.next();
    const ends = token.kind === 'end' || (token.kind === 'symbol' && token.value === ';');
    if (!ends) {
      hasTokens = true;
      continue;
    }
    if (hasTokens) {
      const piece = text.slice(start, token.start);
      statements.push({ text: piece.trim(), offset: start + piece.length - piece.trimStart().length });
    }
    if (token.kind === 'end') return statements;
    start = token.end;
    hasTokens = false;
  }
}
