import type { Expression, Query } from '../ast/index.ts';
import { keywordsIn } from '../lex/index.ts';
import { parseListAfter } from './parse-name.ts';
import { opensPivot } from './parse-pivot.ts';
import type { TokenCursor } from './token-cursor.ts';

/** What a pair of parentheses holds: a query, or one or more expressions. */
export type ParenthesisContent =
  | { readonly kind: 'query'; readonly query: Query }
  | { readonly kind: 'expressions'; readonly expressions: readonly Expression[] };

/** What may stand after the first operand of a query. */
const QUERY_GOES_ON: ReadonlySet<string> = new Set(keywordsIn('UNION INTERSECT EXCEPT ORDER LIMIT OFFSET FETCH'));

/** True when a query that does not stand in parentheses starts at the token at a distance. */
export function startsQuery(cursor: TokenCursor, distance = 0): boolean {
  const { terminal } = cursor.peek(distance);
  if (terminal === '') return false;
  if (terminal === 'SELECT' || terminal === 'WITH' || terminal === 'FROM') return true;
  if (terminal === 'VALUES') return cursor.peekSymbol(distance + 1, '(');
  if (opensPivot(cursor, distance)) return true;
  if (terminal !== 'TABLE') return false;
  const next = cursor.peek(distance + 1);
  return next.kind === 'word' || next.kind === 'quoted';
}

/** True when a query goes on here after its first operand, which stood in parentheses. */
export function continuesQuery(cursor: TokenCursor): boolean {
  return QUERY_GOES_ON.has(cursor.token.terminal);
}

/** True when the parenthesis at a distance opens on a query, perhaps inside more parentheses. */
export function opensQuery(cursor: TokenCursor, distance = 0): boolean {
  let inside = distance;
  while (cursor.peekSymbol(inside, '(')) inside++;
  return inside > distance && startsQuery(cursor, inside);
}

/** Reads what stands between parentheses, the opening one being passed already, and passes the closing one.
 *  Guarantees: `((SELECT 1))` is a query however many parentheses surround it, `((SELECT 1) + 1)` an expression, and
 *  `((SELECT 1) UNION SELECT 2)` a query. */
export function parseParenthesisContent(cursor: TokenCursor): ParenthesisContent {
  if (startsQuery(cursor)) {
    const query = cursor.rules.query(cursor);
    cursor.expectSymbol(')');
    return { kind: 'query', query };
  }
  const { start } = cursor.token;
  const first = cursor.rules.expression(cursor);
  if (first.kind === 'scalar-subquery' && continuesQuery(cursor)) {
    const query = cursor.rules.queryAfter(cursor, first.query, start);
    cursor.expectSymbol(')');
    return { kind: 'query', query };
  }
  const expressions = parseListAfter(cursor, first, ',', cursor.rules.expression);
  cursor.expectSymbol(')');
  if (expressions.length === 1 && first.kind === 'scalar-subquery') return { kind: 'query', query: first.query };
  return { kind: 'expressions', expressions };
}

/** Reads a query in parentheses.
 *  @throws SQL_SYNTAX when something else stands here. */
export function parseParenthesisedQuery(cursor: TokenCursor): Query {
  cursor.expectSymbol('(');
  if (!startsQuery(cursor) && !opensQuery(cursor)) cursor.fail('a query');
  const query = cursor.rules.query(cursor);
  cursor.expectSymbol(')');
  return query;
}
