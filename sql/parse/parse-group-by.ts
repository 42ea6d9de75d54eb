import type { Cube, GroupBy, GroupingElement, GroupingSet, Rollup } from '../ast/index.ts';
import { parseCommaList, parseParenthesisedList } from './parse-name.ts';
import type { TokenCursor } from './token-cursor.ts';

function parseGroupingSet(cursor: TokenCursor): GroupingSet {
  const { start } = cursor.token;
  if (cursor.peekSymbol(0, '(') && cursor.peekSymbol(1, ')')) {
    cursor.advance();
    cursor.advance();
    return { kind: 'grouping-set', expressions: [], span: cursor.spanFrom(start) };
  }
  const expression = cursor.rules.expression(cursor);
  // `(a, b)` here is a set of two keys, while ROW(a, b) is one key.
  const isSet = expression.kind === 'row' && cursor.text.charAt(expression.span.start) === '(';
  const expressions = isSet ? expression.elements : [expression];
  return { kind: 'grouping-set', expressions, span: cursor.spanFrom(start) };
}

function parseRollupOrCube(cursor: TokenCursor): Rollup | Cube {
  const { terminal, start } = cursor.advance();
  const sets = parseParenthesisedList(cursor, parseGroupingSet);
  return { kind: terminal === 'ROLLUP' ? 'rollup' : 'cube', sets, span: cursor.spanFrom(start) };
}

function parseGroupingElement(cursor: TokenCursor): GroupingElement {
  const { start } = cursor.token;
  if ((cursor.peekWord(0, 'ROLLUP') || cursor.peekWord(0, 'CUBE')) && cursor.peekSymbol(1, '(')) return parseRollupOrCube(cursor);
  if (!cursor.acceptWords('GROUPING', 'SETS')) return parseGroupingSet(cursor);
  cursor.enter();
  const elements = parseParenthesisedList(cursor, parseGroupingElement);
  cursor.leave();
  return { kind: 'grouping-sets', elements, span: cursor.spanFrom(start) };
}

/** Reads what follows GROUP BY. */
export function parseGroupBy(cursor: TokenCursor): GroupBy {
  const { start } = cursor.token;
  if (cursor.acceptWord('ALL')) return { kind: 'group-by-all', span: cursor.spanFrom(start) };
  const elements = parseCommaList(cursor, parseGroupingElement);
  return { kind: 'group-by-elements', elements, span: cursor.spanFrom(start) };
}
