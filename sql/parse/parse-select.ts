import type {
  Distinct,
  Identifier,
  NamedWindow,
  Select,
  SelectItem,
  Span,
  Star,
  StarRenaming,
  StarReplacement,
  TableReference,
} from '../ast/index.ts';
import type { Keyword } from '../lex/index.ts';
import { parseGroupBy } from './parse-group-by.ts';
import { acceptHints } from './parse-hints.ts';
import {
  isName,
  parseColumnNames,
  parseCommaList,
  parseIdentifier,
  parseLabel,
  parseParenthesisedList,
  takeIdentifier,
} from './parse-name.ts';
import { parseWindowSpecification } from './parse-window.ts';
import type { TokenCursor } from './token-cursor.ts';

function parseDistinct(cursor: TokenCursor): Distinct | null {
  const { start } = cursor.token;
  if (!cursor.acceptWord('DISTINCT')) {
    cursor.acceptWord('ALL');
    return null;
  }
  const on = cursor.acceptWord('ON') ? parseParenthesisedList(cursor, cursor.rules.expression) : [];
  return { kind: 'distinct', on, span: cursor.spanFrom(start) };
}

/** Returns the number of tokens before the star of `a.b.*`, or -1 when no star starts here. */
function starQualifierLength(cursor: TokenCursor): number {
  if (cursor.isSymbol('*')) return 0;
  if (!isName(cursor.token)) return -1;
  let distance = 1;
  while (cursor.peekSymbol(distance, '.')) {
    if (cursor.peekSymbol(distance + 1, '*')) return distance + 1;
    distance += 2;
  }
  return -1;
}

function parseReplacement(cursor: TokenCursor): StarReplacement {
  const { start } = cursor.token;
  const expression = cursor.rules.expression(cursor);
  cursor.expectWord('AS');
  const column = parseLabel(cursor, 'a column name');
  return { kind: 'star-replacement', expression, column, span: cursor.spanFrom(start) };
}

function parseExclude(cursor: TokenCursor): Identifier[] {
  if (!cursor.acceptWord('EXCLUDE')) return [];
  return cursor.peekSymbol(0, '(') ? parseColumnNames(cursor) : [parseIdentifier(cursor, 'a column name')];
}

function parseReplace(cursor: TokenCursor): StarReplacement[] {
  if (!cursor.acceptWord('REPLACE')) return [];
  return cursor.peekSymbol(0, '(') ? parseParenthesisedList(cursor, parseReplacement) : [parseReplacement(cursor)];
}

function parseRenaming(cursor: TokenCursor): StarRenaming {
  const column = parseIdentifier(cursor, 'a column name');
  cursor.expectWord('AS');
  const name = parseLabel(cursor, 'a column name');
  return { kind: 'star-renaming', column, name, span: cursor.spanFrom(column.span.start) };
}

function parseRename(cursor: TokenCursor): StarRenaming[] {
  if (!cursor.acceptWord('RENAME')) return [];
  return cursor.peekSymbol(0, '(') ? parseParenthesisedList(cursor, parseRenaming) : [parseRenaming(cursor)];
}

function parseStar(cursor: TokenCursor, qualifierLength: number): Star {
  const { start } = cursor.token;
  const parts: Identifier[] = [];
  for (let passed = 0; passed < qualifierLength; passed += 2) {
    parts.push(parseLabel(cursor));
    cursor.expectSymbol('.');
  }
  const qualifierEnd = parts.at(-1)?.span.end ?? start;
  cursor.expectSymbol('*');
  const exclude = parseExclude(cursor);
  const replace = parseReplace(cursor);
  const rename = parseRename(cursor);
  const qualifier = parts.length === 0 ? null : ({ kind: 'qualified-name', parts, span: { start, end: qualifierEnd } } as const);
  return { kind: 'star', qualifier, exclude, replace, rename, span: cursor.spanFrom(start) };
}

function parseSelectItem(cursor: TokenCursor): SelectItem {
  const qualifierLength = starQualifierLength(cursor);
  if (qualifierLength >= 0) return parseStar(cursor, qualifierLength);
  const { start } = cursor.token;
  const expression = cursor.rules.expression(cursor);
  let alias: Identifier | null = null;
  if (cursor.acceptWord('AS')) alias = parseLabel(cursor, 'a column alias');
  else if (isName(cursor.token)) alias = takeIdentifier(cursor);
  return { kind: 'select-expression', expression, alias, span: cursor.spanFrom(start) };
}

function parseNamedWindow(cursor: TokenCursor): NamedWindow {
  const name = parseIdentifier(cursor, 'a window name');
  cursor.expectWord('AS');
  const window = parseWindowSpecification(cursor);
  return { kind: 'named-window', name, window, span: cursor.spanFrom(name.span.start) };
}

function acceptBy(cursor: TokenCursor, word: Keyword): boolean {
  if (!cursor.acceptWord(word)) return false;
  cursor.expectWord('BY');
  return true;
}

type SelectList = Pick<Select, 'hints' | 'distinct' | 'items'>;

function parseSelectList(cursor: TokenCursor): SelectList {
  const hints = acceptHints(cursor);
  const distinct = parseDistinct(cursor);
  return { hints, distinct, items: parseCommaList(cursor, parseSelectItem) };
}

/** `FROM t` alone reads all columns. */
function allColumns(span: Span): SelectList {
  return { hints: [], distinct: null, items: [{ kind: 'star', qualifier: null, exclude: [], replace: [], rename: [], span }] };
}

/** Makes `SELECT * FROM table`. */
export function selectAll(table: TableReference, span: Span): Select {
  const rest = { where: null, groupBy: null, having: null, windows: [], qualify: null } as const;
  return { kind: 'select', ...allColumns(span), from: [table], ...rest, span };
}

/** Reads SELECT, with FROM after its list or ahead of it, up to its QUALIFY.
 *  @throws SQL_SYNTAX when something else stands here. */
export function parseSelect(cursor: TokenCursor): Select {
  const { rules } = cursor;
  const { start } = cursor.token;
  const fromFirst = cursor.acceptWord('FROM') ? parseCommaList(cursor, rules.tableReference) : null;
  if (fromFirst === null) cursor.expectWord('SELECT');
  const list = fromFirst === null || cursor.acceptWord('SELECT') ? parseSelectList(cursor) : allColumns(cursor.spanFrom(start));
  const from = fromFirst ?? (cursor.acceptWord('FROM') ? parseCommaList(cursor, rules.tableReference) : []);
  const where = cursor.acceptWord('WHERE') ? rules.expression(cursor) : null;
  const groupBy = acceptBy(cursor, 'GROUP') ? parseGroupBy(cursor) : null;
  const having = cursor.acceptWord('HAVING') ? rules.expression(cursor) : null;
  const windows = cursor.acceptWord('WINDOW') ? parseCommaList(cursor, parseNamedWindow) : [];
  const qualify = cursor.acceptWord('QUALIFY') ? rules.expression(cursor) : null;
  const { hints, distinct, items } = list;
  return { kind: 'select', hints, distinct, items, from, where, groupBy, having, windows, qualify, span: cursor.spanFrom(start) };
}
