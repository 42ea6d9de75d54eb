import {
  type CommonTable,
  type Expression,
  type OrderBy,
  PRECEDENCE,
  type Query,
  type QueryBody,
  type SetOperation,
  type WithClause,
} from '../ast/index.ts';
import { takeNumber } from './parse-literal.ts';
import { parseColumnNames, parseCommaList, parseIdentifier, parseParenthesisedList, parseQualifiedName } from './parse-name.ts';
import { parseParenthesisedQuery } from './parse-parentheses.ts';
import { acceptPivotStart, parsePivotBody, parseUnpivotBody } from './parse-pivot.ts';
import { parseSelect, selectAll } from './parse-select.ts';
import { parseTablePrimary } from './parse-table-primary.ts';
import { parseDirection, parseNulls, parseSortItem } from './parse-window.ts';
import type { TokenCursor } from './token-cursor.ts';

interface SetOperator {
  readonly operator: SetOperation['operator'];
  readonly all: boolean;
  readonly byName: boolean;
}

interface Limits {
  readonly limit: Expression | null;
  readonly limitUnit: Query['limitUnit'];
  readonly offset: Expression | null;
  readonly withTies: boolean;
}

function parseMaterialized(cursor: TokenCursor): boolean | null {
  if (cursor.acceptWords('NOT', 'MATERIALIZED')) return false;
  return cursor.acceptWord('MATERIALIZED') ? true : null;
}

function parseCommonTable(cursor: TokenCursor): CommonTable {
  const name = parseIdentifier(cursor, 'a name for the common table');
  const columns = cursor.isSymbol('(') ? parseColumnNames(cursor) : [];
  cursor.expectWord('AS');
  const materialized = parseMaterialized(cursor);
  const query = parseParenthesisedQuery(cursor);
  return { kind: 'common-table', name, columns, materialized, query, span: cursor.spanFrom(name.span.start) };
}

/** Reads a WITH clause, null when none stands here. */
export function parseWith(cursor: TokenCursor): WithClause | null {
  const { start } = cursor.token;
  if (!cursor.acceptWord('WITH')) return null;
  const recursive = cursor.isWord('RECURSIVE') && !cursor.peekWord(1, 'AS') && !cursor.peekSymbol(1, '(');
  if (recursive) cursor.advance();
  const tables = parseCommaList(cursor, parseCommonTable);
  return { kind: 'with-clause', recursive, tables, span: cursor.spanFrom(start) };
}

/** Reads a value of VALUES or of an assignment, where DEFAULT may stand. */
export function parseValueOrDefault(cursor: TokenCursor): Expression {
  const next = cursor.peek(1);
  const isLast = next.kind !== 'symbol' || next.terminal === ',' || next.terminal === ')' || next.terminal === ';';
  if (!isLast || !cursor.peekWord(0, 'DEFAULT')) return cursor.rules.expression(cursor);
  const { start, end } = cursor.advance();
  return { kind: 'default-value', span: { start, end } };
}

/** Drops a query that adds nothing to its body, as parentheses around a SELECT leave one. */
function unwrap(query: Query): QueryBody {
  const bare = query.with === null && query.orderBy === null && query.limit === null && query.offset === null;
  return bare ? query.body : query;
}

/** `PIVOT t ON ..` is `SELECT * FROM t PIVOT (..)`. */
function parsePivotQuery(
  cursor: TokenCursor,
  { kind, includeNulls }: Exclude<ReturnType<typeof acceptPivotStart>, null>,
  start: number,
): QueryBody {
  const input = parseTablePrimary(cursor);
  const table = kind === 'pivot' ? parsePivotBody(cursor, input, start) : parseUnpivotBody(cursor, input, start, includeNulls);
  return selectAll(table, cursor.spanFrom(start));
}

function parseBodyOperand(cursor: TokenCursor): QueryBody {
  const { start } = cursor.token;
  if (cursor.isWord('SELECT') || cursor.peekWord(0, 'FROM')) return parseSelect(cursor);
  if (cursor.peekWord(0, 'VALUES')) {
    cursor.advance();
    const rows = parseCommaList(cursor, (inner) => parseParenthesisedList(inner, parseValueOrDefault));
    return { kind: 'values', rows, span: cursor.spanFrom(start) };
  }
  if (cursor.peekWord(0, 'TABLE')) {
    cursor.advance();
    const table = parseQualifiedName(cursor, 'a table name');
    return { kind: 'table-query', table, span: cursor.spanFrom(start) };
  }
  const pivot = acceptPivotStart(cursor);
  if (pivot !== null) return parsePivotQuery(cursor, pivot, start);
  if (!cursor.acceptSymbol('(')) return cursor.fail('a query');
  const query = parseQuery(cursor);
  cursor.expectSymbol(')');
  return unwrap(query);
}

function acceptSetOperator(cursor: TokenCursor, intersect: boolean): SetOperator | null {
  let operator: SetOperation['operator'];
  if (intersect) {
    if (!cursor.acceptWord('INTERSECT')) return null;
    operator = 'intersect';
  } else if (cursor.acceptWord('UNION')) operator = 'union';
  else if (cursor.acceptWord('EXCEPT')) operator = 'except';
  else return null;
  const all = cursor.acceptWord('ALL');
  if (!all) cursor.acceptWord('DISTINCT');
  const byName = cursor.acceptWords('BY', 'NAME');
  return { operator, all, byName };
}

