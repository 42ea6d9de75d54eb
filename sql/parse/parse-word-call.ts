import { type Expression, type NumberLiteral, PRECEDENCE } from '../ast/index.ts';
import type { Keyword, Terminal } from '../lex/index.ts';
import { wordCall } from './parse-function-call.ts';
import type { TokenCursor } from './token-cursor.ts';

type WordCall = (cursor: TokenCursor, start: number) => Expression;

function parseExtract(cursor: TokenCursor, start: number): Expression {
  const { kind, value } = cursor.token;
  if (kind !== 'word' && kind !== 'string') return cursor.fail('a part of a date such as YEAR');
  cursor.advance();
  cursor.expectWord('FROM');
  const operand = cursor.rules.expression(cursor);
  cursor.expectSymbol(')');
  return { kind: 'extract', field: value.toLowerCase(), operand, span: cursor.spanFrom(start) };
}

function parseSubstring(cursor: TokenCursor, start: number): Expression {
  const text = cursor.rules.expression(cursor);
  let from: Expression | null = null;
  let length: Expression | null = null;
  if (cursor.acceptWord('FROM')) {
    from = cursor.rules.expression(cursor);
    if (cursor.acceptWord('FOR')) length = cursor.rules.expression(cursor);
  } else if (cursor.acceptWord('FOR')) {
    length = cursor.rules.expression(cursor);
    if (cursor.acceptWord('FROM')) from = cursor.rules.expression(cursor);
  } else {
    cursor.expectSymbol(',');
    from = cursor.rules.expression(cursor);
    if (cursor.acceptSymbol(',')) length = cursor.rules.expression(cursor);
  }
  cursor.expectSymbol(')');
  const one: NumberLiteral = { kind: 'number-literal', text: '1', form: 'integer', span: text.span };
  return wordCall(cursor, start, 'substring', length === null ? [text, from ?? one] : [text, from ?? one, length]);
}

function parsePosition(cursor: TokenCursor, start: number): Expression {
  // One step above IN, which here separates the operands.
  const needle = cursor.rules.operand(cursor, PRECEDENCE.predicate + 1);
  if (!cursor.acceptSymbol(',')) cursor.expectWord('IN');
  const haystack = cursor.rules.expression(cursor);
  cursor.expectSymbol(')');
  return wordCall(cursor, start, 'position', [needle, haystack]);
}

function parseTrim(cursor: TokenCursor, start: number): Expression {
  let functionName = 'trim';
  let hasSide = true;
  if (cursor.acceptWord('LEADING')) functionName = 'ltrim';
  else if (cursor.acceptWord('TRAILING')) functionName = 'rtrim';
  else hasSide = cursor.acceptWord('BOTH');
  let characters: Expression | null = null;
  let text: Expression | null = hasSide && cursor.isWord('FROM') ? null : cursor.rules.expression(cursor);
  if (text === null || cursor.isWord('FROM')) {
    cursor.expectWord('FROM');
    characters = text;
    text = cursor.rules.expression(cursor);
  } else if (!hasSide && cursor.acceptSymbol(',')) {
    characters = cursor.rules.expression(cursor);
  }
  cursor.expectSymbol(')');
  return wordCall(cursor, start, functionName, characters === null ? [text] : [text, characters]);
}

function parseOverlay(cursor: TokenCursor, start: number): Expression {
  const values = [cursor.rules.expression(cursor)];
  const separators = cursor.acceptWord('PLACING') ? (['FROM', 'FOR'] as const) : null;
  if (separators === null) cursor.expectSymbol(',');
  values.push(cursor.rules.expression(cursor));
  if (separators === null) cursor.expectSymbol(',');
  else cursor.expectWord(separators[0]);
  values.push(cursor.rules.expression(cursor));
  if (separators === null ? cursor.acceptSymbol(',') : cursor.acceptWord(separators[1])) values.push(cursor.rules.expression(cursor));
  cursor.expectSymbol(')');
  return wordCall(cursor, start, 'overlay', values);
}

const WORD_CALLS: ReadonlyMap<Terminal | '', WordCall> = new Map<Keyword, WordCall>([
  ['EXTRACT', parseExtract],
  ['SUBSTRING', parseSubstring],
  ['POSITION', parsePosition],
  ['TRIM', parseTrim],
  ['OVERLAY', parseOverlay],
]);

/** Passes a call whose arguments may be separated by words, such as `EXTRACT(year FROM d)`; returns null when none stands here. */
export function acceptWordCall(cursor: TokenCursor): Expression | null {
  const parse = WORD_CALLS.get(cursor.token.terminal);
  if (parse === undefined || !cursor.peekSymbol(1, '(')) return null;
  const { start } = cursor.advance();
  cursor.advance();
  return parse(cursor, start);
}
