import { isDigit, isSpace, wordCode, wordPartLength, wordStartLength } from './character-class.ts';
import { hashOn, type Keyword, keywordAt } from './keyword.ts';
import { lexicalError } from './lexical-error.ts';
import { nameAt } from './name-table.ts';
import { symbolAt } from './symbol.ts';
import type { Terminal, Token, TokenKind } from './token.ts';

const HEX_DIGITS = /^(?:[0-9a-fA-F]{2})*$/;
/** Words after which a comment that begins with a plus sign holds hints. */
const TAKES_HINTS: ReadonlySet<Terminal | ''> = new Set<Keyword>(['SELECT', 'DELETE', 'UPDATE', 'MERGE']);
const INVALID = /[\0\p{Surrogate}]/u;

/** Cuts the text of a statement into tokens, one at a time.
 *  Guarantees: tokens are in order and do not overlap; between them are only white space and comments; after the last one
 *  every call returns the `end` token. */
export class Lexer {
  readonly text: string;
  #offset = 0;
  /** The keyword or symbol of the last token, '' for another one. */
  #last: Terminal | '' = '';

  /** @throws SQL_SYNTAX when the text holds a NUL or half a surrogate pair, which no engine can be given. */
  constructor(text: string) {
    this.text = text;
    if (text.isWellFormed() && !text.includes('\0')) return;
    const index = INVALID.exec(text)?.index ?? 0;
    throw lexicalError(text, index, index + 1, 'a character that is not allowed in SQL text');
  }

  /** Returns the next token.
   *  @throws SQL_SYNTAX at an invalid character, or a string, quoted name or comment that does not end. */
  next(): Token {
    const hint = this.#skipSpaceAndComments();
    const token = hint ?? this.#read();
    this.#offset = token.end;
    this.#last = token.terminal;
    return token;
  }

  #read(): Token {
    const { text } = this;
    const start = this.#offset;
    if (start >= text.length) return makeToken('end', '', '', start, start);
    const code = text.charCodeAt(start);
    if (code === 39) return readQuoted(text, start, start, "'", 'string');
    if (code === 34) return readQuoted(text, start, start, '"', 'quoted');
    if (code === 96) return readQuoted(text, start, start, '`', 'quoted');
    if ((code === 88 || code === 120) && text.charCodeAt(start + 1) === 39) return readBinary(text, start);
    if (wordStartLength(text, start) > 0) return readWord(text, start);
    if (isDigit(text, start) || (code === 46 && isDigit(text, start + 1))) return readNumber(text, start);
    if (code === 36) return readParameter(text, start);
    return readSymbol(text, start);
  }

  /** Passes white space and comments; returns the token of a comment with hints, null when none stands here. */
  #skipSpaceAndComments(): Token | null {
    const { text } = this;
    let offset = this.#offset;
    for (;;) {
      while (offset < text.length && isSpace(text, offset)) offset++;
      this.#offset = offset;
      if (offset + 1 >= text.length) return null;
      const code = text.charCodeAt(offset);
      if (code === 45 && text.charCodeAt(offset + 1) === 45) offset = lineEnd(text, offset);
      else if (code === 47 && text.charCodeAt(offset + 1) === 42) {
        const end = commentEnd(text, offset);
        const isHint = text.charAt(offset + 2) === '+' && TAKES_HINTS.has(this.#last);
        if (isHint) return makeToken('hint', '', text.slice(offset + 3, end - 2), offset, end);
        offset = end;
      } else return null;
    }
  }
}

/** Makes every token, so that all have the same hidden class. */
function makeToken(kind: TokenKind, terminal: Terminal | '', value: string, start: number, end: number): Token {
  return { kind, terminal, value, start, end };
}

function readWord(text: string, start: number): Token {
  let end = start;
  let hash = 0;
  for (; end < text.length; end++) {
    const code = wordCode(text.charCodeAt(end));
    if (code === 0) break;
    hash = hashOn(hash, code);
  }
  const asciiEnd = end;
  if (end < text.length && text.charCodeAt(end) > 127) end = wordEnd(text, end);
  if (end !== asciiEnd) return makeToken('word', '', text.slice(start, end), start, end);
  const keyword = keywordAt(text, start, end, hash);
  return makeToken('word', keyword, keyword === '' ? nameAt(text, start, end, hash) : keyword, start, end);
}

