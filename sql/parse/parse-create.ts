import type { Identifier, PartitionField, Property, Query, Statement, TableElement } from '../ast/index.ts';
import { parseIfNotExists } from './parse-existence.ts';
import { parseColumnNames, parseQualifiedName, parseStringValue } from './parse-name.ts';
import { parsePartitionFields, parseProperties } from './parse-property.ts';
import { acceptPolicyType, parseCreatePolicy } from './parse-policy.ts';
import { parseCreateFunction, parseCreateRole } from './parse-routine.ts';
import { parseTableElements } from './parse-table-elements.ts';
import type { TokenCursor } from './token-cursor.ts';

interface CreateHead {
  readonly start: number;
  readonly orReplace: boolean;
}

interface TableOptions {
  comment: string | null;
  partitionedBy: PartitionField[];
  properties: Property[];
}

function parseTableOptions(cursor: TokenCursor): TableOptions {
  const options: TableOptions = { comment: null, partitionedBy: [], properties: [] };
  for (;;) {
    if (options.comment === null && cursor.acceptWord('COMMENT')) options.comment = parseStringValue(cursor);
    else if (options.partitionedBy.length === 0 && cursor.acceptWord('PARTITIONED')) {
      cursor.expectWord('BY');
      options.partitionedBy = parsePartitionFields(cursor);
    } else if (options.properties.length === 0 && cursor.acceptWord('WITH')) options.properties = parseProperties(cursor);
    else return options;
  }
}

function parseWithData(cursor: TokenCursor): boolean {
  if (!cursor.acceptWord('WITH')) return true;
  const withData = !cursor.acceptWord('NO');
  cursor.expectWord('DATA');
  return withData;
}

function parseCreateSchema(cursor: TokenCursor, head: CreateHead): Statement {
  const ifNotExists = parseIfNotExists(cursor);
  const name = parseQualifiedName(cursor, 'a schema name');
  const properties = cursor.acceptWord('WITH') ? parseProperties(cursor) : [];
  return { kind: 'create-schema', name, orReplace: head.orReplace, ifNotExists, properties, span: cursor.spanFrom(head.start) };
}

function parseCreateTable(cursor: TokenCursor, head: CreateHead): Statement {
  const ifNotExists = parseIfNotExists(cursor);
  const name = parseQualifiedName(cursor, 'a table name');
  const namesOnly = cursor.peekSymbol(0, '(') && (cursor.peekSymbol(2, ',') || cursor.peekSymbol(2, ')'));
  const columnNames: Identifier[] = namesOnly ? parseColumnNames(cursor) : [];
  const elements: TableElement[] = cursor.isSymbol('(') ? parseTableElements(cursor) : [];
  const options = parseTableOptions(cursor);
  const query: Query | null = elements.length === 0 && cursor.acceptWord('AS') ? cursor.rules.query(cursor) : null;
  if (query === null && elements.length === 0) return cursor.fail();
  const withData = query === null || parseWithData(cursor);
  const { orReplace, start } = head;
  return {
    kind: 'create-table',
    name,
    orReplace,
    ifNotExists,
    elements,
    columnNames,
    ...options,
    query,
    withData,
    span: cursor.spanFrom(start),
  };
}

function parseCreateView(cursor: TokenCursor, { orReplace, start }: CreateHead): Statement {
  const ifNotExists = parseIfNotExists(cursor);
  const name = parseQualifiedName(cursor, 'a view name');
  const columns = cursor.isSymbol('(') ? parseColumnNames(cursor) : [];
  const comment = cursor.acceptWord('COMMENT') ? parseStringValue(cursor) : null;
  cursor.expectWord('AS');
  const query = cursor.rules.query(cursor);
  return { kind: 'create-view', name, orReplace, ifNotExists, columns, comment, query, span: cursor.spanFrom(start) };
}

function parseCreateMaterializedView(cursor: TokenCursor, { orReplace, start }: CreateHead): Statement {
  cursor.expectWord('VIEW');
  const ifNotExists = parseIfNotExists(cursor);
  const name = parseQualifiedName(cursor, 'a view name');
  const columns = cursor.isSymbol('(') ? parseColumnNames(cursor) : [];
  const options = parseTableOptions(cursor);
  cursor.expectWord('AS');
  const query = cursor.rules.query(cursor);
  const span = cursor.spanFrom(start);
  return { kind: 'create-materialized-view', name, orReplace, ifNotExists, columns, ...options, query, span };
}

/** Reads a CREATE statement. */
export function parseCreate(cursor: TokenCursor): Statement {
  const { start } = cursor.expectWord('CREATE');
  const orReplace = cursor.acceptWord('OR');
  if (orReplace) cursor.expectWord('REPLACE');
  const head = { start, orReplace };
  if (cursor.acceptWord('TABLE')) return parseCreateTable(cursor, head);
  if (cursor.acceptWord('VIEW')) return parseCreateView(cursor, head);
  if (cursor.acceptWord('SCHEMA')) return parseCreateSchema(cursor, head);
  if (cursor.acceptWord('MATERIALIZED')) return parseCreateMaterializedView(cursor, head);
  if (!orReplace && cursor.acceptWord('ROLE')) return parseCreateRole(cursor, 'role', start);
  if (!orReplace && cursor.acceptWord('USER')) return parseCreateRole(cursor, 'user', start);
  const policy = orReplace ? null : acceptPolicyType(cursor);
  if (policy !== null) return parseCreatePolicy(cursor, policy, start);
  const temporary = cursor.acceptWord('TEMPORARY');
  if (cursor.acceptWord('FUNCTION')) return parseCreateFunction(cursor, { ...head, temporary });
  return cursor.fail();
}
