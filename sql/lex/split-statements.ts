import { Lexer } from './lexer.ts';

/** Returns the statements of a text that are not empty, without the semicolons between them. Semicolons in strings, quoted names and comments do not count.
 *  @throws SQL_SYNTAX at an invalid character, or a string, quoted name or comment that does not end. */
export function splitStatements(text: string): string[] {
  const lexer = new Lexer(text);
  const statements: string[] = [];
  let start = 0;
  let hasTokens = false;
  for (;;) {
    const token = lexer.next();
    const ends = token.kind === 'end' || (token.kind === 'symbol' && token.value === ';');
    if (!ends) {
      hasTokens = true;
      continue;
    }
    if (hasTokens) statements.push(text.slice(start, token.start).trim());
    if (token.kind === 'end') return statements;
    start = token.end;
    hasTokens = false;
  }
}
