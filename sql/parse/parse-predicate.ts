import { type ComparisonOperator, type Expression, type Like, PRECEDENCE } from '../ast/index.ts';
import { keywordOf, type Token } from '../lex/index.ts';
import { parseParenthesisContent } from './parse-parentheses.ts';
import type { TokenCursor } from './token-cursor.ts';

const OPERAND = PRECEDENCE.predicate + 1;

/** Reads what follows an operand from IS on.
 *  @throws SQL_SYNTAX when no known test follows. */
export function parseIs(cursor: TokenCursor, operand: Expression, start: number): Expression {
  cursor.expectWord('IS');
  const negated = cursor.acceptWord('NOT');
  if (cursor.acceptWord('NULL')) return { kind: 'is-null', operand, negated, span: cursor.spanFrom(start) };
  if (cursor.acceptWord('DISTINCT')) {
    cursor.expectWord('FROM');
    const right = cursor.rules.operand(cursor, PRECEDENCE.is + 1);
    return { kind: 'is-distinct', left: operand, right, negated, span: cursor.spanFrom(start) };
  }
  for (const truth of ['true', 'false', 'unknown'] as const) {
    if (cursor.acceptWord(keywordOf(truth))) return { kind: 'is-truth', operand, truth, negated, span: cursor.spanFrom(start) };
  }
  return cursor.fail();
}

function parseIn(cursor: TokenCursor, operand: Expression, negated: boolean, start: number): Expression {
  cursor.expectWord('IN');
  cursor.expectSymbol('(');
  const content = parseParenthesisContent(cursor);
  const span = cursor.spanFrom(start);
  if (content.kind === 'query') return { kind: 'in-subquery', operand, query: content.query, negated, span };
  return { kind: 'in-list', operand, values: content.expressions, negated, span };
}

function parseBetween(cursor: TokenCursor, operand: Expression, negated: boolean, start: number): Expression {
  cursor.expectWord('BETWEEN');
  const low = cursor.rules.operand(cursor, OPERAND);
  cursor.expectWord('AND');
  const high = cursor.rules.operand(cursor, OPERAND);
  return { kind: 'between', operand, low, high, negated, span: cursor.spanFrom(start) };
}

function parseLike(cursor: TokenCursor, operand: Expression, negated: boolean, start: number): Expression {
  const { terminal } = cursor.advance();
  const operator: Like['operator'] = terminal === 'ILIKE' ? 'ilike' : terminal === 'SIMILAR' ? 'similar' : 'like';
  if (operator === 'similar') cursor.expectWord('TO');
  const pattern = cursor.rules.operand(cursor, OPERAND);
  const escape = cursor.acceptWord('ESCAPE') ? cursor.rules.operand(cursor, OPERAND) : null;
  return { kind: 'like', operator, operand, pattern, escape, negated, span: cursor.spanFrom(start) };
}

/** True for the keyword of a predicate that NOT may stand before. */
export function startsPredicate({ terminal }: Token): boolean {
  return terminal === 'IN' || terminal === 'BETWEEN' || terminal === 'LIKE' || terminal === 'ILIKE' || terminal === 'SIMILAR';
}

/** Reads what follows an operand from [NOT] IN, BETWEEN, LIKE, ILIKE or SIMILAR TO on. */
export function parsePredicate(cursor: TokenCursor, operand: Expression, start: number): Expression {
  const negated = cursor.acceptWord('NOT');
  if (cursor.peekWord(0, 'IN')) return parseIn(cursor, operand, negated, start);
  if (cursor.peekWord(0, 'BETWEEN')) return parseBetween(cursor, operand, negated, start);
  return parseLike(cursor, operand, negated, start);
}

/** Reads ANY, SOME or ALL with its parentheses after a comparison operator; returns null when none stands here. */
export function acceptQuantified(cursor: TokenCursor, left: Expression, operator: ComparisonOperator, start: number): Expression | null {
  const any = cursor.peekWord(0, 'ANY') || cursor.peekWord(0, 'SOME');
  if (!any && !cursor.peekWord(0, 'ALL')) return null;
  cursor.advance();
  const quantifier = any ? 'any' : 'all';
  cursor.expectSymbol('(');
  const content = parseParenthesisContent(cursor);
  const span = cursor.spanFrom(start);
  if (content.kind === 'query') return { kind: 'quantified-subquery', operator, quantifier, left, query: content.query, span };
  const [list, second] = content.expressions;
  if (list === undefined || second !== undefined) return cursor.fail('one list or a query');
  return { kind: 'quantified-list', operator, quantifier, left, list, span };
}
