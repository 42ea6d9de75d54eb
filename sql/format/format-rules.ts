import type { Expression, Query, TableReference } from '../ast/index.ts';

/** The printers that call each other in circles, handed to every printer so that the files import in one direction only. */
export interface FormatRules {
  /** Prints an expression without parentheses around it. */
  readonly expression: (expression: Expression) => string;
  /** Prints an expression, in parentheses when its outermost operator binds less tightly than the precedence. */
  readonly operand: (expression: Expression, precedence: number) => string;
  /** Prints a query without parentheses around it. */
  readonly query: (query: Query) => string;
  /** Prints a table with its joins. */
  readonly tableReference: (table: TableReference) => string;
}
