import type { Expression, PartitionField, Property } from '../ast/index.ts';
import { takeString } from './parse-literal.ts';
import { parseIdentifier, parseLabel, parseParenthesisedList } from './parse-name.ts';
import { parseSmallInteger } from './parse-type-name.ts';
import type { TokenCursor } from './token-cursor.ts';

const LITERAL_WORDS: ReadonlySet<string> = new Set(['TRUE', 'FALSE', 'NULL']);

/** Reads the value of a setting, property or option. A bare word is a string literal; DEFAULT is kept apart. */
export function parsePropertyValue(cursor: TokenCursor): Expression {
  const { kind, value, start, end } = cursor.token;
  const next = cursor.peek(1);
  const stands = next.kind === 'end' || next.terminal === ',' || next.terminal === ')' || next.terminal === ';';
  if (kind === 'string' && stands) return takeString(cursor);
  if (kind !== 'word' || !stands || LITERAL_WORDS.has(value)) return cursor.rules.expression(cursor);
  cursor.advance();
  if (value === 'DEFAULT') return { kind: 'default-value', span: { start, end } };
  return { kind: 'string-literal', value: cursor.text.slice(start, end), span: { start, end } };
}

/** Reads the key of a property: a string, or names with dots between them. */
export function parsePropertyKey(cursor: TokenCursor): string {
  if (cursor.token.kind === 'string') return cursor.advance().value;
  let key = parseLabel(cursor, 'a property name').name;
  while (cursor.acceptSymbol('.')) key += `.${parseLabel(cursor, 'a property name').name}`;
  return key;
}

function parseProperty(cursor: TokenCursor): Property {
  const { start } = cursor.token;
  const key = parsePropertyKey(cursor);
  cursor.expectSymbol('=');
  const value = parsePropertyValue(cursor);
  return { kind: 'property', key, value, span: cursor.spanFrom(start) };
}

/** Reads `(key = value, ...)`. */
export function parseProperties(cursor: TokenCursor): Property[] {
  return parseParenthesisedList(cursor, parseProperty);
}

/** Reads one field of PARTITIONED BY. */
export function parsePartitionField(cursor: TokenCursor): PartitionField {
  const { start } = cursor.token;
  const name = parseIdentifier(cursor, 'a column or a partition transform');
  if (!cursor.acceptSymbol('(')) {
    return { kind: 'partition-field', transform: 'identity', parameter: null, column: name, span: cursor.spanFrom(start) };
  }
  let parameter: number | null = null;
  if (cursor.token.kind === 'number') {
    parameter = parseSmallInteger(cursor);
    cursor.expectSymbol(',');
  }
  const column = parseIdentifier(cursor, 'a column name');
  if (parameter === null && cursor.acceptSymbol(',')) parameter = parseSmallInteger(cursor);
  cursor.expectSymbol(')');
  return { kind: 'partition-field', transform: name.name.toLowerCase(), parameter, column, span: cursor.spanFrom(start) };
}

/** Reads the list of PARTITIONED BY; `bucket(16, id)` and `bucket(id, 16)` are the same. */
export function parsePartitionFields(cursor: TokenCursor): PartitionField[] {
  return parseParenthesisedList(cursor, parsePartitionField);
}
