import type { Identifier, ShowCreate, ShowSubject, Statement } from '../ast/index.ts';
import { type Keyword, keywordOf } from '../lex/index.ts';
import { parseFunctionArgument } from './parse-function-call.ts';
import { parseCommaList, parseIdentifier, parseParenthesisedList, parseQualifiedName, parseStringValue } from './parse-name.ts';
import { startsQuery } from './parse-parentheses.ts';
import { parsePropertyValue } from './parse-property.ts';
import type { TokenCursor } from './token-cursor.ts';

const SHOW_SUBJECTS: readonly ShowSubject[] = [
  'schemas',
  'tables',
  'views',
  'functions',
  'procedures',
  'engines',
  'settings',
  'session',
  'queries',
  'streams',
  'routes',
  'grants',
  'policies',
];

function parseLike(cursor: TokenCursor): string | null {
  return cursor.acceptWord('LIKE') ? parseStringValue(cursor) : null;
}

function acceptFrom(cursor: TokenCursor): boolean {
  return cursor.acceptWord('FROM') || cursor.acceptWord('IN');
}

function showSubject(cursor: TokenCursor): ShowSubject | null {
  for (const subject of SHOW_SUBJECTS) if (cursor.acceptWord(keywordOf(subject))) return subject;
  return null;
}

function parseCreatedType(cursor: TokenCursor): ShowCreate['objectType'] {
  if (cursor.acceptWords('MATERIALIZED', 'VIEW')) return 'materialized-view';
  if (cursor.acceptWord('VIEW')) return 'view';
  cursor.expectWord('TABLE');
  return 'table';
}

/** Reads a SHOW statement. */
export function parseShow(cursor: TokenCursor): Statement {
  const { start } = cursor.expectWord('SHOW');
  const subject = showSubject(cursor);
  if (subject !== null) {
    const scoped = subject === 'schemas' || subject === 'tables' || subject === 'views' || subject === 'functions';
    const from =
      scoped && acceptFrom(cursor) ? parseQualifiedName(cursor, subject === 'schemas' ? 'a catalog name' : 'a schema name') : null;
    const like = parseLike(cursor);
    return { kind: 'show-objects', subject, from, like, span: cursor.spanFrom(start) };
  }
  if (cursor.acceptWord('COLUMNS')) {
    if (!acceptFrom(cursor)) return cursor.fail();
    const table = parseQualifiedName(cursor, 'a table name');
    const like = parseLike(cursor);
    return { kind: 'show-columns', table, like, span: cursor.spanFrom(start) };
  }
  if (cursor.acceptWord('CREATE')) {
    const objectType = parseCreatedType(cursor);
    const name = parseQualifiedName(cursor, objectType === 'table' ? 'a table name' : 'a view name');
    return { kind: 'show-create', objectType, name, span: cursor.spanFrom(start) };
  }
  const name = parseQualifiedName(cursor, 'a setting');
  return { kind: 'show-setting', name, span: cursor.spanFrom(start) };
}

/** Reads a DESCRIBE statement. */
export function parseDescribe(cursor: TokenCursor): Statement {
  const { start } = cursor.advance();
  if (startsQuery(cursor) || cursor.isSymbol('(')) {
    const query = cursor.rules.query(cursor);
    return { kind: 'describe-query', query, span: cursor.spanFrom(start) };
  }
  const table = parseQualifiedName(cursor, 'a table name');
  return { kind: 'describe-table', table, span: cursor.spanFrom(start) };
}

function parseSetTimeZone(cursor: TokenCursor, start: number): Statement {
  const local = cursor.acceptWord('LOCAL') || cursor.acceptWord('DEFAULT');
  const zone = local ? null : parsePropertyValue(cursor);
  return { kind: 'set-time-zone', zone, span: cursor.spanFrom(start) };
}

/** Reads a SET statement. */
export function parseSet(cursor: TokenCursor): Statement {
  const { start } = cursor.expectWord('SET');
  if (cursor.peekWord(0, 'SESSION') && cursor.peek(1).kind === 'word' && !cursor.peekWord(1, 'TO')) cursor.advance();
  if (cursor.acceptWords('TIME', 'ZONE')) return parseSetTimeZone(cursor, start);
  const name = parseQualifiedName(cursor, 'a setting');
  if (!cursor.acceptSymbol('=')) cursor.expectWord('TO');
  const value = parsePropertyValue(cursor);
  return { kind: 'set-setting', name, value, span: cursor.spanFrom(start) };
}

