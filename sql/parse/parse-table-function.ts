import type { Identifier, QualifiedName, TableFunctionArgument } from '../ast/index.ts';
import { acceptArgumentName, parseFunctionArgument } from './parse-function-call.ts';
import { parseColumnNames, parseCommaList, parseIdentifier, parseQualifiedName } from './parse-name.ts';
import { parseParenthesisedQuery } from './parse-parentheses.ts';
import type { TokenCursor } from './token-cursor.ts';

/** The name and arguments of a table function. */
export interface TableFunctionCall {
  readonly name: QualifiedName;
  readonly arguments: readonly TableFunctionArgument[];
}

/** Reads `PARTITION BY column` or `PARTITION BY (column, ...)`, which may be absent. */
function parsePartitionBy(cursor: TokenCursor): Identifier[] {
  if (!cursor.acceptWord('PARTITION')) return [];
  cursor.expectWord('BY');
  return cursor.isSymbol('(') ? parseColumnNames(cursor) : [parseIdentifier(cursor, 'a column name')];
}

function parseArgumentValue(cursor: TokenCursor): TableFunctionArgument['value'] {
  const { start } = cursor.token;
  if (cursor.peekWord(0, 'TABLE')) {
    cursor.advance();
    if (cursor.peekSymbol(0, '(')) {
      const query = parseParenthesisedQuery(cursor);
      const partitionBy = parsePartitionBy(cursor);
      return { kind: 'query-argument', query, partitionBy, span: cursor.spanFrom(start) };
    }
    const table = parseQualifiedName(cursor, 'a table name');
    const partitionBy = parsePartitionBy(cursor);
    return { kind: 'table-argument', table, partitionBy, span: cursor.spanFrom(start) };
  }
  if (cursor.peekWord(0, 'DESCRIPTOR') && cursor.peekSymbol(1, '(')) {
    cursor.advance();
    const columns = parseColumnNames(cursor);
    return { kind: 'descriptor', columns, span: cursor.spanFrom(start) };
  }
  return parseFunctionArgument(cursor).value;
}

function parseArgument(cursor: TokenCursor): TableFunctionArgument {
  const { start } = cursor.token;
  const name = acceptArgumentName(cursor);
  const value = parseArgumentValue(cursor);
  return { kind: 'table-function-argument', name, value, span: cursor.spanFrom(start) };
}

/** Reads the parentheses of a table function. */
export function parseTableFunctionCall(cursor: TokenCursor, name: QualifiedName): TableFunctionCall {
  cursor.expectSymbol('(');
  cursor.enter();
  const list = cursor.isSymbol(')') ? [] : parseCommaList(cursor, parseArgument);
  cursor.leave();
  cursor.expectSymbol(')');
  return { name, arguments: list };
}

/** Reads `(f(..))` after TABLE. */
export function parseWrappedTableFunction(cursor: TokenCursor): TableFunctionCall {
  cursor.expectSymbol('(');
  const call = parseTableFunctionCall(cursor, parseQualifiedName(cursor, 'a table function'));
  cursor.expectSymbol(')');
  return call;
}
