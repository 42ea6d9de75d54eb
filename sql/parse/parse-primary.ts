import type { CaseBranch, Expression, Identifier, MapEntry, Parameter, QualifiedName, StructField } from '../ast/index.ts';
import { keywordsIn, type SymbolText } from '../lex/index.ts';
import { parseFunctionCall, wordCall } from './parse-function-call.ts';
import { acceptInterval, acceptTypedLiteral, takeBinary, takeLiteralWord, takeNumber, takeString } from './parse-literal.ts';
import { isName, parseCommaList, parseDottedParts, parseLabel, spanOfParts, takeIdentifier } from './parse-name.ts';
import { parseParenthesisContent, parseParenthesisedQuery } from './parse-parentheses.ts';
import { parseTypeName } from './parse-type-name.ts';
import { acceptWordCall } from './parse-word-call.ts';
import type { TokenCursor } from './token-cursor.ts';

/** Functions that are called without parentheses. */
const BARE_FUNCTIONS: ReadonlySet<string> = new Set([
  ...keywordsIn('CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP LOCALTIME LOCALTIMESTAMP'),
  ...keywordsIn('CURRENT_USER SESSION_USER CURRENT_ROLE CURRENT_SCHEMA CURRENT_CATALOG'),
]);

/** True for the name of a function that is called without parentheses. */
export function isBareFunction(name: string): boolean {
  return BARE_FUNCTIONS.has(name.toUpperCase());
}

function parseParenthesised(cursor: TokenCursor): Expression {
  const { start } = cursor.advance();
  const content = parseParenthesisContent(cursor);
  if (content.kind === 'query') return { kind: 'scalar-subquery', query: content.query, span: cursor.spanFrom(start) };
  const [first, second] = content.expressions;
  if (first !== undefined && second === undefined) return first;
  return { kind: 'row', elements: content.expressions, span: cursor.spanFrom(start) };
}

function parseCase(cursor: TokenCursor): Expression {
  const { start } = cursor.advance();
  const operand = cursor.isWord('WHEN') ? null : cursor.rules.expression(cursor);
  const branches: CaseBranch[] = [];
  if (!cursor.isWord('WHEN')) cursor.fail();
  while (cursor.isWord('WHEN')) {
    const { start: branchStart } = cursor.advance();
    const when = cursor.rules.expression(cursor);
    cursor.expectWord('THEN');
    const then = cursor.rules.expression(cursor);
    branches.push({ kind: 'case-branch', when, then, span: cursor.spanFrom(branchStart) });
  }
  const otherwise = cursor.acceptWord('ELSE') ? cursor.rules.expression(cursor) : null;
  cursor.expectWord('END');
  return { kind: 'case', operand, branches, otherwise, span: cursor.spanFrom(start) };
}

function parseCast(cursor: TokenCursor): Expression {
  const { start, terminal } = cursor.advance();
  cursor.expectSymbol('(');
  const operand = cursor.rules.expression(cursor);
  cursor.expectWord('AS');
  const dataType = parseTypeName(cursor);
  cursor.expectSymbol(')');
  return { kind: 'cast', operand, dataType, safe: terminal === 'TRY_CAST', span: cursor.spanFrom(start) };
}

function parseElements(cursor: TokenCursor, close: SymbolText): Expression[] {
  cursor.advance();
  const elements = cursor.isSymbol(close) ? [] : parseCommaList(cursor, cursor.rules.expression);
  cursor.expectSymbol(close);
  return elements;
}

function parseStructField(cursor: TokenCursor): StructField {
  const { kind, value, start, end } = cursor.token;
  let name: Identifier;
  if (kind === 'string') {
    cursor.advance();
    name = { kind: 'identifier', name: value, quoted: true, span: { start, end } };
  } else name = parseLabel(cursor, 'a field name');
  cursor.expectSymbol(':');
  const fieldValue = cursor.rules.expression(cursor);
  return { kind: 'struct-field', name, value: fieldValue, span: cursor.spanFrom(start) };
}

function parseStruct(cursor: TokenCursor): Expression {
  const { start } = cursor.advance();
  const fields = parseCommaList(cursor, parseStructField);
  cursor.expectSymbol('}');
  return { kind: 'struct', fields, span: cursor.spanFrom(start) };
}

function parseMapEntry(cursor: TokenCursor): MapEntry {
  const { start } = cursor.token;
  const key = cursor.rules.expression(cursor);
  cursor.expectSymbol(':');
  const value = cursor.rules.expression(cursor);
  return { kind: 'map-entry', key, value, span: cursor.spanFrom(start) };
}

function parseMap(cursor: TokenCursor): Expression {
  const { start } = cursor.advance();
  cursor.expectSymbol('{');
  const entries = cursor.isSymbol('}') ? [] : parseCommaList(cursor, parseMapEntry);
  cursor.expectSymbol('}');
  return { kind: 'map', entries, span: cursor.spanFrom(start) };
}

function takeDollarParameter(cursor: TokenCursor): Parameter {
  const { value } = cursor.token;
  if (!/^\d/.test(value)) {
    const { start } = cursor.advance();
    return { kind: 'named-parameter', name: value, span: cursor.spanFrom(start) };
  }
  if (!/^[1-9]\d{0,4}$/.test(value)) return cursor.fail('a parameter number from $1 to $99999');
  const { start } = cursor.advance();
  return { kind: 'numbered-parameter', index: Number(value), anonymous: false, span: cursor.spanFrom(start) };
}