/** Reads a RESET statement. */
export function parseReset(cursor: TokenCursor): Statement {
  const { start } = cursor.expectWord('RESET');
  const name = cursor.acceptWord('ALL') ? null : parseQualifiedName(cursor, 'a setting');
  return { kind: 'reset-setting', name, span: cursor.spanFrom(start) };
}

/** Reads a USE statement. */
export function parseUse(cursor: TokenCursor): Statement {
  const { start } = cursor.expectWord('USE');
  const schema = parseQualifiedName(cursor, 'a schema name');
  return { kind: 'use', schema, span: cursor.spanFrom(start) };
}

/** Reads an EXECUTE statement. */
export function parseExecute(cursor: TokenCursor): Statement {
  const { start } = cursor.expectWord('EXECUTE');
  const name = parseIdentifier(cursor, 'the name of a prepared statement');
  let list: ReturnType<typeof parseFunctionArgument>[] = [];
  if (cursor.isSymbol('(')) list = parseParenthesisedList(cursor, parseFunctionArgument);
  else if (cursor.acceptWord('USING')) list = parseCommaList(cursor, parseFunctionArgument);
  return { kind: 'execute', name, arguments: list, span: cursor.spanFrom(start) };
}

/** Reads a DEALLOCATE statement. */
export function parseDeallocate(cursor: TokenCursor): Statement {
  const { start } = cursor.expectWord('DEALLOCATE');
  if (cursor.isWord('PREPARE') && cursor.peek(1).kind !== 'end') cursor.advance();
  const name = cursor.acceptWord('ALL') ? null : parseIdentifier(cursor, 'the name of a prepared statement');
  return { kind: 'deallocate', name, span: cursor.spanFrom(start) };
}

const TRANSACTION_MODES: readonly (readonly [Keyword, Keyword, Keyword?, Keyword?])[] = [
  ['ISOLATION', 'LEVEL', 'SERIALIZABLE'],
  ['ISOLATION', 'LEVEL', 'REPEATABLE', 'READ'],
  ['ISOLATION', 'LEVEL', 'READ', 'COMMITTED'],
  ['ISOLATION', 'LEVEL', 'READ', 'UNCOMMITTED'],
  ['READ', 'ONLY'],
  ['READ', 'WRITE'],
];

function acceptMode(cursor: TokenCursor): string | null {
  return TRANSACTION_MODES.find((words) => cursor.acceptWords(...words))?.join(' ') ?? null;
}

function parseModes(cursor: TokenCursor): string[] {
  const first = acceptMode(cursor);
  const modes = first === null ? [] : [first];
  while (modes.length > 0 && cursor.acceptSymbol(',')) modes.push(acceptMode(cursor) ?? cursor.fail('a mode of transactions'));
  return modes;
}

/** Reads the name after ROLLBACK TO, SAVEPOINT or RELEASE. */
function parseSavepoint(cursor: TokenCursor): Identifier {
  cursor.acceptWord('SAVEPOINT');
  return parseIdentifier(cursor, 'the name of a savepoint');
}

/** Reads BEGIN, START TRANSACTION, COMMIT, ROLLBACK, SAVEPOINT or RELEASE. */
export function parseTransactionControl(cursor: TokenCursor): Statement {
  const { start, terminal } = cursor.advance();
  if (terminal === 'SAVEPOINT' || terminal === 'RELEASE') {
    const savepoint = terminal === 'RELEASE' ? parseSavepoint(cursor) : parseIdentifier(cursor, 'a name for the savepoint');
    const action = terminal === 'RELEASE' ? 'release' : 'savepoint';
    return { kind: 'transaction-control', action, modes: [], savepoint, span: cursor.spanFrom(start) };
  }
  if (terminal === 'START') cursor.expectWord('TRANSACTION');
  else if (!cursor.acceptWord('TRANSACTION')) cursor.acceptWord('WORK');
  const action = terminal === 'COMMIT' ? 'commit' : terminal === 'ROLLBACK' ? 'rollback' : 'begin';
  const modes = action === 'begin' ? parseModes(cursor) : [];
  const savepoint = action === 'rollback' && cursor.acceptWord('TO') ? parseSavepoint(cursor) : null;
  return { kind: 'transaction-control', action, modes, savepoint, span: cursor.spanFrom(start) };
}
