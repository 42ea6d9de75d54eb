import { PlatformError } from '../../spi/index.ts';
import type { Expression, Statement } from '../ast/index.ts';
import { type Keyword, keywordsIn, locate } from '../lex/index.ts';
import type { GrammarRules } from './grammar-rules.ts';
import { measureHeight } from './measure-height.ts';
import { parseGrant, parseRevoke } from './parse-access.ts';
import { parseAlter, parseComment, parseDrop } from './parse-alter.ts';
import { parseCopy } from './parse-copy.ts';
import { parseCreate } from './parse-create.ts';
import { parseExpression, parseOperand } from './parse-expression.ts';
import { parseTableReference } from './parse-join.ts';
import { parseDelete, parseInsert, parseMerge, parseTruncate, parseUpdate } from './parse-modification.ts';
import { parseIdentifier, parseParenthesisedList } from './parse-name.ts';
import { parseQuery, parseQueryAfter, parseQueryAfterWith, parseWith } from './parse-query.ts';
import { parseCall } from './parse-routine.ts';
import {
  parseDeallocate,
  parseDescribe,
  parseExecute,
  parseReset,
  parseSet,
  parseShow,
  parseTransactionControl,
  parseUse,
} from './parse-session.ts';
import { parseTypeName } from './parse-type-name.ts';
import { TokenCursor } from './token-cursor.ts';

/** How long a statement may be.
 *  Units: UTF-16 code units. */
export const STATEMENT_LENGTH_MAX = 1_048_576;

/** How many nodes a statement's tree may be high, which bounds the recursion of everything that walks it. */
export const TREE_HEIGHT_MAX = 750;

/** Where neither more operators of chains lie above each other nor more levels inside each other than this, no tree can be too high: a level is at most three nodes high. */
const UNMEASURED_MAX = 150;

const RULES: GrammarRules<TokenCursor> = {
  expression: parseExpression,
  operand: parseOperand,
  query: parseQuery,
  queryAfter: parseQueryAfter,
  tableReference: parseTableReference,
};

/** Reads `(FORMAT TEXT)` or `(FORMAT JSON)`, which may be absent. */
function acceptFormat(cursor: TokenCursor): 'text' | 'json' | null {
  if (!cursor.peekSymbol(0, '(') || !cursor.peekWord(1, 'FORMAT')) return null;
  cursor.advance();
  cursor.advance();
  const format = cursor.acceptWord('JSON') ? 'json' : 'text';
  if (format === 'text') cursor.expectWord('TEXT');
  cursor.expectSymbol(')');
  return format;
}

function parseExplain(cursor: TokenCursor): Statement {
  const { start } = cursor.expectWord('EXPLAIN');
  const format = acceptFormat(cursor);
  const mode = format !== null ? 'plan' : cursor.acceptWord('ROUTE') ? 'route' : cursor.acceptWord('ANALYZE') ? 'analyze' : 'plan';
  cursor.enter();
  const statement = parseOneStatement(cursor);
  cursor.leave();
  return { kind: 'explain', mode, format: format ?? 'text', statement, span: cursor.spanFrom(start) };
}

function parsePrepare(cursor: TokenCursor): Statement {
  const { start } = cursor.expectWord('PREPARE');
  const name = parseIdentifier(cursor, 'a name for the statement');
  const parameterTypes = cursor.isSymbol('(') ? parseParenthesisedList(cursor, parseTypeName) : [];
  cursor.expectWord('AS');
  cursor.enter();
  const statement = parseOneStatement(cursor);
  cursor.leave();
  return { kind: 'prepare', name, parameterTypes, statement, span: cursor.spanFrom(start) };
}

/** Reads a statement that may start with WITH. */
function parseQueryOrModification(cursor: TokenCursor): Statement {
  const { start } = cursor.token;
  const withClause = parseWith(cursor);
  if (cursor.isWord('INSERT')) return parseInsert(cursor, withClause, start);
  if (cursor.isWord('UPDATE')) return parseUpdate(cursor, withClause, start);
  if (cursor.isWord('DELETE')) return parseDelete(cursor, withClause, start);
  if (cursor.isWord('MERGE')) return parseMerge(cursor, withClause, start);
  const query = parseQueryAfterWith(cursor, withClause, start);
  return { kind: 'query-statement', query, span: cursor.spanFrom(start) };
}

