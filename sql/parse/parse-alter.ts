import type { DropObjectType, Statement } from '../ast/index.ts';
import { keywordOf } from '../lex/index.ts';
import { parseAlterTableAction } from './parse-alter-table.ts';
import { parseIfExists } from './parse-existence.ts';
import { parseQualifiedName, parseStringValue } from './parse-name.ts';
import { acceptPolicyType, parseDropPolicy } from './parse-policy.ts';
import { parseAlterRoute } from './parse-route.ts';
import type { TokenCursor } from './token-cursor.ts';

function parseDropType(cursor: TokenCursor): DropObjectType {
  for (const type of ['table', 'view', 'schema', 'function', 'role', 'user'] as const) if (cursor.acceptWord(keywordOf(type))) return type;
  cursor.expectWord('MATERIALIZED');
  cursor.expectWord('VIEW');
  return 'materialized-view';
}

/** Reads a DROP statement. */
export function parseDrop(cursor: TokenCursor): Statement {
  const { start } = cursor.expectWord('DROP');
  const policy = acceptPolicyType(cursor);
  if (policy !== null) return parseDropPolicy(cursor, policy, start);
  const objectType = parseDropType(cursor);
  const ifExists = parseIfExists(cursor);
  const name = parseQualifiedName(cursor, `a ${objectType === 'materialized-view' ? 'view' : objectType} name`);
  const cascade = cursor.acceptWord('CASCADE');
  if (!cascade) cursor.acceptWord('RESTRICT');
  return { kind: 'drop', objectType, name, ifExists, cascade, span: cursor.spanFrom(start) };
}

function parseAlterMaterializedView(cursor: TokenCursor, start: number): Statement {
  const name = parseQualifiedName(cursor, 'a view name');
  const action = cursor.acceptWord('PAUSE') ? 'pause' : 'resume';
  if (action === 'resume') cursor.expectWord('RESUME');
  return { kind: 'alter-materialized-view', name, action, span: cursor.spanFrom(start) };
}

function parseRenameObject(cursor: TokenCursor, objectType: 'schema' | 'view', start: number): Statement {
  const name = parseQualifiedName(cursor, `a ${objectType} name`);
  cursor.expectWord('RENAME');
  cursor.expectWord('TO');
  const newName = parseQualifiedName(cursor, `a ${objectType} name`);
  return { kind: 'rename-object', objectType, name, newName, span: cursor.spanFrom(start) };
}

/** Reads an ALTER TABLE, ALTER VIEW, ALTER SCHEMA, ALTER MATERIALIZED VIEW or ALTER ROUTE statement. */
export function parseAlter(cursor: TokenCursor): Statement {
  const { start } = cursor.expectWord('ALTER');
  if (cursor.acceptWords('MATERIALIZED', 'VIEW')) return parseAlterMaterializedView(cursor, start);
  if (cursor.acceptWord('ROUTE')) return parseAlterRoute(cursor, start);
  if (cursor.acceptWord('VIEW')) return parseRenameObject(cursor, 'view', start);
  if (cursor.acceptWord('SCHEMA')) return parseRenameObject(cursor, 'schema', start);
  cursor.expectWord('TABLE');
  const ifExists = parseIfExists(cursor);
  const table = parseQualifiedName(cursor, 'a table name');
  const action = parseAlterTableAction(cursor);
  return { kind: 'alter-table', table, ifExists, action, span: cursor.spanFrom(start) };
}

function commentTarget(cursor: TokenCursor): 'schema' | 'table' | 'view' | 'column' {
  for (const target of ['schema', 'table', 'view', 'column'] as const) {
    if (cursor.acceptWord(keywordOf(target))) return target;
  }
  return cursor.fail();
}

/** Reads a COMMENT ON statement. */
export function parseComment(cursor: TokenCursor): Statement {
  const { start } = cursor.expectWord('COMMENT');
  cursor.expectWord('ON');
  const objectType = commentTarget(cursor);
  const name = parseQualifiedName(cursor, `a ${objectType} name`);
  cursor.expectWord('IS');
  const comment = cursor.acceptWord('NULL') ? null : parseStringValue(cursor);
  return { kind: 'comment-on', objectType, name, comment, span: cursor.spanFrom(start) };
}
