import type { AlterTableAction, ChangeReference, ColumnPosition, Identifier, PartitionField, QualifiedName } from '../ast/index.ts';
import { parseIfExists, parseIfNotExists } from './parse-existence.ts';
import { parseCommaList, parseIdentifier, parseParenthesisedList, parseQualifiedName, parseStringValue } from './parse-name.ts';
import { parsePartitionField, parseProperties, parsePropertyKey } from './parse-property.ts';
import { parseColumnDefinition } from './parse-table-elements.ts';
import { parseSmallInteger, parseTypeName } from './parse-type-name.ts';
import { parseSortItem } from './parse-window.ts';
import type { TokenCursor } from './token-cursor.ts';

function acceptPosition(cursor: TokenCursor): ColumnPosition | null {
  const { start } = cursor.token;
  if (cursor.acceptWord('FIRST')) return { kind: 'column-position', after: null, span: cursor.spanFrom(start) };
  if (!cursor.acceptWord('AFTER')) return null;
  const after = parseIdentifier(cursor, 'a column name');
  return { kind: 'column-position', after, span: cursor.spanFrom(start) };
}

function acceptPartitionField(cursor: TokenCursor): PartitionField | null {
  if (!cursor.acceptWords('PARTITION', 'FIELD')) return null;
  return parsePartitionField(cursor);
}

function parseAdd(cursor: TokenCursor, start: number): AlterTableAction {
  const field = acceptPartitionField(cursor);
  if (field !== null) return { kind: 'add-partition-field', field, span: cursor.spanFrom(start) };
  cursor.acceptWord('COLUMN');
  const ifNotExists = parseIfNotExists(cursor);
  const parents: Identifier[] = [];
  while (cursor.peekSymbol(1, '.')) {
    parents.push(parseIdentifier(cursor, 'a column name'));
    cursor.expectSymbol('.');
  }
  const { column, key } = parseColumnDefinition(cursor);
  if (key !== null) return cursor.fail();
  const position = acceptPosition(cursor);
  return { kind: 'add-column', parents, column, ifNotExists, position, span: cursor.spanFrom(start) };
}

function acceptReferenceType(cursor: TokenCursor): ChangeReference['type'] | null {
  if (cursor.peek(1).kind === 'symbol' || cursor.peek(1).kind === 'end') return null;
  if (cursor.acceptWord('BRANCH')) return 'branch';
  return cursor.acceptWord('TAG') ? 'tag' : null;
}

function parseDrop(cursor: TokenCursor, start: number): AlterTableAction {
  const field = acceptPartitionField(cursor);
  if (field !== null) return { kind: 'drop-partition-field', field, span: cursor.spanFrom(start) };
  const type = acceptReferenceType(cursor);
  if (type !== null) {
    const ifExists = parseIfExists(cursor);
    const name = parseIdentifier(cursor, `the name of a ${type}`);
    return { kind: 'drop-reference', type, name, ifExists, span: cursor.spanFrom(start) };
  }
  cursor.acceptWord('COLUMN');
  const ifExists = parseIfExists(cursor);
  const column = parseQualifiedName(cursor, 'a column name');
  return { kind: 'drop-column', column, ifExists, span: cursor.spanFrom(start) };
}

function parseChangeReference(cursor: TokenCursor, action: ChangeReference['action'], start: number): AlterTableAction {
  const type = acceptReferenceType(cursor) ?? cursor.fail('BRANCH', 'TAG');
  const ifNotExists = action === 'create' && parseIfNotExists(cursor);
  const name = parseIdentifier(cursor, `a name for the ${type}`);
  const version = acceptVersion(cursor);
  let retainDays: number | null = null;
  if (cursor.acceptWord('RETAIN')) {
    retainDays = parseSmallInteger(cursor);
    cursor.expectWord('DAYS');
  }
  return { kind: 'change-reference', action, type, name, ifNotExists, version, retainDays, span: cursor.spanFrom(start) };
}

function acceptVersion(cursor: TokenCursor): ChangeReference['version'] {
  if (!cursor.acceptWord('AS')) return null;
  cursor.expectWord('OF');
  cursor.expectWord('VERSION');
  return cursor.rules.expression(cursor);
}

function parseRename(cursor: TokenCursor, start: number): AlterTableAction {
  if (cursor.acceptWord('TO')) {
    const newName = parseQualifiedName(cursor, 'a table name');
    return { kind: 'rename-table', newName, span: cursor.spanFrom(start) };
  }
  cursor.acceptWord('COLUMN');
  const column = parseQualifiedName(cursor, 'a column name');
  cursor.expectWord('TO');
  const newName = parseIdentifier(cursor, 'a column name');
  return { kind: 'rename-column', column, newName, span: cursor.spanFrom(start) };
}

