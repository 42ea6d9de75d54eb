import type {
  Assignment,
  Identifier,
  Insert,
  MergeAction,
  MergeClause,
  PartitionValue,
  Query,
  Statement,
  WithClause,
} from '../ast/index.ts';
import { acceptHints } from './parse-hints.ts';
import { isName, parseColumnNames, parseCommaList, parseIdentifier, parseParenthesisedList, parseQualifiedName } from './parse-name.ts';
import { opensQuery } from './parse-parentheses.ts';
import { parseQueryAfterWith, parseValueOrDefault } from './parse-query.ts';
import { isNoTableAlias } from './reserved-words.ts';
import type { TokenCursor } from './token-cursor.ts';

function parsePartitionValue(cursor: TokenCursor): PartitionValue {
  const column = parseIdentifier(cursor, 'a column name');
  const value = cursor.acceptSymbol('=') ? cursor.rules.expression(cursor) : null;
  return { kind: 'partition-value', column, value, span: cursor.spanFrom(column.span.start) };
}

function parseSource(cursor: TokenCursor, withClause: WithClause | null): Query {
  return withClause === null ? cursor.rules.query(cursor) : parseQueryAfterWith(cursor, withClause, cursor.token.start);
}

/** Reads an INSERT; a WITH clause before it belongs to its source. */
export function parseInsert(cursor: TokenCursor, withClause: WithClause | null, start: number): Insert {
  cursor.expectWord('INSERT');
  const overwrite = cursor.acceptWord('OVERWRITE');
  if (!overwrite) cursor.expectWord('INTO');
  else if (!cursor.acceptWord('INTO')) cursor.acceptWord('TABLE');
  const table = parseQualifiedName(cursor, 'a table name');
  const partition = overwrite && cursor.acceptWord('PARTITION') ? parseParenthesisedList(cursor, parsePartitionValue) : null;
  const columns = cursor.isSymbol('(') && !opensQuery(cursor) ? parseColumnNames(cursor) : [];
  if (withClause === null && columns.length === 0 && cursor.acceptWords('DEFAULT', 'VALUES')) {
    return { kind: 'insert', table, columns, byName: false, overwrite, partition, source: null, span: cursor.spanFrom(start) };
  }
  const byName = cursor.acceptWords('BY', 'NAME');
  if (!byName) cursor.acceptWords('BY', 'POSITION');
  const source = parseSource(cursor, withClause);
  return { kind: 'insert', table, columns, byName, overwrite, partition, source, span: cursor.spanFrom(start) };
}

function parseOptionalAlias(cursor: TokenCursor): Identifier | null {
  if (cursor.acceptWord('AS')) return parseIdentifier(cursor, 'a table alias');
  const { token } = cursor;
  const isAlias = isName(token) && !isNoTableAlias(token.terminal);
  return isAlias ? parseIdentifier(cursor) : null;
}

/** Reads a DELETE. */
export function parseDelete(cursor: TokenCursor, withClause: WithClause | null, start: number): Statement {
  cursor.expectWord('DELETE');
  const hints = acceptHints(cursor);
  cursor.expectWord('FROM');
  const table = parseQualifiedName(cursor, 'a table name');
  const alias = parseOptionalAlias(cursor);
  const using = cursor.acceptWord('USING') ? parseCommaList(cursor, cursor.rules.tableReference) : [];
  const where = cursor.acceptWord('WHERE') ? cursor.rules.expression(cursor) : null;
  return { kind: 'delete', with: withClause, hints, table, alias, using, where, span: cursor.spanFrom(start) };
}

function parseAssignment(cursor: TokenCursor): Assignment {
  const target = parseQualifiedName(cursor, 'a column name');
  cursor.expectSymbol('=');
  const value = parseValueOrDefault(cursor);
  return { kind: 'assignment', target, value, span: cursor.spanFrom(target.span.start) };
}

