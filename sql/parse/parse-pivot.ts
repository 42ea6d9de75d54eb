import {
  type Expression,
  PRECEDENCE,
  type Pivot,
  type PivotAggregate,
  type PivotColumn,
  type PivotValue,
  plainCall,
  type Span,
  type TableAlias,
  type TableReference,
  type Unpivot,
  type UnpivotGroup,
} from '../ast/index.ts';
import {
  isName,
  parseColumnNames,
  parseCommaList,
  parseIdentifier,
  parseLabel,
  parseParenthesisedList,
  takeIdentifier,
} from './parse-name.ts';
import type { TokenCursor } from './token-cursor.ts';

/** True when PIVOT or UNPIVOT here belongs to the table before it and is not its alias. */
export function startsPivot(cursor: TokenCursor): boolean {
  if (cursor.peekWord(0, 'PIVOT')) return cursor.peekSymbol(1, '(');
  return cursor.peekWord(0, 'UNPIVOT') && (cursor.peekSymbol(1, '(') || cursor.peekWord(2, 'NULLS'));
}

function parseValue(cursor: TokenCursor): PivotValue {
  const { start } = cursor.token;
  const value = cursor.rules.expression(cursor);
  const named = cursor.acceptWord('AS') || isName(cursor.token);
  const alias = named ? parseLabel(cursor, 'a column alias') : null;
  return { kind: 'pivot-value', value, alias, span: cursor.spanFrom(start) };
}

/** Reads the expression that is turned into columns. IN is not its operator. */
function parseColumn(cursor: TokenCursor): PivotColumn {
  const { start } = cursor.token;
  const expression = cursor.rules.operand(cursor, PRECEDENCE.predicate + 1);
  const values = cursor.acceptWord('IN') ? parseParenthesisedList(cursor, parseValue) : null;
  return { kind: 'pivot-column', expression, values, span: cursor.spanFrom(start) };
}

function parseAggregate(cursor: TokenCursor): PivotAggregate {
  const { start } = cursor.token;
  const expression = cursor.rules.expression(cursor);
  const named = cursor.acceptWord('AS') || isName(cursor.token);
  const alias = named ? parseLabel(cursor, 'a column alias') : null;
  return { kind: 'pivot-aggregate', expression, alias, span: cursor.spanFrom(start) };
}

function parseGroups(cursor: TokenCursor): Expression[] | null {
  if (!cursor.acceptWord('GROUP')) return null;
  cursor.expectWord('BY');
  return parseCommaList(cursor, cursor.rules.expression);
}

function parseAlias(cursor: TokenCursor): TableAlias | null {
  const { start } = cursor.token;
  if (!cursor.acceptWord('AS') && (!isName(cursor.token) || startsPivot(cursor))) return null;
  const name = parseIdentifier(cursor, 'a table alias');
  const columns = cursor.isSymbol('(') ? parseColumnNames(cursor) : [];
  return { kind: 'table-alias', name, columns, span: cursor.spanFrom(start) };
}

function parsePivotSuffix(cursor: TokenCursor, input: TableReference, start: number): Pivot {
  cursor.expectWord('PIVOT');
  cursor.expectSymbol('(');
  const aggregates = parseCommaList(cursor, parseAggregate);
  cursor.expectWord('FOR');
  const columns = [parseColumn(cursor)];
  while (!cursor.isWord('GROUP') && !cursor.isSymbol(')')) {
    if (columns.at(-1)?.values === null) return cursor.fail('IN');
    columns.push(parseColumn(cursor));
  }
  const groupBy = parseGroups(cursor);
  cursor.expectSymbol(')');
  const alias = parseAlias(cursor);
  return { kind: 'pivot', input, aggregates, columns, groupBy, alias, span: cursor.spanFrom(start) };
}

function parseUnpivotGroup(cursor: TokenCursor): UnpivotGroup {
  const { start } = cursor.token;
  const columns = cursor.isSymbol('(') ? parseColumnNames(cursor) : [parseIdentifier(cursor, 'a column name')];
  let label: string | null = null;
  if (cursor.acceptWord('AS')) {
    const { kind, value } = cursor.token;
    if (kind === 'string') {
      cursor.advance();
      label = value;
    } else label = parseLabel(cursor, 'a column alias').name;
  }
  return { kind: 'unpivot-group', columns, label, span: cursor.spanFrom(start) };
}

