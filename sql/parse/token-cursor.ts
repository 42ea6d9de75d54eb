import { PlatformError } from '../../spi/index.ts';
import type { Span } from '../ast/index.ts';
import { type Keyword, Lexer, locate, type SymbolText, type Terminal, type Token } from '../lex/index.ts';
import type { GrammarRules } from './grammar-rules.ts';
import { syntaxError } from './syntax-error.ts';

/** How deep parentheses, subqueries, calls and prefix operators may nest. */
export const NESTING_LEVELS_MAX = 256;

/** What stands between the items of a list. */
export type ListSeparator = ',' | 'AND' | 'OR';

/** Walks over the tokens of one statement. A test that fails at the token where an earlier run of the parser stopped is
 *  recorded, which gives the error its list of what was expected and costs nothing when the text is right. */
export class TokenCursor {
  readonly text: string;
  readonly rules: GrammarRules<TokenCursor>;
  /** The token at which the cursor stands. */
  token: Token;
  /** How many operators, joins and the like, which make the tree higher without nesting, lie above each other at most in what was
   *  read since the chain was opened. */
  chainHeight = 0;
  /** How deep nestings went so far. */
  deepestNesting = 0;
  /** Index of the token at which the parse failed, or -1. */
  failedAt = -1;
  readonly #lexer: Lexer;
  /** The token before the current one, null at the start. */
  #previous: Token | null = null;
  /** Tokens that were looked at before the cursor came to them; those before `#aheadFrom` are passed, those from `#aheadTo` on are stale. */
  #ahead: Token[] = [];
  #aheadFrom = 0;
  #aheadTo = 0;
  readonly #recordAt: number;
  readonly #expected: string[] = [];
  readonly #suggested: string[] = [];
  #index = 0;
  /** Whether a test that fails at the current token is recorded. */
  #records: boolean;
  #nesting = 0;
  #anonymousParameters = 0;

  /** @param recordAt index of the token at which to record what is expected, or -1. */
  constructor(text: string, rules: GrammarRules<TokenCursor>, recordAt: number) {
    this.text = text;
    this.rules = rules;
    this.#recordAt = recordAt;
    this.#records = recordAt === 0;
    this.#lexer = new Lexer(text);
    this.token = this.#lexer.next();
  }

