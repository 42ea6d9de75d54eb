import type { FrameBound, SortItem, WindowFrame, WindowName, WindowSpecification } from '../ast/index.ts';
import { isName, parseCommaList, parseIdentifier, takeIdentifier } from './parse-name.ts';
import type { TokenCursor } from './token-cursor.ts';

/** Reads ASC or DESC, ascending without either. */
export function parseDirection(cursor: TokenCursor): SortItem['direction'] {
  if (cursor.acceptWord('DESC')) return 'descending';
  cursor.acceptWord('ASC');
  return 'ascending';
}

/** Reads NULLS FIRST or NULLS LAST, null without either. */
export function parseNulls(cursor: TokenCursor): SortItem['nulls'] {
  if (cursor.acceptWords('NULLS', 'FIRST')) return 'first';
  if (cursor.acceptWords('NULLS', 'LAST')) return 'last';
  return null;
}

/** Reads one key of an ORDER BY. */
export function parseSortItem(cursor: TokenCursor): SortItem {
  const { start } = cursor.token;
  const expression = cursor.rules.expression(cursor);
  const direction = parseDirection(cursor);
  const nulls = parseNulls(cursor);
  return { kind: 'sort-item', expression, direction, nulls, span: cursor.spanFrom(start) };
}

/** Reads `ORDER BY item, ...`, an empty list without it. */
export function parseOptionalSortItems(cursor: TokenCursor): SortItem[] {
  if (!cursor.acceptWord('ORDER')) return [];
  cursor.expectWord('BY');
  return parseCommaList(cursor, parseSortItem);
}

function parseFrameBound(cursor: TokenCursor): FrameBound {
  const { start } = cursor.token;
  const bound = (kind: FrameBound['bound'], offset: FrameBound['offset'] = null): FrameBound => ({
    kind: 'frame-bound',
    bound: kind,
    offset,
    span: cursor.spanFrom(start),
  });
  if (cursor.acceptWords('CURRENT', 'ROW')) return bound('current-row');
  if (cursor.acceptWords('UNBOUNDED', 'PRECEDING')) return bound('unbounded-preceding');
  if (cursor.acceptWords('UNBOUNDED', 'FOLLOWING')) return bound('unbounded-following');
  const offset = cursor.rules.expression(cursor);
  if (cursor.acceptWord('PRECEDING')) return bound('preceding', offset);
  cursor.expectWord('FOLLOWING');
  return bound('following', offset);
}

function parseExclude(cursor: TokenCursor): WindowFrame['exclude'] {
  if (!cursor.acceptWord('EXCLUDE')) return null;
  if (cursor.acceptWord('GROUP')) return 'group';
  if (cursor.acceptWord('TIES')) return 'ties';
  if (cursor.acceptWord('CURRENT')) {
    cursor.expectWord('ROW');
    return 'current-row';
  }
  cursor.expectWord('NO');
  cursor.expectWord('OTHERS');
  return 'no-others';
}

function frameUnit(cursor: TokenCursor): WindowFrame['unit'] | null {
  if (cursor.acceptWord('ROWS')) return 'rows';
  if (cursor.acceptWord('RANGE')) return 'range';
  return cursor.acceptWord('GROUPS') ? 'groups' : null;
}

function parseOptionalFrame(cursor: TokenCursor): WindowFrame | null {
  const { start: frameStart } = cursor.token;
  const unit = frameUnit(cursor);
  if (unit === null) return null;
  const between = cursor.acceptWord('BETWEEN');
  const start = parseFrameBound(cursor);
  if (between) cursor.expectWord('AND');
  const end = between ? parseFrameBound(cursor) : null;
  const exclude = parseExclude(cursor);
  return { kind: 'window-frame', unit, start, end, exclude, span: cursor.spanFrom(frameStart) };
}

/** True when the word here starts a clause of a window, so that it is not the name of the window to extend. */
function startsWindowClause(cursor: TokenCursor): boolean {
  const { terminal } = cursor.token;
  if (terminal === 'PARTITION') return !cursor.peekSymbol(1, ')') && !cursor.peekWord(1, 'ORDER') && !cursor.peekWord(1, 'PARTITION');
  return (terminal === 'ROWS' || terminal === 'RANGE' || terminal === 'GROUPS') && !cursor.peekSymbol(1, ')');
}

/** Reads a window in parentheses.
 *  @throws SQL_SYNTAX when it is not there. */
export function parseWindowSpecification(cursor: TokenCursor): WindowSpecification {
  const { start } = cursor.expectSymbol('(');
  const base = isName(cursor.token) && !startsWindowClause(cursor) ? takeIdentifier(cursor) : null;
  const partitioned = cursor.acceptWord('PARTITION');
  if (partitioned) cursor.expectWord('BY');
  const partitionBy = partitioned ? parseCommaList(cursor, cursor.rules.expression) : [];
  const orderBy = parseOptionalSortItems(cursor);
  const frame = parseOptionalFrame(cursor);
  cursor.expectSymbol(')');
  return { kind: 'window-specification', base, partitionBy, orderBy, frame, span: cursor.spanFrom(start) };
}

/** Reads what follows OVER: a window's name or a window in parentheses.
 *  @throws SQL_SYNTAX when neither is there. */
export function parseOver(cursor: TokenCursor): WindowName | WindowSpecification {
  if (cursor.isSymbol('(')) return parseWindowSpecification(cursor);
  const name = parseIdentifier(cursor, 'a window name');
  return { kind: 'window-name', name, span: name.span };
}
