import type { CopyOption, Expression, Identifier, QualifiedName, Query, QueryBody, Statement } from '../ast/index.ts';
import { parseColumnNames, parseLabel, parseParenthesisedList, parseQualifiedName } from './parse-name.ts';
import { parseParenthesisedQuery } from './parse-parentheses.ts';
import { isBareFunction, parsePrimary } from './parse-primary.ts';
import { parsePropertyValue } from './parse-property.ts';
import type { TokenCursor } from './token-cursor.ts';

function parseOption(cursor: TokenCursor): CopyOption {
  const { start } = cursor.token;
  const name = parseLabel(cursor, 'an option name').name.toLowerCase();
  cursor.acceptSymbol('=');
  const stands = cursor.isSymbol(',') || cursor.isSymbol(')');
  const value = stands ? null : parsePropertyValue(cursor);
  return { kind: 'copy-option', name, value, span: cursor.spanFrom(start) };
}

function parseOptions(cursor: TokenCursor): CopyOption[] {
  const announced = cursor.acceptWord('WITH');
  return announced || cursor.isSymbol('(') ? parseParenthesisedList(cursor, parseOption) : [];
}

function parseLocation(cursor: TokenCursor): Expression {
  const { kind, terminal } = cursor.token;
  const isParameter = kind === 'parameter' || terminal === '?' || terminal === ':';
  if (kind !== 'string' && !isParameter) return cursor.fail('a location in quotes');
  return parsePrimary(cursor);
}

/** Returns the expression of a column; unlike elsewhere in a query, a name such as CURRENT_DATE is a column here. */
function columnExpression(column: Identifier): Expression {
  const part = isBareFunction(column.name) ? { ...column, quoted: true } : column;
  return { kind: 'column-reference', parts: [part], span: column.span };
}

/** Returns the query that reads the columns of a table, all of them when none is named. */
function tableAsQuery(cursor: TokenCursor, table: QualifiedName, columns: readonly Identifier[]): Query {
  const span = cursor.spanFrom(table.span.start);
  const body: QueryBody =
    columns.length === 0
      ? { kind: 'table-query', table, span }
      : {
          kind: 'select',
          hints: [],
          distinct: null,
          items: columns.map((column) => ({
            kind: 'select-expression',
            expression: columnExpression(column),
            alias: null,
            span: column.span,
          })),
          from: [{ kind: 'named-table', name: table, version: null, alias: null, sample: null, span: table.span }],
          where: null,
          groupBy: null,
          having: null,
          windows: [],
          qualify: null,
          span,
        };
  return { kind: 'query', with: null, body, orderBy: null, limit: null, limitUnit: 'rows', withTies: false, offset: null, span };
}

function finishCopyTo(cursor: TokenCursor, source: Query, start: number): Statement {
  cursor.expectWord('TO');
  const location = parseLocation(cursor);
  const options = parseOptions(cursor);
  return { kind: 'copy-to', source, location, options, span: cursor.spanFrom(start) };
}

/** Reads a COPY statement. */
export function parseCopy(cursor: TokenCursor): Statement {
  const { start } = cursor.expectWord('COPY');
  if (cursor.isSymbol('(')) return finishCopyTo(cursor, parseParenthesisedQuery(cursor), start);
  const table = parseQualifiedName(cursor, 'a table name');
  const columns = cursor.isSymbol('(') ? parseColumnNames(cursor) : [];
  if (!cursor.acceptWord('FROM')) return finishCopyTo(cursor, tableAsQuery(cursor, table, columns), start);
  const location = parseLocation(cursor);
  const options = parseOptions(cursor);
  return { kind: 'copy-from', table, columns, location, options, span: cursor.spanFrom(start) };
}