/** How the statements are read that start with a word of their own. */
const STATEMENTS: ReadonlyMap<string, (cursor: TokenCursor) => Statement> = new Map<Keyword, (cursor: TokenCursor) => Statement>([
  ['EXPLAIN', parseExplain],
  ['SHOW', parseShow],
  ['DESCRIBE', parseDescribe],
  ['DESC', parseDescribe],
  ['CREATE', parseCreate],
  ['DROP', parseDrop],
  ['ALTER', parseAlter],
  ['COMMENT', parseComment],
  ['TRUNCATE', parseTruncate],
  ['COPY', parseCopy],
  ['SET', parseSet],
  ['RESET', parseReset],
  ['USE', parseUse],
  ['PREPARE', parsePrepare],
  ['EXECUTE', parseExecute],
  ['DEALLOCATE', parseDeallocate],
  ['CALL', parseCall],
  ['GRANT', parseGrant],
  ['REVOKE', parseRevoke],
  ['BEGIN', parseTransactionControl],
  ['START', parseTransactionControl],
  ['COMMIT', parseTransactionControl],
  ['ROLLBACK', parseTransactionControl],
  ['SAVEPOINT', parseTransactionControl],
  ['RELEASE', parseTransactionControl],
]);

/** Words that start a query or a modification. */
const QUERY_STARTS: ReadonlySet<string> = new Set(keywordsIn('SELECT FROM WITH VALUES PIVOT UNPIVOT TABLE INSERT UPDATE DELETE MERGE'));

function parseOneStatement(cursor: TokenCursor): Statement {
  const { terminal } = cursor.token;
  if (terminal === '(' || QUERY_STARTS.has(terminal)) return parseQueryOrModification(cursor);
  const parse = STATEMENTS.get(terminal);
  if (parse !== undefined) return parse(cursor);
  cursor.suggest([...QUERY_STARTS, ...STATEMENTS.keys()]);
  return cursor.fail('a statement');
}

function checkHeight(cursor: TokenCursor, statement: Statement | Expression): void {
  if (cursor.chainHeight <= UNMEASURED_MAX && cursor.deepestNesting <= UNMEASURED_MAX) return;
  if (measureHeight(statement, TREE_HEIGHT_MAX) <= TREE_HEIGHT_MAX) return;
  throw new PlatformError('SQL_TOO_DEEP', `the statement chains more than ${TREE_HEIGHT_MAX} operators, joins or set operations`, {
    location: locate(cursor.text, statement.span.start, statement.span.end),
    hint: 'Put parentheses around parts of the chain, or use a list.',
    details: { heightMax: TREE_HEIGHT_MAX },
  });
}

function checkEnd(cursor: TokenCursor): void {
  const separated = cursor.acceptSymbol(';');
  if (cursor.token.kind === 'end') return;
  if (!separated) cursor.fail('the end of the statement');
  const { start, end } = cursor.token;
  const location = locate(cursor.text, start, end);
  throw new PlatformError(
    'SQL_MULTIPLE_STATEMENTS',
    `line ${location.line}, column ${location.column}: a second statement starts here; send one statement at a time`,
    { location },
  );
}

/** Parses the text of an expression and nothing more.
 *  @throws as `parseStatement` does */
export function parseExpressionText(text: string): Expression {
  return parseText(text, (cursor) => {
    const expression = parseExpression(cursor);
    if (cursor.token.kind !== 'end') cursor.fail('the end of the expression');
    checkHeight(cursor, expression);
    return expression;
  });
}

function parseWhole(cursor: TokenCursor): Statement {
  const statement = parseOneStatement(cursor);
  checkEnd(cursor);
  checkHeight(cursor, statement);
  return statement;
}

/** Parses the text of one statement; one semicolon may end it.
 *  @throws SQL_SYNTAX with the place and what was expected when the text does not follow the grammar.
 *  @throws SQL_TOO_LONG beyond 1 MiB, SQL_TOO_DEEP beyond 256 levels of nesting or 1000 chained operators.
 *  @throws SQL_MULTIPLE_STATEMENTS when more text follows a semicolon. */
export function parseStatement(text: string): Statement {
  return parseText(text, parseWhole);
}

function parseText<Tree>(text: string, parse: (cursor: TokenCursor) => Tree): Tree {
  if (text.length > STATEMENT_LENGTH_MAX) {
    throw new PlatformError('SQL_TOO_LONG', `the statement has ${text.length} characters, more than the ${STATEMENT_LENGTH_MAX} allowed`, {
      hint: 'Load many rows with COPY or the ingest endpoint instead of one long statement.',
      details: { length: text.length, lengthMax: STATEMENT_LENGTH_MAX },
    });
  }
  const cursor = new TokenCursor(text, RULES, -1);
  try {
    return parse(cursor);
  } catch (error) {
    if (cursor.failedAt < 0) throw error;
  }
  // The second run stops at the same token, now with a record of what was tried there.
  return parse(new TokenCursor(text, RULES, cursor.failedAt));
}