function parseSymbolPrimary(cursor: TokenCursor): Expression {
  const { terminal, start, end } = cursor.token;
  if (terminal === '(') return parseParenthesised(cursor);
  if (terminal === '[') {
    const elements = parseElements(cursor, ']');
    return { kind: 'list', elements, span: cursor.spanFrom(start) };
  }
  if (terminal === '{') return parseStruct(cursor);
  if (terminal === '?') {
    cursor.advance();
    return { kind: 'numbered-parameter', index: cursor.nextParameterIndex(), anonymous: true, span: { start, end } };
  }
  const next = cursor.peek(1);
  if (terminal !== ':' || next.kind !== 'word' || next.start !== end) return cursor.fail('an expression');
  cursor.advance();
  cursor.advance();
  return { kind: 'named-parameter', name: cursor.text.slice(next.start, next.end), span: cursor.spanFrom(start) };
}

function takeBareCall(cursor: TokenCursor): Expression {
  const { name, span } = takeIdentifier(cursor);
  return wordCall(cursor, span.start, name, []);
}

function parseNameOrCall(cursor: TokenCursor): Expression {
  const { terminal } = cursor.token;
  if (terminal !== '') {
    const isCall = cursor.peekSymbol(1, '(');
    const isSideFunction = isCall && (terminal === 'LEFT' || terminal === 'RIGHT');
    if (!isName(cursor.token) && !isSideFunction) return cursor.fail('an expression');
    // Inside parentheses `VALUES (` starts a query, so it must not be a function elsewhere.
    if (isCall && terminal === 'VALUES') return cursor.fail('an expression');
    if (BARE_FUNCTIONS.has(terminal) && !isCall && !cursor.peekSymbol(1, '.')) return takeBareCall(cursor);
  }
  const first = takeIdentifier(cursor);
  const parts = parseDottedParts(cursor, first, 'a column name');
  const span = spanOfParts(cursor, parts, first);
  if (!cursor.peekSymbol(0, '(')) return { kind: 'column-reference', parts, span };
  const name: QualifiedName = { kind: 'qualified-name', parts, span };
  return parseFunctionCall(cursor, name);
}

function parseArray(cursor: TokenCursor): Expression {
  const { start } = cursor.advance();
  if (cursor.peekSymbol(0, '[')) {
    const elements = parseElements(cursor, ']');
    return { kind: 'list', elements, span: cursor.spanFrom(start) };
  }
  const query = parseParenthesisedQuery(cursor);
  return { kind: 'list-subquery', query, span: cursor.spanFrom(start) };
}

function acceptConstructor(cursor: TokenCursor): Expression | null {
  const { start, terminal } = cursor.token;
  const next = cursor.peek(1).terminal;
  if (terminal === 'ARRAY' && (next === '[' || next === '(')) return parseArray(cursor);
  if (terminal === 'MAP' && next === '{') return parseMap(cursor);
  if (terminal !== 'ROW' || next !== '(') return null;
  cursor.advance();
  const elements = parseElements(cursor, ')');
  return { kind: 'row', elements, span: cursor.spanFrom(start) };
}

function parseWordPrimary(cursor: TokenCursor): Expression {
  const { terminal, start } = cursor.token;
  switch (terminal) {
    case '':
      return acceptTypedLiteral(cursor) ?? parseNameOrCall(cursor);
    case 'NULL':
    case 'TRUE':
    case 'FALSE':
      return takeLiteralWord(cursor);
    case 'CASE':
      return parseCase(cursor);
    case 'CAST':
    case 'TRY_CAST':
      return parseCast(cursor);
    case 'EXISTS': {
      cursor.advance();
      const query = parseParenthesisedQuery(cursor);
      return { kind: 'exists', query, span: cursor.spanFrom(start) };
    }
    case 'INTERVAL':
      return acceptInterval(cursor) ?? parseNameOrCall(cursor);
    case 'ARRAY':
    case 'MAP':
    case 'ROW':
      return acceptConstructor(cursor) ?? parseNameOrCall(cursor);
    default:
      if (!isName(cursor.token)) return parseNameOrCall(cursor);
      return acceptTypedLiteral(cursor) ?? acceptWordCall(cursor) ?? parseNameOrCall(cursor);
  }
}

/** Reads an operand without operators: a literal, parameter, column, call, constructor, CASE, CAST or something in parentheses.
 *  @throws SQL_SYNTAX when none stands here. */
export function parsePrimary(cursor: TokenCursor): Expression {
  switch (cursor.token.kind) {
    case 'word':
      return parseWordPrimary(cursor);
    case 'number':
      return takeNumber(cursor);
    case 'string':
      return takeString(cursor);
    case 'binary':
      return takeBinary(cursor);
    case 'quoted':
      return parseNameOrCall(cursor);
    case 'parameter':
      return takeDollarParameter(cursor);
    case 'symbol':
      return parseSymbolPrimary(cursor);
    default:
      return cursor.fail('an expression');
  }
}