function parseChangeColumn(cursor: TokenCursor, start: number): AlterTableAction {
  cursor.acceptWord('COLUMN');
  const column = parseQualifiedName(cursor, 'a column name');
  const position = acceptPosition(cursor);
  if (position !== null) return { kind: 'move-column', column, position, span: cursor.spanFrom(start) };
  if (cursor.acceptWord('COMMENT')) {
    return { kind: 'change-column-comment', column, comment: parseStringValue(cursor), span: cursor.spanFrom(start) };
  }
  if (cursor.acceptWord('DROP')) return parseDropOption(cursor, column, start);
  if (cursor.acceptWords('SET', 'NOT')) {
    cursor.expectWord('NULL');
    return { kind: 'change-column-nullability', column, notNull: true, span: cursor.spanFrom(start) };
  }
  if (cursor.acceptWords('SET', 'DEFAULT')) {
    const value = cursor.rules.expression(cursor);
    return { kind: 'change-column-default', column, value, span: cursor.spanFrom(start) };
  }
  if (cursor.acceptWord('SET')) cursor.expectWord('DATA');
  cursor.expectWord('TYPE');
  const dataType = parseTypeName(cursor);
  return { kind: 'change-column-type', column, dataType, span: cursor.spanFrom(start) };
}

function parseDropOption(cursor: TokenCursor, column: QualifiedName, start: number): AlterTableAction {
  if (cursor.acceptWord('DEFAULT')) return { kind: 'change-column-default', column, value: null, span: cursor.spanFrom(start) };
  cursor.expectWord('NOT');
  cursor.expectWord('NULL');
  return { kind: 'change-column-nullability', column, notNull: false, span: cursor.spanFrom(start) };
}

function parseWriteOrder(cursor: TokenCursor, start: number): AlterTableAction {
  if (cursor.acceptWord('UNORDERED')) return { kind: 'set-write-order', keys: [], span: cursor.spanFrom(start) };
  cursor.expectWord('ORDERED');
  cursor.expectWord('BY');
  const keys = parseCommaList(cursor, parseSortItem);
  return { kind: 'set-write-order', keys, span: cursor.spanFrom(start) };
}

function parseReplace(cursor: TokenCursor, start: number): AlterTableAction {
  const field = acceptPartitionField(cursor);
  if (field === null) return parseChangeReference(cursor, 'replace', start);
  cursor.expectWord('WITH');
  const replacement = parsePartitionField(cursor);
  return { kind: 'replace-partition-field', field, replacement, span: cursor.spanFrom(start) };
}

function parseFastForward(cursor: TokenCursor, start: number): AlterTableAction {
  cursor.expectWord('TO');
  cursor.expectWord('BRANCH');
  const branch = parseIdentifier(cursor, 'the name of a branch');
  return { kind: 'fast-forward', branch, span: cursor.spanFrom(start) };
}

/** Reads what ALTER TABLE does to the table. */
export function parseAlterTableAction(cursor: TokenCursor): AlterTableAction {
  const { start } = cursor.token;
  if (cursor.acceptWord('ADD')) return parseAdd(cursor, start);
  if (cursor.acceptWord('DROP')) return parseDrop(cursor, start);
  if (cursor.acceptWord('RENAME')) return parseRename(cursor, start);
  if (cursor.acceptWord('ALTER')) return parseChangeColumn(cursor, start);
  if (cursor.acceptWord('CREATE')) return parseChangeReference(cursor, 'create', start);
  if (cursor.acceptWord('REPLACE')) return parseReplace(cursor, start);
  if (cursor.acceptWord('WRITE')) return parseWriteOrder(cursor, start);
  if (cursor.acceptWords('FAST', 'FORWARD')) return parseFastForward(cursor, start);
  if (cursor.acceptWord('UNSET')) {
    cursor.expectWord('PROPERTIES');
    const ifExists = parseIfExists(cursor);
    const keys = parseParenthesisedList(cursor, parsePropertyKey);
    return { kind: 'unset-properties', keys, ifExists, span: cursor.spanFrom(start) };
  }
  cursor.expectWord('SET');
  cursor.expectWord('PROPERTIES');
  const properties = parseProperties(cursor);
  return { kind: 'set-properties', properties, span: cursor.spanFrom(start) };
}