function wordEnd(text: string, start: number): number {
  let end = start;
  for (let length = 1; length > 0; end += length) length = wordPartLength(text, end);
  return end;
}

function readSymbol(text: string, start: number): Token {
  const symbol = symbolAt(text, start);
  if (symbol !== '') return makeToken('symbol', symbol, symbol, start, start + symbol.length);
  const character = String.fromCodePoint(text.codePointAt(start) ?? 0);
  throw lexicalError(text, start, start + character.length, `unexpected character '${character}'`);
}

function digitsEnd(text: string, start: number): number {
  let end = start;
  while (isDigit(text, end)) end++;
  return end;
}

/** Returns the end of an exponent at the offset, the offset itself when none stands there. */
function exponentEnd(text: string, start: number): number {
  const letter = text.charCodeAt(start);
  if (letter !== 69 && letter !== 101) return start;
  const sign = text.charCodeAt(start + 1);
  const digits = sign === 43 || sign === 45 ? start + 2 : start + 1;
  return isDigit(text, digits) ? digitsEnd(text, digits) : start;
}

function readNumber(text: string, start: number): Token {
  let end = digitsEnd(text, start);
  if (text.charCodeAt(end) === 46) end = digitsEnd(text, end + 1);
  end = exponentEnd(text, end);
  if (wordPartLength(text, end) > 0) {
    const junkEnd = wordEnd(text, end);
    throw lexicalError(text, start, junkEnd, `'${text.slice(start, Math.min(junkEnd, start + 40))}' is neither a number nor a name`);
  }
  return makeToken('number', '', text.slice(start, end), start, end);
}

function readParameter(text: string, start: number): Token {
  const end = isDigit(text, start + 1)
    ? digitsEnd(text, start + 1)
    : wordStartLength(text, start + 1) > 0
      ? wordEnd(text, start + 1)
      : start;
  if (end === start || wordPartLength(text, end) > 0) throw lexicalError(text, start, start + 1, "expected a number or a name after '$'");
  return makeToken('parameter', '', text.slice(start + 1, end), start, end);
}

function readQuoted(text: string, start: number, open: number, quote: string, kind: 'string' | 'quoted' | 'binary'): Token {
  let close = text.indexOf(quote, open + 1);
  let doubled = false;
  while (close !== -1 && text.charCodeAt(close + 1) === quote.charCodeAt(0)) {
    doubled = true;
    close = text.indexOf(quote, close + 2);
  }
  const what = kind === 'quoted' ? 'quoted name' : 'string';
  if (close === -1) throw lexicalError(text, start, text.length, `the ${what} that starts here has no closing ${quote}`);
  const raw = text.slice(open + 1, close);
  if (kind === 'quoted' && raw === '') throw lexicalError(text, start, close + 1, 'a quoted name must not be empty');
  return makeToken(kind, '', doubled ? raw.replaceAll(quote + quote, quote) : raw, start, close + 1);
}

function readBinary(text: string, start: number): Token {
  const { value, end } = readQuoted(text, start, start + 1, "'", 'binary');
  if (!HEX_DIGITS.test(value)) throw lexicalError(text, start, end, "expected an even number of hexadecimal digits inside X'..'");
  return makeToken('binary', '', value.toUpperCase(), start, end);
}

function lineEnd(text: string, start: number): number {
  let end = start;
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (code === 10 || code === 13) break;
  }
  return end;
}

function commentEnd(text: string, start: number): number {
  let depth = 1;
  let offset = start + 2;
  let open = start;
  let close = start;
  while (depth > 0) {
    // Each delimiter is searched for only once, or nested comments would cost quadratic time.
    if (close !== -1 && close < offset) close = text.indexOf('*/', offset);
    if (open !== -1 && open < offset) open = text.indexOf('/*', offset);
    if (close === -1) throw lexicalError(text, start, text.length, 'the comment that starts here has no closing */');
    const opens = open !== -1 && open < close;
    depth += opens ? 1 : -1;
    offset = (opens ? open : close) + 2;
  }
  return offset;
}