/** Reads an UPDATE. */
export function parseUpdate(cursor: TokenCursor, withClause: WithClause | null, start: number): Statement {
  cursor.expectWord('UPDATE');
  const hints = acceptHints(cursor);
  const table = parseQualifiedName(cursor, 'a table name');
  const alias = parseOptionalAlias(cursor);
  cursor.expectWord('SET');
  const assignments = parseCommaList(cursor, parseAssignment);
  const from = cursor.acceptWord('FROM') ? parseCommaList(cursor, cursor.rules.tableReference) : [];
  const where = cursor.acceptWord('WHERE') ? cursor.rules.expression(cursor) : null;
  return { kind: 'update', with: withClause, hints, table, alias, assignments, from, where, span: cursor.spanFrom(start) };
}

function parseMergeUpdate(cursor: TokenCursor, start: number): MergeAction {
  cursor.expectWord('SET');
  const star = cursor.acceptSymbol('*');
  const assignments = star ? [] : parseCommaList(cursor, parseAssignment);
  return { kind: 'merge-update', star, assignments, span: cursor.spanFrom(start) };
}

function parseMergeInsert(cursor: TokenCursor, start: number): MergeAction {
  if (cursor.acceptSymbol('*')) return { kind: 'merge-insert', star: true, columns: [], values: [], span: cursor.spanFrom(start) };
  const columns = cursor.isSymbol('(') ? parseColumnNames(cursor) : [];
  cursor.expectWord('VALUES');
  const values = parseParenthesisedList(cursor, parseValueOrDefault);
  return { kind: 'merge-insert', star: false, columns, values, span: cursor.spanFrom(start) };
}

function parseMergeAction(cursor: TokenCursor, match: MergeClause['match']): MergeAction {
  const { start } = cursor.token;
  if (cursor.acceptWord('DO')) {
    cursor.expectWord('NOTHING');
    return { kind: 'merge-nothing', span: cursor.spanFrom(start) };
  }
  if (match === 'not-matched') {
    cursor.expectWord('INSERT');
    return parseMergeInsert(cursor, start);
  }
  if (cursor.acceptWord('DELETE')) return { kind: 'merge-delete', span: cursor.spanFrom(start) };
  cursor.expectWord('UPDATE');
  return parseMergeUpdate(cursor, start);
}

function parseMatch(cursor: TokenCursor): MergeClause['match'] {
  const negated = cursor.acceptWord('NOT');
  cursor.expectWord('MATCHED');
  if (!negated) return 'matched';
  if (!cursor.acceptWord('BY')) return 'not-matched';
  if (cursor.acceptWord('TARGET')) return 'not-matched';
  cursor.expectWord('SOURCE');
  return 'not-matched-by-source';
}

function parseMergeClause(cursor: TokenCursor): MergeClause {
  const { start } = cursor.expectWord('WHEN');
  const match = parseMatch(cursor);
  const condition = cursor.acceptWord('AND') ? cursor.rules.expression(cursor) : null;
  cursor.expectWord('THEN');
  const action = parseMergeAction(cursor, match);
  return { kind: 'merge-clause', match, condition, action, span: cursor.spanFrom(start) };
}

/** Reads a MERGE. */
export function parseMerge(cursor: TokenCursor, withClause: WithClause | null, start: number): Statement {
  cursor.expectWord('MERGE');
  const hints = acceptHints(cursor);
  cursor.expectWord('INTO');
  const table = parseQualifiedName(cursor, 'a table name');
  const alias = parseOptionalAlias(cursor);
  cursor.expectWord('USING');
  const source = cursor.rules.tableReference(cursor);
  cursor.expectWord('ON');
  const on = cursor.rules.expression(cursor);
  const clauses = [parseMergeClause(cursor)];
  while (cursor.isWord('WHEN')) clauses.push(parseMergeClause(cursor));
  return { kind: 'merge', with: withClause, hints, table, alias, source, on, clauses, span: cursor.spanFrom(start) };
}

/** Reads a TRUNCATE. */
export function parseTruncate(cursor: TokenCursor): Statement {
  const { start } = cursor.expectWord('TRUNCATE');
  cursor.acceptWord('TABLE');
  const table = parseQualifiedName(cursor, 'a table name');
  return { kind: 'truncate', table, span: cursor.spanFrom(start) };
}
