import { PlatformError } from '../../spi/index.ts';
import type { Span } from '../ast/index.ts';
import { Lexer, locate, type Token } from '../lex/index.ts';
import type { GrammarRules } from './grammar-rules.ts';
import { syntaxError } from './syntax-error.ts';

/** How deep parentheses, subqueries, calls and prefix operators may nest. */
export const NESTING_LEVELS_MAX = 256;

/** Walks over the tokens of one statement. A test that fails at the token where an earlier run of the parser stopped is
 *  recorded, which gives the error its list of what was expected and costs nothing when the text is right. */
export class TokenCursor {
  readonly text: string;
  readonly rules: GrammarRules<TokenCursor>;
  /** The token at which the cursor stands. */
  token: Token;
  /** How many operators, joins and the like made the tree higher without nesting. */
  chainLinks = 0;
  /** Index of the token at which the parse failed, or -1. */
  failedAt = -1;
  readonly #lexer: Lexer;
  readonly #tokens: Token[] = [];
  readonly #recordAt: number;
  readonly #expected: string[] = [];
  readonly #suggested: string[] = [];
  #index = 0;
  #nesting = 0;
  #anonymousParameters = 0;

  /** @param recordAt index of the token at which to record what is expected, or -1. */
  constructor(text: string, rules: GrammarRules<TokenCursor>, recordAt: number) {
    this.text = text;
    this.rules = rules;
    this.#recordAt = recordAt;
    this.#lexer = new Lexer(text);
    this.token = this.peek(0);
  }

  /** Returns the token at the given distance from the current one, without moving. */
  peek(distance: number): Token {
    const index = this.#index + distance;
    while (this.#tokens.length <= index) this.#tokens.push(this.#lexer.next());
    return this.#tokens[index] as Token;
  }

  /** Moves to the next token and returns the one left behind. */
  advance(): Token {
    const passed = this.token;
    this.#index++;
    this.token = this.peek(0);
    return passed;
  }

  /** Returns the end of the last token that was passed: the end of whatever was read before. */
  get lastEnd(): number {
    return this.#index === 0 ? 0 : (this.#tokens[this.#index - 1] as Token).end;
  }

  /** Returns the span from a start to the last token that was passed. */
  spanFrom(start: number): Span {
    return { start, end: this.lastEnd };
  }

  /** True when the current token is that keyword. */
  isWord(word: string): boolean {
    if (this.token.value === word && this.token.kind === 'word') return true;
    if (this.#index === this.#recordAt) this.#expected.push(word);
    return false;
  }

  /** True when the current token is that symbol. */
  isSymbol(symbol: string): boolean {
    if (this.token.value === symbol && this.token.kind === 'symbol') return true;
    if (this.#index === this.#recordAt) this.#expected.push(symbol);
    return false;
  }

  /** True when the token at a distance is that keyword. Records nothing. */
  peekWord(distance: number, word: string): boolean {
    const token = this.peek(distance);
    return token.kind === 'word' && token.value === word;
  }

  /** True when the token at a distance is that symbol. Records nothing. */
  peekSymbol(distance: number, symbol: string): boolean {
    const token = this.peek(distance);
    return token.kind === 'symbol' && token.value === symbol;
  }

  /** Passes the keyword when it stands here. */
  acceptWord(word: string): boolean {
    if (!this.isWord(word)) return false;
    this.advance();
    return true;
  }

  /** Passes the keywords when all of them stand here in this order. */
  acceptWords(...words: readonly string[]): boolean {
    if (!this.isWord(words[0] ?? '')) return false;
    for (let distance = 1; distance < words.length; distance++) {
      if (!this.peekWord(distance, words[distance] ?? '')) return false;
    }
    for (let passed = 0; passed < words.length; passed++) this.advance();
    return true;
  }

  /** Passes the symbol when it stands here. */
  acceptSymbol(symbol: string): boolean {
    if (!this.isSymbol(symbol)) return false;
    this.advance();
    return true;
  }

  /** Passes the keyword.
   *  @throws SQL_SYNTAX when something else stands here. */
  expectWord(word: string): Token {
    if (!this.isWord(word)) this.fail(word);
    return this.advance();
  }

  /** Passes the symbol.
   *  @throws SQL_SYNTAX when something else stands here. */
  expectSymbol(symbol: string): Token {
    if (!this.isSymbol(symbol)) this.fail(symbol);
    return this.advance();
  }

  /** Ends the parse at the current token.
   *  @param descriptions what was expected beside the keywords and symbols that were tried, such as `a table name`.
   *  @throws SQL_SYNTAX always. */
  fail(...descriptions: readonly string[]): never {
    this.failedAt = this.#index;
    const previous = this.#index === 0 ? null : (this.#tokens[this.#index - 1] as Token);
    throw syntaxError({
      text: this.text,
      found: this.token,
      previous,
      expected: [...descriptions, ...this.#expected],
      suggested: this.#suggested,
    });
  }

  /** Names keywords that may stand here and are too many to list in an error; they serve to recognise misspelt ones. */
  suggest(...words: readonly string[]): void {
    if (this.#index === this.#recordAt || this.#index === this.#recordAt - 1) this.#suggested.push(...words);
  }

  /** Enters one level of nesting; `leave` must follow.
   *  @throws SQL_TOO_DEEP beyond the limit. */
  enter(): void {
    if (++this.#nesting <= NESTING_LEVELS_MAX) return;
    const location = locate(this.text, this.token.start, this.token.end);
    throw new PlatformError(
      'SQL_TOO_DEEP',
      `line ${location.line}, column ${location.column}: the statement nests deeper than ${NESTING_LEVELS_MAX} levels`,
      { location, hint: 'Split the statement with WITH, or drop parentheses.', details: { levelsMax: NESTING_LEVELS_MAX } },
    );
  }

  /** Leaves one level of nesting. */
  leave(): void {
    this.#nesting--;
  }

  /** Returns the number of the next `?`, from 1. */
  nextParameterIndex(): number {
    return ++this.#anonymousParameters;
  }

  /** Splits a `>>` at the cursor into two tokens, for the end of nested types. */
  splitShiftRight(): void {
    const { start, end, kind, value } = this.token;
    if (kind !== 'symbol' || value !== '>>') return;
    const first: Token = { kind: 'symbol', value: '>', start, end: start + 1 };
    this.#tokens.splice(this.#index, 1, first, { kind: 'symbol', value: '>', start: start + 1, end });
    this.token = first;
  }
}
