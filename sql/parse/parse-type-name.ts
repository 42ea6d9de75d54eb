import type { ListType, MapType, StructType, StructTypeField, TypeName } from '../ast/index.ts';
import { foldWord, type Keyword } from '../lex/index.ts';
import { isReserved } from './reserved-words.ts';
import { parseCommaList, parseLabel } from './parse-name.ts';
import type { TokenCursor } from './token-cursor.ts';

/** Types of several words: what may follow the first word. */
const CONTINUATIONS: Readonly<Record<string, readonly (readonly [Keyword, Keyword?, Keyword?, Keyword?])[]>> = {
  DOUBLE: [['PRECISION']],
  CHARACTER: [['VARYING']],
  CHAR: [['VARYING']],
  BINARY: [['VARYING']],
  TIME: [
    ['WITH', 'LOCAL', 'TIME', 'ZONE'],
    ['WITH', 'TIME', 'ZONE'],
    ['WITHOUT', 'TIME', 'ZONE'],
  ],
  TIMESTAMP: [
    ['WITH', 'LOCAL', 'TIME', 'ZONE'],
    ['WITH', 'TIME', 'ZONE'],
    ['WITHOUT', 'TIME', 'ZONE'],
  ],
};

function closeAngle(cursor: TokenCursor): void {
  cursor.splitShiftRight();
  cursor.expectSymbol('>');
}

/** Reads what stands between `(` and `)` or `<` and `>`; returns null when neither opens here. */
function parseTypeArguments<T>(cursor: TokenCursor, content: (cursor: TokenCursor) => T): T | null {
  const angle = cursor.isSymbol('<');
  if (!angle && !cursor.isSymbol('(')) return null;
  cursor.advance();
  const result = content(cursor);
  if (angle) closeAngle(cursor);
  else cursor.expectSymbol(')');
  return result;
}

function parseStructField(cursor: TokenCursor): StructTypeField {
  const name = parseLabel(cursor, 'a field name');
  cursor.acceptSymbol(':');
  const dataType = parseTypeName(cursor);
  return { kind: 'struct-type-field', name, dataType, span: cursor.spanFrom(name.span.start) };
}

function parseStructType(cursor: TokenCursor, start: number): StructType {
  const fields = parseTypeArguments(cursor, (inner) => parseCommaList(inner, parseStructField));
  return fields === null ? cursor.fail() : { kind: 'struct-type', fields, span: cursor.spanFrom(start) };
}

function parseMapType(cursor: TokenCursor, start: number): MapType {
  const types = parseTypeArguments(cursor, (inner) => {
    const key = parseTypeName(inner);
    inner.expectSymbol(',');
    return { key, value: parseTypeName(inner) };
  });
  return types === null ? cursor.fail() : { kind: 'map-type', ...types, span: cursor.spanFrom(start) };
}

function parseListType(cursor: TokenCursor, start: number): ListType {
  const element = parseTypeArguments(cursor, parseTypeName);
  return element === null ? cursor.fail() : { kind: 'list-type', element, size: null, span: cursor.spanFrom(start) };
}

/** Reads a whole number of at most nine digits.
 *  @throws SQL_SYNTAX when none stands here. */
export function parseSmallInteger(cursor: TokenCursor): number {
  if (cursor.token.kind !== 'number' || !/^\d{1,9}$/.test(cursor.token.value)) cursor.fail('a whole number');
  return Number(cursor.advance().value);
}

function parseNamedType(cursor: TokenCursor, start: number, firstWord: string): TypeName {
  let name = firstWord;
  let parameters: number[] = [];
  const takeWords = (): void => {
    for (const words of CONTINUATIONS[name] ?? []) {
      if (!cursor.acceptWords(...words)) continue;
      name = [name, ...words].join(' ');
      return;
    }
  };
  if (name !== 'TIME' && name !== 'TIMESTAMP') takeWords();
  if (cursor.acceptSymbol('(')) {
    parameters = parseCommaList(cursor, parseSmallInteger);
    cursor.expectSymbol(')');
  }
  if (name === 'TIME' || name === 'TIMESTAMP') takeWords();
  return { kind: 'named-type', name, parameters, span: cursor.spanFrom(start) };
}

function parseSingleType(cursor: TokenCursor): TypeName {
  const { token } = cursor;
  if (token.kind !== 'word' || isReserved(token.terminal)) return cursor.fail('a data type');
  cursor.advance();
  const opens = cursor.peekSymbol(0, '(') || cursor.peekSymbol(0, '<');
  if (token.terminal === 'STRUCT' || (token.terminal === 'ROW' && opens)) return parseStructType(cursor, token.start);
  if (token.terminal === 'MAP') return parseMapType(cursor, token.start);
  if (opens && (token.terminal === 'ARRAY' || token.terminal === 'LIST')) return parseListType(cursor, token.start);
  return parseNamedType(cursor, token.start, foldWord(token));
}

/** Reads a data type.
 *  @throws SQL_SYNTAX when none stands here. */
export function parseTypeName(cursor: TokenCursor): TypeName {
  const { start } = cursor.token;
  const outer = cursor.openChain();
  cursor.enter();
  let type = parseSingleType(cursor);
  cursor.leave();
  while (cursor.acceptSymbol('[')) {
    cursor.chainHeight++;
    const size = cursor.isSymbol(']') ? null : parseSmallInteger(cursor);
    cursor.expectSymbol(']');
    type = { kind: 'list-type', element: type, size, span: cursor.spanFrom(start) };
  }
  cursor.closeChain(outer);
  return type;
}