function parseUnpivotSuffix(cursor: TokenCursor, input: TableReference, start: number): Unpivot {
  cursor.expectWord('UNPIVOT');
  const includeNulls = acceptIncludeNulls(cursor);
  cursor.expectSymbol('(');
  const values = cursor.isSymbol('(') ? parseColumnNames(cursor) : [parseIdentifier(cursor, 'a name for the values')];
  cursor.expectWord('FOR');
  const name = parseIdentifier(cursor, 'a name for the names');
  cursor.expectWord('IN');
  const groups = parseParenthesisedList(cursor, parseUnpivotGroup);
  cursor.expectSymbol(')');
  const alias = parseAlias(cursor);
  return { kind: 'unpivot', input, includeNulls, values, name, groups, alias, span: cursor.spanFrom(start) };
}

function acceptIncludeNulls(cursor: TokenCursor): boolean {
  if (cursor.acceptWords('INCLUDE', 'NULLS')) return true;
  cursor.acceptWords('EXCLUDE', 'NULLS');
  return false;
}

/** Reads the PIVOT and UNPIVOT clauses that follow a table. */
export function parsePivots(cursor: TokenCursor, table: TableReference, start: number): TableReference {
  let left = table;
  while (startsPivot(cursor)) {
    left = cursor.peekWord(0, 'PIVOT') ? parsePivotSuffix(cursor, left, start) : parseUnpivotSuffix(cursor, left, start);
    cursor.chainHeight++;
  }
  return left;
}

function countRows(span: Span): PivotAggregate {
  return { kind: 'pivot-aggregate', expression: { ...plainCall('count', [], { span }), star: true }, alias: null, span };
}

/** Reads what follows the table of `PIVOT t ON ..`. */
export function parsePivotBody(cursor: TokenCursor, input: TableReference, start: number): Pivot {
  cursor.expectWord('ON');
  const columns = parseCommaList(cursor, parseColumn);
  const using = cursor.acceptWord('USING') ? parseCommaList(cursor, parseAggregate) : null;
  const aggregates = using ?? [countRows(cursor.spanFrom(start))];
  const groupBy = parseGroups(cursor);
  return { kind: 'pivot', input, aggregates, columns, groupBy, alias: null, span: cursor.spanFrom(start) };
}

/** Reads what follows the table of `UNPIVOT t ON ..`. */
export function parseUnpivotBody(cursor: TokenCursor, input: TableReference, start: number, includeNulls: boolean): Unpivot {
  cursor.expectWord('ON');
  const groups = parseCommaList(cursor, parseUnpivotGroup);
  const plain = (name: string) => ({ kind: 'identifier', name, quoted: false, span: cursor.spanFrom(start) }) as const;
  let name = plain('name') as Unpivot['name'];
  let values: Unpivot['values'] = [plain('value')];
  if (cursor.acceptWord('INTO')) {
    cursor.expectWord('NAME');
    name = parseIdentifier(cursor, 'a name for the names');
    cursor.expectWord('VALUE');
    values = parseCommaList(cursor, (inner) => parseIdentifier(inner, 'a name for the values'));
  }
  return { kind: 'unpivot', input, includeNulls, values, name, groups, alias: null, span: cursor.spanFrom(start) };
}

/** Passes PIVOT or UNPIVOT at the start of a query; null when the word here is a name. */
export function acceptPivotStart(cursor: TokenCursor): { readonly kind: 'pivot' | 'unpivot'; readonly includeNulls: boolean } | null {
  if (!opensPivot(cursor, 0)) return null;
  const isPivot = takeIdentifier(cursor).name.toUpperCase() === 'PIVOT';
  return isPivot ? { kind: 'pivot', includeNulls: false } : { kind: 'unpivot', includeNulls: acceptIncludeNulls(cursor) };
}

/** True when the word at a distance starts a query `PIVOT t ON ..` or `UNPIVOT t ON ..`. */
export function opensPivot(cursor: TokenCursor, distance: number): boolean {
  const { terminal } = cursor.peek(distance);
  if (terminal !== 'PIVOT' && terminal !== 'UNPIVOT') return false;
  const next = cursor.peek(distance + 1);
  return isName(next) || next.terminal === '(';
}
