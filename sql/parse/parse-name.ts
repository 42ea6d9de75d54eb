import type { Identifier, QualifiedName, Span } from '../ast/index.ts';
import type { Token } from '../lex/index.ts';
import { isReserved } from './reserved-words.ts';
import type { ListSeparator, TokenCursor } from './token-cursor.ts';

/** True for a token that can be a name: a quoted one, or a word that is not reserved. */
export function isName({ kind, terminal }: Token): boolean {
  return kind === 'quoted' || (kind === 'word' && (terminal === '' || !isReserved(terminal)));
}

/** Passes a token known to be a name and returns its identifier. */
export function takeIdentifier(cursor: TokenCursor): Identifier {
  const { kind, terminal, value, start, end } = cursor.advance();
  const name = terminal === '' ? value : cursor.text.slice(start, end);
  return { kind: 'identifier', name, quoted: kind === 'quoted', span: { start, end } };
}

/** Reads one name.
 *  @param description what the name stands for in an error, such as `a table name`.
 *  @throws SQL_SYNTAX when no name stands here. */
export function parseIdentifier(cursor: TokenCursor, description = 'a name'): Identifier {
  if (!isName(cursor.token)) cursor.fail(description);
  return takeIdentifier(cursor);
}

/** Reads a name where no clause can follow, as after AS or a dot: reserved words are names too.
 *  @throws SQL_SYNTAX when no name stands here. */
export function parseLabel(cursor: TokenCursor, description = 'a name'): Identifier {
  if (cursor.token.kind !== 'word' && cursor.token.kind !== 'quoted') cursor.fail(description);
  return takeIdentifier(cursor);
}

/** Reads a dotted name.
 *  @throws SQL_SYNTAX when no name stands here. */
export function parseQualifiedName(cursor: TokenCursor, description = 'a name'): QualifiedName {
  const first = parseIdentifier(cursor, description);
  const parts = parseDottedParts(cursor, first, description);
  return { kind: 'qualified-name', parts, span: spanOfParts(cursor, parts, first) };
}

/** Returns the span of a dotted name that was just read; a name of one part shares that of the part. */
export function spanOfParts(cursor: TokenCursor, parts: readonly Identifier[], first: Identifier): Span {
  return parts.length === 1 ? first.span : cursor.spanFrom(first.span.start);
}

/** Reads what follows the first part of a dotted name, and returns all parts.
 *  @param description what a part stands for in an error.
 *  @throws SQL_SYNTAX when a dot is not followed by a name. */
export function parseDottedParts(cursor: TokenCursor, first: Identifier, description: string): Identifier[] {
  if (!cursor.peekSymbol(0, '.')) return [first];
  cursor.advance();
  const second = parseLabel(cursor, description);
  const parts = [first, second];
  while (cursor.peekSymbol(0, '.')) {
    cursor.advance();
    parts.push(parseLabel(cursor, description));
  }
  return parts;
}

/** Reads what follows the first item of a list up to where no separator stands, and returns all items.
 *  Guarantees: the array has no room to spare, which in the trees of long statements would be as large as what it holds. */
export function parseListAfter<T>(cursor: TokenCursor, first: T, separator: ListSeparator, item: (cursor: TokenCursor) => T): T[] {
  if (!cursor.acceptSeparator(separator)) return [first];
  const second = item(cursor);
  if (!cursor.acceptSeparator(separator)) return [first, second];
  const items = [first, second, item(cursor)];
  while (cursor.acceptSeparator(separator)) items.push(item(cursor));
  return items.slice();
}

/** Reads one or more items separated by commas. */
export function parseCommaList<T>(cursor: TokenCursor, item: (cursor: TokenCursor) => T): T[] {
  return parseListAfter(cursor, item(cursor), ',', item);
}

/** Reads one or more items separated by commas in parentheses. */
export function parseParenthesisedList<T>(cursor: TokenCursor, item: (cursor: TokenCursor) => T): T[] {
  cursor.expectSymbol('(');
  const items = parseCommaList(cursor, item);
  cursor.expectSymbol(')');
  return items;
}

/** Reads `(name, ...)`.
 *  @throws SQL_SYNTAX when it is not there. */
export function parseColumnNames(cursor: TokenCursor): Identifier[] {
  return parseParenthesisedList(cursor, (inner) => parseIdentifier(inner, 'a column name'));
}

/** Reads a string and returns its value.
 *  @throws SQL_SYNTAX when no string stands here. */
export function parseStringValue(cursor: TokenCursor): string {
  if (cursor.token.kind !== 'string') cursor.fail('a string');
  return cursor.advance().value;
}
