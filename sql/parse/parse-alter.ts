import type { AlterTableAction, Drop, DropObjectType, Statement } from '../ast/index.ts';
import { parseIfNotExists } from './parse-create.ts';
import { parseIdentifier, parseQualifiedName, parseStringValue } from './parse-name.ts';
import { parseProperties } from './parse-property.ts';
import { parseAlterRoute } from './parse-route.ts';
import { parseColumnDefinition } from './parse-table-elements.ts';
import { parseTypeName } from './parse-type-name.ts';
import type { TokenCursor } from './token-cursor.ts';

function parseIfExists(cursor: TokenCursor): boolean {
  if (!cursor.acceptWord('IF')) return false;
  cursor.expectWord('EXISTS');
  return true;
}

function parseDropType(cursor: TokenCursor): DropObjectType {
  if (cursor.acceptWord('TABLE')) return 'table';
  if (cursor.acceptWord('VIEW')) return 'view';
  if (cursor.acceptWord('SCHEMA')) return 'schema';
  cursor.expectWord('MATERIALIZED');
  cursor.expectWord('VIEW');
  return 'materialized-view';
}

/** Reads a DROP statement. */
export function parseDrop(cursor: TokenCursor): Drop {
  const { start } = cursor.expectWord('DROP');
  const objectType = parseDropType(cursor);
  const ifExists = parseIfExists(cursor);
  const name = parseQualifiedName(cursor, `a ${objectType === 'materialized-view' ? 'view' : objectType} name`);
  const cascade = cursor.acceptWord('CASCADE');
  if (!cascade) cursor.acceptWord('RESTRICT');
  return { kind: 'drop', objectType, name, ifExists, cascade, span: cursor.spanFrom(start) };
}

function parseAddColumn(cursor: TokenCursor, start: number): AlterTableAction {
  cursor.acceptWord('COLUMN');
  const ifNotExists = parseIfNotExists(cursor);
  const { column, key } = parseColumnDefinition(cursor);
  if (key !== null) return cursor.fail();
  return { kind: 'add-column', column, ifNotExists, span: cursor.spanFrom(start) };
}

function parseRename(cursor: TokenCursor, start: number): AlterTableAction {
  if (cursor.acceptWord('TO')) {
    const newName = parseQualifiedName(cursor, 'a table name');
    return { kind: 'rename-table', newName, span: cursor.spanFrom(start) };
  }
  cursor.acceptWord('COLUMN');
  const column = parseIdentifier(cursor, 'a column name');
  cursor.expectWord('TO');
  const newName = parseIdentifier(cursor, 'a column name');
  return { kind: 'rename-column', column, newName, span: cursor.spanFrom(start) };
}

function parseChangeColumn(cursor: TokenCursor, start: number): AlterTableAction {
  cursor.acceptWord('COLUMN');
  const column = parseIdentifier(cursor, 'a column name');
  const drops = cursor.acceptWord('DROP');
  if (drops || cursor.acceptWords('SET', 'NOT')) {
    if (drops) cursor.expectWord('NOT');
    cursor.expectWord('NULL');
    return { kind: 'change-column-nullability', column, notNull: !drops, span: cursor.spanFrom(start) };
  }
  if (cursor.acceptWord('SET')) cursor.expectWord('DATA');
  cursor.expectWord('TYPE');
  const dataType = parseTypeName(cursor);
  return { kind: 'change-column-type', column, dataType, span: cursor.spanFrom(start) };
}

function parseAction(cursor: TokenCursor): AlterTableAction {
  const { start } = cursor.token;
  if (cursor.acceptWord('ADD')) return parseAddColumn(cursor, start);
  if (cursor.acceptWord('DROP')) {
    cursor.acceptWord('COLUMN');
    const ifExists = parseIfExists(cursor);
    const column = parseIdentifier(cursor, 'a column name');
    return { kind: 'drop-column', column, ifExists, span: cursor.spanFrom(start) };
  }
  if (cursor.acceptWord('RENAME')) return parseRename(cursor, start);
  if (cursor.acceptWord('ALTER')) return parseChangeColumn(cursor, start);
  cursor.expectWord('SET');
  cursor.expectWord('PROPERTIES');
  const properties = parseProperties(cursor);
  return { kind: 'set-properties', properties, span: cursor.spanFrom(start) };
}

function parseAlterMaterializedView(cursor: TokenCursor, start: number): Statement {
  const name = parseQualifiedName(cursor, 'a view name');
  const action = cursor.acceptWord('PAUSE') ? 'pause' : 'resume';
  if (action === 'resume') cursor.expectWord('RESUME');
  return { kind: 'alter-materialized-view', name, action, span: cursor.spanFrom(start) };
}

/** Reads an ALTER TABLE, ALTER MATERIALIZED VIEW or ALTER ROUTE statement. */
export function parseAlter(cursor: TokenCursor): Statement {
  const { start } = cursor.expectWord('ALTER');
  if (cursor.acceptWords('MATERIALIZED', 'VIEW')) return parseAlterMaterializedView(cursor, start);
  if (cursor.acceptWord('ROUTE')) return parseAlterRoute(cursor, start);
  cursor.expectWord('TABLE');
  const ifExists = parseIfExists(cursor);
  const table = parseQualifiedName(cursor, 'a table name');
  const action = parseAction(cursor);
  return { kind: 'alter-table', table, ifExists, action, span: cursor.spanFrom(start) };
}

function commentTarget(cursor: TokenCursor): 'schema' | 'table' | 'view' | 'column' {
  for (const target of ['schema', 'table', 'view', 'column'] as const) {
    if (cursor.acceptWord(target.toUpperCase())) return target;
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
