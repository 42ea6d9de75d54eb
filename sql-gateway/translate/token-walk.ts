import type { PlatformError } from '../../spi/index.ts';
import { type MysqlToken, tokenizeMysql, translationError } from './mysql-token.ts';
import type { SyntaxNode } from './syntax-node.ts';

/** Writes one kind of node. */
export type NodeWriter = (walk: TokenWalk, node: SyntaxNode) => void;

/** Writers that need each other: expressions hold queries, which hold expressions. */
export interface WriterRules {
  readonly query: NodeWriter;
  readonly expression: NodeWriter;
  readonly condition: NodeWriter;
  readonly value: NodeWriter;
}

/** A literal or name of the output, in the words of our lexer. */
export interface Atom {
  readonly kind: 'quoted' | 'string' | 'number' | 'binary';
  readonly value: string;
}

/** Goes along the tokens of the original while the tree that node-sql-parser made of it is written in our language.
 *  Guarantees: nothing of the original is passed over, nothing is written that does not stand there: a tree that says something else than the
 *  tokens is refused. */
export class TokenWalk {
  readonly #text: string;
  readonly #tokens: readonly MysqlToken[];
  readonly #pieces: string[] = [];
  readonly #atoms: Atom[] = [];
  readonly rules: WriterRules;
  readonly warnings = new Set<string>();
  #next = 0;

  /** @throws SQL_TRANSLATION, SQL_SYNTAX */
  constructor(text: string, rules: WriterRules) {
    this.rules = rules;
    this.#text = text;
    this.#tokens = tokenizeMysql(text);
  }

  get token(): MysqlToken {
    return this.#tokens[this.#next] as MysqlToken;
  }

  /** The text written so far. */
  get output(): string {
    return this.#pieces.join(' ');
  }

  /** Literals and names written so far, in the order of the output. */
  get atoms(): readonly Atom[] {
    return this.#atoms;
  }

  is(value: string): boolean {
    const { kind, value: found } = this.token;
    return (kind === 'word' && found.toUpperCase() === value) || (kind === 'symbol' && found === value);
  }

  /** Passes over a word or symbol of the original if it stands here. */
  accept(value: string): boolean {
    if (!this.is(value)) return false;
    this.#next += 1;
    return true;
  }

  /** Passes over words and symbols that must stand here. */
  expect(...values: readonly string[]): void {
    for (const value of values) if (!this.accept(value)) throw this.refusal(`the tree has ${value} where the text has ${this.#shown()}`);
  }

  /** Passes over words that must stand here and writes them. */
  copy(...values: readonly string[]): void {
    this.expect(...values);
    this.write(...values);
  }

  /** Passes over any token. */
  skip(): MysqlToken {
    const { token } = this;
    if (token.kind === 'end') throw this.refusal('the text ends before the statement does');
    this.#next += 1;
    return token;
  }

  /** Writes words of our language. */
  write(...words: readonly string[]): void {
    this.#pieces.push(...words);
  }

  /** Passes over a name and writes it in quotes. */
  name(name: string): void {
    const token = this.#literal('name', name, ['word', 'name']);
    this.#pieces.push(`"${token.replaceAll('"', '""')}"`);
    this.#atoms.push({ kind: 'quoted', value: token });
  }

  /** Passes over a text and writes it. node-sql-parser resolves some escapes and others not, so a text with any is taken from the original. */
  string(value: string): string {
    const { kind, value: found, start, end } = this.token;
    const plain = !/[\\'"]/.test(this.#text.slice(start + 1, end - 1));
    if (kind !== 'string' || (plain && found !== value)) throw this.refusal(`the tree has a text where the text has ${this.#shown()}`);
    this.#next += 1;
    this.addString(found);
    return found;
  }

  /** Writes a text that the original does not have. */
  addString(value: string): void {
    this.#pieces.push(`'${value.replaceAll("'", "''")}'`);
    this.#atoms.push({ kind: 'string', value });
  }

  /** Passes over digits, with a sign before them when the number has one, and writes them. */
  number(text: string): void {
    if (text.startsWith('-')) this.copy('-');
    this.addNumber(this.#literal('number', text.replace(/^-/, ''), ['number']));
  }

  /** Writes a number that the original does not have. */
  addNumber(text: string): void {
    this.#pieces.push(text);
    this.#atoms.push({ kind: 'number', value: text });
  }

  /** Passes over hexadecimal digits and writes them. */
  binary(digits: string): void {
    const value = this.#literal('number', digits, ['binary']).toUpperCase();
    this.#pieces.push(`X'${value}'`);
    this.#atoms.push({ kind: 'binary', value });
  }

  /** @throws SQL_TRANSLATION unless the whole text was gone along */
  end(): void {
    this.accept(';');
    if (this.token.kind !== 'end') throw this.refusal(`the tree has nothing for ${this.#shown()}`);
  }

  /** Returns the error for the place that was reached. */
  refusal(what: string): PlatformError {
    return translationError(this.#text, this.token, what);
  }

  #literal(what: string, value: string, kinds: readonly MysqlToken['kind'][]): string {
    const { token } = this;
    if (!kinds.includes(token.kind) || token.value !== value)
      throw this.refusal(`the tree has the ${what} ${value} where the text has ${this.#shown()}`);
    this.#next += 1;
    return token.value;
  }

  #shown(): string {
    const { start, end, kind } = this.token;
    return kind === 'end' ? 'its end' : this.#text.slice(start, Math.min(end, start + 40));
  }
}
