import { Lexer } from './lexer.ts';
import type { Token } from './token.ts';

/** Returns all tokens of the text, the last being the `end` token.
 *  @throws SQL_SYNTAX at an invalid character, or a string, quoted name or comment that does not end. */
export function tokenize(text: string): Token[] {
  const lexer = new Lexer(text);
  const tokens: Token[] = [];
  for (;;) {
    const token = lexer.next();
    tokens.push(token);
    if (token.kind === 'end') return tokens;
  }
}