/** Reads operands and operators of one precedence; equal operators in a row share one node. */
function parseSetOperations(cursor: TokenCursor, first: QueryBody, start: number, intersect: boolean): QueryBody {
  let left = first;
  let chain: { operator: SetOperator; operands: QueryBody[] } | null = null;
  for (let next = acceptSetOperator(cursor, intersect); next !== null; next = acceptSetOperator(cursor, intersect)) {
    const operandStart = cursor.token.start;
    const leftHeight = cursor.openChain();
    const operand = parseBodyOperand(cursor);
    const right = intersect ? operand : parseSetOperations(cursor, operand, operandStart, true);
    const last = chain?.operator;
    if (chain !== null && last?.operator === next.operator && last.all === next.all && last.byName === next.byName) {
      cursor.chainHeight++;
      cursor.closeChain(leftHeight);
      chain.operands.push(right);
    } else {
      cursor.closeChain(leftHeight);
      cursor.chainHeight++;
      chain = { operator: next, operands: [left, right] };
    }
    left = { kind: 'set-operation', ...next, operands: chain.operands, span: cursor.spanFrom(start) };
  }
  return left;
}

function parseOrderBy(cursor: TokenCursor): OrderBy | null {
  const { start } = cursor.token;
  if (!cursor.acceptWord('ORDER')) return null;
  cursor.expectWord('BY');
  if (cursor.acceptWord('ALL')) {
    const direction = parseDirection(cursor);
    const nulls = parseNulls(cursor);
    return { kind: 'order-by-all', direction, nulls, span: cursor.spanFrom(start) };
  }
  const items = parseCommaList(cursor, parseSortItem);
  return { kind: 'order-by-items', items, span: cursor.spanFrom(start) };
}

function acceptRowWord(cursor: TokenCursor): void {
  if (!cursor.acceptWord('ROWS')) cursor.acceptWord('ROW');
}

function parseFetch(cursor: TokenCursor): { limit: Expression; withTies: boolean } {
  if (!cursor.acceptWord('FIRST')) cursor.expectWord('NEXT');
  const { start } = cursor.token;
  const one: Expression = { kind: 'number-literal', text: '1', form: 'integer', span: { start, end: start } };
  const counted = !cursor.isWord('ROW') && !cursor.isWord('ROWS');
  const limit = counted ? cursor.rules.operand(cursor, PRECEDENCE.additive) : one;
  acceptRowWord(cursor);
  const withTies = cursor.acceptWords('WITH', 'TIES');
  if (!withTies) cursor.expectWord('ONLY');
  return { limit, withTies };
}

/** Reads the number after LIMIT; a percent sign that ends it is no operator. */
function parseLimitCount(cursor: TokenCursor): Expression {
  const { kind, terminal } = cursor.peek(2);
  const isLast = kind === 'end' || terminal === ')' || terminal === ';' || terminal === 'OFFSET';
  const isPercentage = cursor.token.kind === 'number' && cursor.peekSymbol(1, '%') && isLast;
  return isPercentage ? takeNumber(cursor) : cursor.rules.expression(cursor);
}

function acceptPercent(cursor: TokenCursor): boolean {
  return cursor.acceptWord('PERCENT') || cursor.acceptSymbol('%');
}

function parseLimits(cursor: TokenCursor): Limits {
  let limit: Expression | null = null;
  let offset: Expression | null = null;
  let withTies = false;
  let limited = false;
  let limitUnit: Query['limitUnit'] = 'rows';
  for (;;) {
    if (offset === null && cursor.acceptWord('OFFSET')) {
      offset = cursor.rules.expression(cursor);
      acceptRowWord(cursor);
    } else if (!limited && cursor.acceptWord('LIMIT')) {
      limited = true;
      limit = cursor.acceptWord('ALL') ? null : parseLimitCount(cursor);
      if (limit !== null && acceptPercent(cursor)) limitUnit = 'percent';
    } else if (!limited && cursor.acceptWord('FETCH')) {
      limited = true;
      ({ limit, withTies } = parseFetch(cursor));
    } else return { limit, limitUnit, offset, withTies };
  }
}

function parseTail(cursor: TokenCursor, withClause: WithClause | null, first: QueryBody, start: number): Query {
  const intersected = parseSetOperations(cursor, first, start, true);
  const body = parseSetOperations(cursor, intersected, start, false);
  const orderBy = parseOrderBy(cursor);
  const { limit, limitUnit, offset, withTies } = parseLimits(cursor);
  return { kind: 'query', with: withClause, body, orderBy, limit, limitUnit, withTies, offset, span: cursor.spanFrom(start) };
}

/** Reads a query after its WITH clause; the start is where the clause began. */
export function parseQueryAfterWith(cursor: TokenCursor, withClause: WithClause | null, start: number): Query {
  const bodyStart = cursor.token.start;
  const outer = cursor.openChain();
  const first = parseBodyOperand(cursor);
  const query = parseTail(cursor, withClause, first, bodyStart);
  cursor.closeChain(outer);
  return start === bodyStart ? query : { ...query, span: { start, end: query.span.end } };
}

/** Reads a query with its WITH, ORDER BY, LIMIT and OFFSET; one level of nesting. */
export function parseQuery(cursor: TokenCursor): Query {
  const { start } = cursor.token;
  cursor.enter();
  const withClause = parseWith(cursor);
  const query = parseQueryAfterWith(cursor, withClause, start);
  cursor.leave();
  return query;
}

/** Reads what follows the first operand of a query that stood in parentheses. */
export function parseQueryAfter(cursor: TokenCursor, first: Query, start: number): Query {
  return parseTail(cursor, null, unwrap(first), start);
}