  /** Returns the token at the given distance from the current one, without moving. */
  peek(distance: number): Token {
    if (distance === 0) return this.token;
    if (this.#aheadFrom === this.#aheadTo) {
      this.#aheadFrom = 0;
      this.#aheadTo = 0;
    }
    while (this.#aheadTo - this.#aheadFrom < distance) this.#ahead[this.#aheadTo++] = this.#lexer.next();
    return this.#ahead[this.#aheadFrom + distance - 1] as Token;
  }

  /** Moves to the next token and returns the one left behind. */
  advance(): Token {
    const passed = this.token;
    this.#previous = passed;
    this.token = this.#aheadFrom < this.#aheadTo ? (this.#ahead[this.#aheadFrom++] as Token) : this.#lexer.next();
    this.#index++;
    this.#records = this.#index === this.#recordAt;
    return passed;
  }

  /** Returns the end of the last token that was passed: the end of whatever was read before. */
  get lastEnd(): number {
    return this.#previous === null ? 0 : this.#previous.end;
  }

  /** Returns the span from a start to the last token that was passed. */
  spanFrom(start: number): Span {
    return { start, end: this.lastEnd };
  }

  /** True when the current token is that keyword. */
  isWord(word: Keyword): boolean {
    return this.#is(word);
  }

  /** True when the current token is that symbol. */
  isSymbol(symbol: SymbolText): boolean {
    return this.#is(symbol);
  }

  /** True when the token at a distance is that keyword. Records nothing. */
  peekWord(distance: number, word: Keyword): boolean {
    return this.peek(distance).terminal === word;
  }

  /** True when the token at a distance is that symbol. Records nothing. */
  peekSymbol(distance: number, symbol: SymbolText): boolean {
    return this.peek(distance).terminal === symbol;
  }

  /** Passes the keyword when it stands here. */
  acceptWord(word: Keyword): boolean {
    if (!this.isWord(word)) return false;
    this.advance();
    return true;
  }

  /** Passes the keywords when all of them stand here in this order. */
  acceptWords(first: Keyword, second?: Keyword, third?: Keyword, fourth?: Keyword): boolean {
    if (!this.isWord(first)) return false;
    if (second !== undefined && !this.peekWord(1, second)) return false;
    if (third !== undefined && !this.peekWord(2, third)) return false;
    if (fourth !== undefined && !this.peekWord(3, fourth)) return false;
    this.advance();
    if (second !== undefined) this.advance();
    if (third !== undefined) this.advance();
    if (fourth !== undefined) this.advance();
    return true;
  }

  /** Passes the symbol when it stands here. */
  acceptSymbol(symbol: SymbolText): boolean {
    if (!this.isSymbol(symbol)) return false;
    this.advance();
    return true;
  }

  /** Passes what stands between the items of a list. */
  acceptSeparator(separator: ListSeparator): boolean {
    if (!this.#is(separator)) return false;
    this.advance();
    return true;
  }

  /** Passes the keyword.
   *  @throws SQL_SYNTAX when something else stands here. */
  expectWord(word: Keyword): Token {
    if (!this.isWord(word)) this.fail(word);
    return this.advance();
  }

  /** Passes the symbol.
   *  @throws SQL_SYNTAX when something else stands here. */
  expectSymbol(symbol: SymbolText): Token {
    if (!this.isSymbol(symbol)) this.fail(symbol);
    return this.advance();
  }

  /** Ends the parse at the current token.
   *  @param descriptions what was expected beside the keywords and symbols that were tried, such as `a table name`.
   *  @throws SQL_SYNTAX always. */
  fail(...descriptions: readonly string[]): never {
    this.failedAt = this.#index;
    throw syntaxError({
      text: this.text,
      found: this.token,
      previous: this.#previous,
      expected: [...descriptions, ...this.#expected],
      suggested: this.#suggested,
    });
  }

  /** Names keywords that may stand here and are too many to list in an error; they serve to recognise misspelt ones. */
  suggest(words: readonly string[]): void {
    if (this.#records || this.#index === this.#recordAt - 1) this.#suggested.push(...words);
  }

  /** Enters one level of nesting; `leave` must follow.
   *  @throws SQL_TOO_DEEP beyond the limit. */
  enter(): void {
    if (++this.#nesting > this.deepestNesting) this.deepestNesting = this.#nesting;
    if (this.#nesting <= NESTING_LEVELS_MAX) return;
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

  /** Begins to count anew how high operators, joins and the like pile up; `closeChain` must follow with what is returned. */
  openChain(): number {
    const outer = this.chainHeight;
    this.chainHeight = 0;
    return outer;
  }

  /** Ends what `openChain` began. */
  closeChain(outer: number): void {
    if (outer > this.chainHeight) this.chainHeight = outer;
  }

  /** Returns the number of the next `?`, from 1. */
  nextParameterIndex(): number {
    return ++this.#anonymousParameters;
  }

  /** Splits a `>>` at the cursor into two tokens, for the end of nested types. */
  splitShiftRight(): void {
    const { start, end, terminal } = this.token;
    if (terminal !== '>>') return;
    this.token = { kind: 'symbol', terminal: '>', value: '>', start, end: start + 1 };
    const second: Token = { kind: 'symbol', terminal: '>', value: '>', start: start + 1, end };
    this.#ahead = [second, ...this.#ahead.slice(this.#aheadFrom, this.#aheadTo)];
    this.#aheadFrom = 0;
    this.#aheadTo = this.#ahead.length;
  }

  #is(terminal: Terminal): boolean {
    if (this.token.terminal === terminal) return true;
    if (this.#records) this.#expected.push(terminal);
    return false;
  }
}
