import type { ColumnDefinition, Expression, KeyConstraint, TableElement } from '../ast/index.ts';
import { parseColumnNames, parseIdentifier, parseStringValue } from './parse-name.ts';
import { parseTypeName } from './parse-type-name.ts';
import type { TokenCursor } from './token-cursor.ts';

interface ColumnOptions {
  notNull: boolean;
  key: KeyConstraint['type'] | null;
  defaultValue: Expression | null;
  comment: string | null;
}

function parseKeyType(cursor: TokenCursor): KeyConstraint['type'] | null {
  if (cursor.acceptWords('PRIMARY', 'KEY')) return 'primary-key';
  return cursor.acceptWord('UNIQUE') ? 'unique' : null;
}

function parseColumnOptions(cursor: TokenCursor): ColumnOptions {
  const options: ColumnOptions = { notNull: false, key: null, defaultValue: null, comment: null };
  for (;;) {
    const key = parseKeyType(cursor);
    if (key !== null) options.key = key;
    else if (cursor.acceptWords('NOT', 'NULL')) options.notNull = true;
    else if (cursor.acceptWord('NULL')) options.notNull = false;
    else if (cursor.acceptWord('DEFAULT')) options.defaultValue = cursor.rules.expression(cursor);
    else if (cursor.acceptWord('COMMENT')) options.comment = parseStringValue(cursor);
    else return options;
  }
}

/** Reads `name type options`; a key among the options becomes an element of its own. */
export function parseColumnDefinition(cursor: TokenCursor): { column: ColumnDefinition; key: KeyConstraint | null } {
  const name = parseIdentifier(cursor, 'a column name');
  const dataType = parseTypeName(cursor);
  const { notNull, key, defaultValue, comment } = parseColumnOptions(cursor);
  const span = cursor.spanFrom(name.span.start);
  const column: ColumnDefinition = { kind: 'column-definition', name, dataType, notNull, defaultValue, comment, span };
  return { column, key: key === null ? null : { kind: 'key-constraint', type: key, columns: [name], enforced: true, span } };
}

function acceptKeyConstraint(cursor: TokenCursor): KeyConstraint | null {
  const { start } = cursor.token;
  const isKey = (cursor.peekWord(0, 'PRIMARY') && cursor.peekWord(1, 'KEY')) || (cursor.peekWord(0, 'UNIQUE') && cursor.peekSymbol(1, '('));
  const type = isKey ? parseKeyType(cursor) : null;
  if (type === null) return null;
  const columns = parseColumnNames(cursor);
  const enforced = !cursor.acceptWords('NOT', 'ENFORCED');
  return { kind: 'key-constraint', type, columns, enforced, span: cursor.spanFrom(start) };
}

function parseTableElement(cursor: TokenCursor): TableElement[] {
  const { start } = cursor.token;
  const constraint = acceptKeyConstraint(cursor);
  if (constraint !== null) return [constraint];
  if (cursor.acceptWords('WATERMARK', 'FOR')) {
    const column = parseIdentifier(cursor, 'a column name');
    cursor.expectWord('AS');
    const expression = cursor.rules.expression(cursor);
    return [{ kind: 'watermark-definition', column, expression, span: cursor.spanFrom(start) }];
  }
  if (cursor.peekWord(1, 'AS')) {
    const name = parseIdentifier(cursor, 'a column name');
    cursor.expectWord('AS');
    const expression = cursor.rules.expression(cursor);
    return [{ kind: 'computed-column', name, expression, span: cursor.spanFrom(start) }];
  }
  const { column, key } = parseColumnDefinition(cursor);
  return key === null ? [column] : [column, key];
}

/** Reads what stands between the parentheses of CREATE TABLE, with them. */
export function parseTableElements(cursor: TokenCursor): TableElement[] {
  cursor.expectSymbol('(');
  const elements = parseTableElement(cursor);
  while (cursor.acceptSymbol(',')) elements.push(...parseTableElement(cursor));
  cursor.expectSymbol(')');
  return elements;
}
