import type { Expression, Query, TableReference } from '../ast/index.ts';

/** The rules of the grammar that contain themselves by way of others. They are handed to every rule with the cursor, so that
 *  the files of the parser import each other in one direction only. */
export interface GrammarRules<Cursor> {
  /** Reads an expression. */
  readonly expression: (cursor: Cursor) => Expression;
  /** Reads an expression whose operators bind at least as tightly as the precedence given. */
  readonly operand: (cursor: Cursor, precedence: number) => Expression;
  /** Reads a query with its WITH, ORDER BY, LIMIT and OFFSET. */
  readonly query: (cursor: Cursor) => Query;
  /** Reads what follows the first operand of a query, which was read already because it might have been an expression or a table. */
  readonly queryAfter: (cursor: Cursor, first: Query, start: number) => Query;
  /** Reads a table with the joins that follow it. */
  readonly tableReference: (cursor: Cursor) => TableReference;
}
