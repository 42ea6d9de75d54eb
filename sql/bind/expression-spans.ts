import type { Expression } from '../../spi/index.ts';
import type { Span } from '../ast/index.ts';

/** Where expressions stand in the text, for errors that are found later. Every reference to a column is noted and next to none is asked for: noting costs
 *  no hash, asking is a search. */
export class ExpressionSpans {
  readonly #expressions: Expression[] = [];
  readonly #spans: Span[] = [];

  /** Notes where an expression stands. */
  note(expression: Expression, span: Span): void {
    this.#expressions.push(expression);
    this.#spans.push(span);
  }

  /** Returns where an expression stands; undefined when that was never noted. */
  of(expression: Expression): Span | undefined {
    return this.#spans[this.#expressions.lastIndexOf(expression)];
  }
}
