import type { Hint } from '../ast/index.ts';
import { locate, Lexer, type Token } from '../lex/index.ts';
import { PlatformError } from '../../spi/index.ts';
import type { TokenCursor } from './token-cursor.ts';

function invalidHint(cursor: TokenCursor, comment: Token): PlatformError {
  const location = locate(cursor.text, comment.start, comment.end);
  return new PlatformError(
    'SQL_SYNTAX',
    `line ${location.line}, column ${location.column}: expected hints such as ENGINE(batch), separated by commas or spaces`,
    { location, details: { found: comment.value.trim(), expected: ['a hint name'] } },
  );
}

/** Passes the hints of a comment directly after SELECT, DELETE, UPDATE or MERGE; there are none without such a comment.
 *  @throws SQL_SYNTAX when the comment holds something else than hints. */
export function acceptHints(cursor: TokenCursor): Hint[] {
  const comment = cursor.token;
  if (comment.kind !== 'hint') return [];
  cursor.advance();
  const offset = comment.start + 3;
  const lexer = new Lexer(comment.value);
  const hints: Hint[] = [];
  let token = lexer.next();
  while (token.kind === 'word' || token.kind === 'quoted') {
    const quoted = token.kind === 'quoted';
    const name = quoted ? token.value : comment.value.slice(token.start, token.end);
    const span = { start: offset + token.start, end: offset + token.end };
    const args: string[] = [];
    let end = span.end;
    token = lexer.next();
    if (token.value === '(' && token.kind === 'symbol') {
      for (token = lexer.next(); token.kind !== 'end' && token.value !== ')'; token = lexer.next()) {
        if (token.value === ',') continue;
        args.push(token.kind === 'string' || token.kind === 'quoted' ? token.value : comment.value.slice(token.start, token.end));
      }
      if (token.kind === 'end') throw invalidHint(cursor, comment);
      end = offset + token.end;
      token = lexer.next();
    }
    hints.push({ kind: 'hint', name: { kind: 'identifier', name, quoted, span }, arguments: args, span: { start: span.start, end } });
    if (token.value === ',') token = lexer.next();
  }
  if (token.kind !== 'end') throw invalidHint(cursor, comment);
  return hints;
}
