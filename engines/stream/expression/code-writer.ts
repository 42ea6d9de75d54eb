import type { TextPool } from '../changelog/text-pool.ts';
import { instantiate } from '../instantiate.ts';

/** A value that generated code uses; made when the code is, since texts are numbers of the pipeline's pool. */
export type ConstantMaker = (pool: TextPool) => unknown;

/** A computed value as generated code names it. */
export interface Snippet {
  readonly value: string;
  /** Condition for NULL: 'false', 'true' or a variable. `value` means nothing where it holds. */
  readonly isNull: string;
}

/** Collects the lines of a generated loop. Nothing of the query goes into the text but counts: constants are slots. */
export class CodeWriter {
  readonly #prelude: string[] = [];
  readonly #lines: string[] = [];
  readonly #constants: ConstantMaker[] = [];
  #names = 0;

  /** Returns a name that is not used yet. */
  name(prefix: string): string {
    this.#names += 1;
    return `${prefix}${String(this.#names)}`;
  }

  /** Adds a line to the body of the loop. */
  line(text: string): void {
    this.#lines.push(text);
  }

  /** Adds a line ahead of the loop. */
  before(text: string): void {
    this.#prelude.push(text);
  }

  /** Returns the name of a value of the query or of a function of the engine. */
  constant(make: ConstantMaker): string {
    this.#constants.push(make);
    return `k${String(this.#constants.length - 1)}`;
  }

  /** Returns the name of a value that needs no pool. */
  fixed(value: unknown): string {
    return this.constant(() => value);
  }

  /** Declares a variable and returns its name. */
  variable(value: string): string {
    const name = this.name('v');
    this.line(`let ${name} = ${value};`);
    return name;
  }

  /** Returns a function of `parameters` with the loop in between; `make` binds the constants.
   *  Guarantees: everything is inside one function, so constants are known to its compiler. */
  function<Result>(parameters: string, loop: readonly [string, string], end: string): (pool: TextPool) => Result {
    const text = [
      ...this.#constants.map((_, slot) => `const k${String(slot)} = K[${String(slot)}];`),
      `return function run(${parameters}) {`,
      ...this.#prelude,
      loop[0],
      ...this.#lines,
      loop[1],
      end,
      '};',
    ].join('\n');
    return (pool) => instantiate<Result>(text, { K: this.#constants.map((make) => make(pool)) });
  }
}
