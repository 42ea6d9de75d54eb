import type { BoundStatement } from './bound-statement.ts';

/** A statement whose names are settled, and that no part of the platform carries out yet. */
export type RefusedStatement = Extract<BoundStatement, { kind: 'refused' }>;

/** Makes a statement that is refused when it is run.
 *  @param what the statement and what it is about, such as `ALTER TABLE main.t ADD COLUMN`
 *  @param hint what to do instead */
export function refusedStatement(what: string, hint: string, details: RefusedStatement['details'] = {}): RefusedStatement {
  return { kind: 'refused', what, hint, details };
}
