import type { DerivedTable, TableAlias, TableReference, TableSample, TableVersion } from '../ast/index.ts';
import { PRECEDENCE } from '../ast/index.ts';
import { keywordOf, locate } from '../lex/index.ts';
import { PlatformError } from '../../spi/index.ts';
import { isName, parseColumnNames, parseIdentifier, parseQualifiedName } from './parse-name.ts';
import { continuesQuery, startsQuery } from './parse-parentheses.ts';
import { parsePivots, startsPivot } from './parse-pivot.ts';
import { parseTableFunctionCall, parseWrappedTableFunction, type TableFunctionCall } from './parse-table-function.ts';
import { isNoTableAlias } from './reserved-words.ts';
import type { TokenCursor } from './token-cursor.ts';

/** Says that row patterns and graph patterns are understood as such and not supported.
 *  @throws SQL_UNSUPPORTED */
function refusePattern(cursor: TokenCursor, word: 'MATCH_RECOGNIZE' | 'GRAPH_TABLE', hint: string): void {
  if (!cursor.peekWord(0, word) || !cursor.peekSymbol(1, '(')) return;
  const location = locate(cursor.text, cursor.token.start, cursor.token.end);
  throw new PlatformError('SQL_UNSUPPORTED', `${word} is not supported`, { location, hint });
}

function parseOptionalAlias(cursor: TokenCursor): TableAlias | null {
  const { start } = cursor.token;
  refusePattern(cursor, 'MATCH_RECOGNIZE', 'Compare a row with others by lag() and lead(), or count them by windows.');
  if (!cursor.acceptWord('AS')) {
    if (!isName(cursor.token) || isNoTableAlias(cursor.token.terminal) || startsPivot(cursor)) return null;
  }
  const name = parseIdentifier(cursor, 'a table alias');
  const columns = cursor.isSymbol('(') ? parseColumnNames(cursor) : [];
  return { kind: 'table-alias', name, columns, span: cursor.spanFrom(start) };
}

function sampleUnit(cursor: TokenCursor): TableSample['unit'] {
  if (cursor.acceptWord('ROWS')) return 'rows';
  if (!cursor.acceptSymbol('%')) cursor.acceptWord('PERCENT');
  return 'percent';
}

function sampleMethod(cursor: TokenCursor): TableSample['method'] {
  for (const method of ['bernoulli', 'system', 'reservoir'] as const) {
    if (cursor.acceptWord(keywordOf(method))) return method;
  }
  return null;
}

function parseOptionalSample(cursor: TokenCursor): TableSample | null {
  const { start } = cursor.token;
  if (!cursor.acceptWord('TABLESAMPLE')) return null;
  const method = sampleMethod(cursor);
  const parenthesised = cursor.acceptSymbol('(');
  const size = cursor.rules.operand(cursor, PRECEDENCE.sign);
  const unit = sampleUnit(cursor);
  if (parenthesised) cursor.expectSymbol(')');
  let seed: TableSample['seed'] = null;
  if (cursor.acceptWord('REPEATABLE')) {
    cursor.expectSymbol('(');
    seed = cursor.rules.expression(cursor);
    cursor.expectSymbol(')');
  }
  return { kind: 'table-sample', method, size, unit, seed, span: cursor.spanFrom(start) };
}

function parseOptionalVersion(cursor: TokenCursor): TableVersion | null {
  const { start } = cursor.token;
  if (!cursor.acceptWord('FOR')) return null;
  let by: TableVersion['by'] = 'system-time';
  if (cursor.acceptWord('VERSION')) by = 'version';
  else if (cursor.acceptWord('TIMESTAMP')) by = 'timestamp';
  else cursor.expectWord('SYSTEM_TIME');
  cursor.expectWord('AS');
  cursor.expectWord('OF');
  const value = cursor.rules.operand(cursor, PRECEDENCE.additive);
  return { kind: 'table-version', by, value, span: cursor.spanFrom(start) };
}

function finishDerivedTable(cursor: TokenCursor, query: DerivedTable['query'], lateral: boolean, start: number): DerivedTable {
  const alias = parseOptionalAlias(cursor);
  const sample = parseOptionalSample(cursor);
  return { kind: 'derived-table', query, lateral, alias, sample, span: cursor.spanFrom(start) };
}

/** Reads a query, or a table with its joins, in parentheses. */
function parseParenthesised(cursor: TokenCursor, lateral: boolean, start: number): TableReference {
  cursor.expectSymbol('(');
  if (startsQuery(cursor)) {
    const query = cursor.rules.query(cursor);
    cursor.expectSymbol(')');
    return finishDerivedTable(cursor, query, lateral, start);
  }
  cursor.enter();
  const innerStart = cursor.token.start;
  const inner = cursor.rules.tableReference(cursor);
  cursor.leave();
  const bare = inner.kind === 'derived-table' && !inner.lateral && inner.alias === null && inner.sample === null;
  if (bare && continuesQuery(cursor)) {
    const query = cursor.rules.queryAfter(cursor, inner.query, innerStart);
    cursor.expectSymbol(')');
    return finishDerivedTable(cursor, query, lateral, start);
  }
  cursor.expectSymbol(')');
  if (bare) return finishDerivedTable(cursor, inner.query, lateral, start);
  if (lateral) return cursor.fail();
  return inner;
}

function finishTableFunction(cursor: TokenCursor, call: TableFunctionCall, lateral: boolean, start: number): TableReference {
  const withOrdinality = cursor.acceptWords('WITH', 'ORDINALITY');
  const alias = parseOptionalAlias(cursor);
  const sample = parseOptionalSample(cursor);
  return { kind: 'table-function', ...call, lateral, withOrdinality, alias, sample, span: cursor.spanFrom(start) };
}

/** Reads one operand of a join: a table, a table function, or a query or join in parentheses, pivoted or not. */
export function parseTablePrimary(cursor: TokenCursor): TableReference {
  const { start } = cursor.token;
  return parsePivots(cursor, parseUnpivotedTable(cursor), start);
}

function parseUnpivotedTable(cursor: TokenCursor): TableReference {
  const { start } = cursor.token;
  const lateral = cursor.acceptWord('LATERAL');
  if (cursor.isSymbol('(')) return parseParenthesised(cursor, lateral, start);
  if (cursor.peekWord(0, 'TABLE') && cursor.peekSymbol(1, '(')) {
    cursor.advance();
    return finishTableFunction(cursor, parseWrappedTableFunction(cursor), lateral, start);
  }
  if (!isName(cursor.token)) return cursor.fail('a table');
  refusePattern(cursor, 'GRAPH_TABLE', 'Join the table of edges, or follow it WITH RECURSIVE.');
  if (cursor.peekWord(0, 'VALUES') && cursor.peekSymbol(1, '(')) return cursor.fail('a table, or VALUES in parentheses');
  const name = parseQualifiedName(cursor);
  if (cursor.peekSymbol(0, '(')) return finishTableFunction(cursor, parseTableFunctionCall(cursor, name), lateral, start);
  if (lateral) return cursor.fail('(');
  const version = parseOptionalVersion(cursor);
  const alias = parseOptionalAlias(cursor);
  const sample = parseOptionalSample(cursor);
  return { kind: 'named-table', name, version, alias, sample, span: cursor.spanFrom(start) };
}
