import type { RouteClauses, RouteComparison, Statement } from '../ast/index.ts';
import { keywordOf } from '../lex/index.ts';
import { parseCommaList, parseIdentifier, parseLabel } from './parse-name.ts';
import type { TokenCursor } from './token-cursor.ts';

const OPERATORS = ['=', '<>', '<', '<=', '>', '>='] as const;
const POLICIES = ['strict', 'prefer', 'any'] as const;

function parseComparison(cursor: TokenCursor): RouteComparison {
  const { start } = cursor.token;
  const feature = parseLabel(cursor, 'a feature of statements');
  const operator = OPERATORS.find((symbol) => cursor.acceptSymbol(symbol)) ?? cursor.fail('a comparison');
  const isNumber = cursor.token.kind === 'number';
  if (!isNumber && cursor.token.kind !== 'string') return cursor.fail('a string or a number');
  const { value } = cursor.advance();
  return { kind: 'route-comparison', feature, operator, value, isNumber, span: cursor.spanFrom(start) };
}

function parseConditions(cursor: TokenCursor): RouteComparison[] {
  if (!cursor.acceptWord('WHEN')) return [];
  const conditions = [parseComparison(cursor)];
  while (cursor.acceptWord('AND')) conditions.push(parseComparison(cursor));
  return conditions;
}

function parseEngines(cursor: TokenCursor): RouteClauses['engines'] {
  if (!cursor.acceptWord('ENGINES')) return [];
  cursor.expectSymbol('(');
  const engines = parseCommaList(cursor, (inner) => parseIdentifier(inner, 'the name of an engine'));
  cursor.expectSymbol(')');
  return engines;
}

function parseClauses(cursor: TokenCursor): RouteClauses {
  const conditions = parseConditions(cursor);
  cursor.expectWord('SET');
  cursor.expectWord('POLICY');
  const policy = POLICIES.find((name) => cursor.acceptWord(keywordOf(name))) ?? cursor.fail();
  const engines = parseEngines(cursor);
  const off = cursor.acceptWords('VIEWS', 'OFF');
  if (!off) cursor.acceptWords('VIEWS', 'ON');
  return { conditions, policy, engines, views: !off };
}

/** Reads what follows ALTER ROUTE. */
export function parseAlterRoute(cursor: TokenCursor, start: number): Statement {
  if (cursor.acceptWords('CLEAR', 'ENGINE')) {
    const engine = parseIdentifier(cursor, 'the name of an engine');
    return { kind: 'clear-engine', engine, span: cursor.spanFrom(start) };
  }
  const name = parseIdentifier(cursor, 'the name of a rule');
  const rule = cursor.acceptWord('DROP') ? null : parseClauses(cursor);
  return { kind: 'alter-route', name, rule, span: cursor.spanFrom(start) };
}
