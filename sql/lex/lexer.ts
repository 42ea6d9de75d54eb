import { isDigit, isSpace, wordPartLength, wordStartLength } from './character-class.ts';
import { lexicalError } from './lexical-error.ts';
import type { Token, TokenKind } from './token.ts';

const SYMBOLS = new Set('( ) [ ] { } , . ; : + - * / % ^ & | ~ < > = ? :: := <= >= <> != == || // ** << >> => -> ->>'.split(' '));
const HEX_DIGITS = /^(?:[0-9a-fA-F]{2})*$/;
/** Words after which a comment that begins with a plus sign holds hints. */
const TAKES_HINTS: ReadonlySet<string> = new Set(['SELECT', 'DELETE', 'UPDATE', 'MERGE']);
const NON_ASCII = /[^\0-\x7F]/;
const INVALID = /[\0\p{Surrogate}]/u;

/** Cuts the text of a statement into tokens, one at a time.
 *  Guarantees: tokens are in order and do not overlap; between them are only white space and comments; after the last one
 *  every call returns the `end` token. */
export class Lexer {
  readonly text: string;
  #offset = 0;
  #takesHints = false;

  /** @throws SQL_SYNTAX when the text holds a NUL or half a surrogate pair, which no engine can be given. */
  constructor(text: string) {
    this.text = text;
    const invalid = INVALID.exec(text);
    if (invalid !== null) throw lexicalError(text, invalid.index, invalid.index + 1, 'a character that is not allowed in SQL text');
  }

  /** Returns the next token.
   *  @throws SQL_SYNTAX at an invalid character, or a string, quoted name or comment that does not end. */
  next(): Token {
    const hint = this.#skipSpaceAndComments();
    const token = hint ?? this.#read();
    this.#takesHints = token.kind === 'word' && TAKES_HINTS.has(token.value);
    return token;
  }

  #read(): Token {
    const { text } = this;
    const start = this.#offset;
    if (start >= text.length) return { kind: 'end', value: '', start: text.length, end: text.length };
    const code = text.charCodeAt(start);
    if (code === 39) return this.#quoted(start, start, "'", 'string');
    if (code === 34) return this.#quoted(start, start, '"', 'quoted');
    if (code === 96) return this.#quoted(start, start, '`', 'quoted');
    if ((code === 88 || code === 120) && text.charCodeAt(start + 1) === 39) return this.#binary(start);
    if (wordStartLength(text, start) > 0) return this.#word(start);
    if (isDigit(text, start) || (code === 46 && isDigit(text, start + 1))) return this.#number(start);
    if (code === 36) return this.#parameter(start);
    return this.#symbol(start);
  }

  #token(kind: TokenKind, value: string, start: number, end: number): Token {
    this.#offset = end;
    return { kind, value, start, end };
  }

  #wordEnd(start: number): number {
    let end = start;
    for (let length = 1; length > 0; end += length) length = wordPartLength(this.text, end);
    return end;
  }

  #word(start: number): Token {
    const end = this.#wordEnd(start);
    const word = this.text.slice(start, end);
    return this.#token('word', NON_ASCII.test(word) ? word : word.toUpperCase(), start, end);
  }

  #symbol(start: number): Token {
    const { text } = this;
    if (text.startsWith('->>', start)) return this.#token('symbol', '->>', start, start + 3);
    const pair = text.slice(start, start + 2);
    if (pair.length === 2 && SYMBOLS.has(pair)) return this.#token('symbol', pair, start, start + 2);
    const single = text.charAt(start);
    if (SYMBOLS.has(single)) return this.#token('symbol', single, start, start + 1);
    const character = String.fromCodePoint(text.codePointAt(start) ?? 0);
    throw lexicalError(text, start, start + character.length, `unexpected character '${character}'`);
  }

  #digits(start: number): number {
    let end = start;
    while (isDigit(this.text, end)) end++;
    return end;
  }

  #number(start: number): Token {
    const { text } = this;
    let end = this.#digits(start);
    if (text.charCodeAt(end) === 46) end = this.#digits(end + 1);
    const exponent = /^[eE][+-]?\d+/.exec(text.slice(end, end + 24));
    if (exponent !== null) end = this.#digits(end + exponent[0].length);
    if (wordPartLength(text, end) > 0) {
      const junkEnd = this.#wordEnd(end);
      throw lexicalError(text, start, junkEnd, `'${text.slice(start, Math.min(junkEnd, start + 40))}' is neither a number nor a name`);
    }
    return this.#token('number', text.slice(start, end), start, end);
  }

  #parameter(start: number): Token {
    const { text } = this;
    const end = isDigit(text, start + 1)
      ? this.#digits(start + 1)
      : wordStartLength(text, start + 1) > 0
        ? this.#wordEnd(start + 1)
        : start;
    if (end === start || wordPartLength(text, end) > 0) throw lexicalError(text, start, start + 1, "expected a number or a name after '$'");
    return this.#token('parameter', text.slice(start + 1, end), start, end);
  }

  #quoted(start: number, open: number, quote: string, kind: 'string' | 'quoted' | 'binary'): Token {
    const { text } = this;
    let close = text.indexOf(quote, open + 1);
    let doubled = false;
    while (close !== -1 && text.charAt(close + 1) === quote) {
      doubled = true;
      close = text.indexOf(quote, close + 2);
    }
    const what = kind === 'quoted' ? 'quoted name' : 'string';
    if (close === -1) throw lexicalError(text, start, text.length, `the ${what} that starts here has no closing ${quote}`);
    const raw = text.slice(open + 1, close);
    if (kind === 'quoted' && raw === '') throw lexicalError(text, start, close + 1, 'a quoted name must not be empty');
    return this.#token(kind, doubled ? raw.replaceAll(quote + quote, quote) : raw, start, close + 1);
  }

  #binary(start: number): Token {
    const token = this.#quoted(start, start + 1, "'", 'binary');
    if (!HEX_DIGITS.test(token.value)) {
      throw lexicalError(this.text, start, token.end, "expected an even number of hexadecimal digits inside X'..'");
    }
    return { ...token, value: token.value.toUpperCase() };
  }

  #skipSpaceAndComments(): Token | null {
    const { text } = this;
    for (;;) {
      const start = this.#offset;
      if (start >= text.length) return null;
      const code = text.charCodeAt(start);
      if (code === 45 && text.charCodeAt(start + 1) === 45) this.#skipLine();
      else if (code === 47 && text.charCodeAt(start + 1) === 42) {
        const end = this.#commentEnd(start);
        if (this.#takesHints && text.charAt(start + 2) === '+') return this.#token('hint', text.slice(start + 3, end - 2), start, end);
        this.#offset = end;
      } else if (isSpace(text, start)) this.#offset++;
      else return null;
    }
  }

  #skipLine(): void {
    const { text } = this;
    while (this.#offset < text.length) {
      const code = text.charCodeAt(this.#offset);
      if (code === 10 || code === 13) return;
      this.#offset++;
    }
  }

  #commentEnd(start: number): number {
    const { text } = this;
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
}
