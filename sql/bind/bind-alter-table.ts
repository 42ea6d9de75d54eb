import { formatType, nearestName, type NewColumn, type TableChange, type TableSnapshot } from '../../spi/index.ts';
import type { AlterTable, AlterTableAction, Identifier, RenameObject, Span } from '../ast/index.ts';
import { refuseUnknownSchema } from './bind-comment.ts';
import { bindColumn, bindPartitionField, bindProperties } from './bind-create.ts';
import { bindError, didYouMean } from './bind-error.ts';
import { bindType } from './bind-type.ts';
import type { BoundStatement } from './bound-statement.ts';
import { type BinderState, bindWithin } from './binder-state.ts';
import { coerceForAssignment } from './coercion.ts';
import { refuseMaintained } from './maintained-table.ts';
import { refusedStatement, type RefusedStatement } from './refused-statement.ts';
import { relationName, sameName, schemaName } from './relation-name.ts';
import { existingRelation } from './existing-relation.ts';
import { EMPTY_SCOPE } from './scope.ts';
import { ScopeColumns } from './scope-columns.ts';

type Details = RefusedStatement['details'];

const NOTHING_AROUND = { commonTables: new Map<string, never>(), outer: null };
const REWRITE =
  'Make the table anew: CREATE OR REPLACE TABLE .. AS SELECT .. with the columns, partitions and properties that it is to have.';
const REFERENCE = 'Read an older snapshot with FOR VERSION AS OF, or SET snapshot for a session.';

/** Binds ALTER TABLE: the table, its columns and the types and values given are settled; the storage cannot change tables yet.
 *  @throws CATALOG_UNKNOWN_TABLE, CATALOG_NOT_A_TABLE, SQL_UNKNOWN_COLUMN, SQL_DUPLICATE_NAME and what else the action can be refused for */
export async function bindAlterTable(state: BinderState, node: AlterTable): Promise<BoundStatement> {
  const { schema, name } = relationName(node.table, state.source);
  const words = node.action.kind.replaceAll('-', ' ');
  const what = `ALTER TABLE ${schema}.${name} (${words})`;
  const found = await existingRelation(state, node.table, node.ifExists);
  if (found === null) return { kind: 'alter_table', table: null, changes: [] };
  if (found.kind !== 'table') {
    throw bindError(state, 'CATALOG_NOT_A_TABLE', `${schema}.${name} is a view and not a table`, node.table.span);
  }
  await refuseMaintained(state, node.table, 'is not altered as a table');
  const changes = bindChanges(state, found, node.action);
  if (changes !== null) return { kind: 'alter_table', table: found.ref, changes };
  const details = bindAction(state, found, node.action);
  const isReference = node.action.kind === 'change-reference' || node.action.kind === 'drop-reference';
  return refusedStatement(what, isReference ? REFERENCE : REWRITE, details);
}

/** Binds ALTER VIEW and ALTER SCHEMA.
 *  @throws CATALOG_UNKNOWN_TABLE, CATALOG_UNKNOWN_SCHEMA, CATALOG_NOT_A_TABLE */
export async function bindRenameObject(state: BinderState, node: RenameObject): Promise<RefusedStatement> {
  if (node.objectType === 'schema') {
    const schema = schemaName(node.name, state.source);
    await refuseUnknownSchema(state, schema, node.name);
    return refusedStatement(`ALTER SCHEMA ${schema} RENAME`, 'Create the other schema, and its tables with CREATE TABLE .. AS SELECT.');
  }
  const found = await existingRelation(state, node.name);
  const { schema, name } = relationName(node.name, state.source);
  if (found?.kind !== 'view') throw bindError(state, 'CATALOG_NOT_A_TABLE', `${schema}.${name} is not a view`, node.name.span);
  return refusedStatement(
    `ALTER VIEW ${schema}.${name} RENAME`,
    'SHOW CREATE VIEW shows its text: create it under the other name, and drop it.',
  );
}

/** Returns null for an action that the storage cannot carry out yet. */
function bindChanges(state: BinderState, table: TableSnapshot, action: AlterTableAction): readonly TableChange[] | null {
  switch (action.kind) {
    case 'set-properties':
      return [{ kind: 'set_properties', properties: bindProperties(state, action.properties) }];
    case 'unset-properties':
      if (!action.ifExists) for (const key of action.keys) refuseUnknownProperty(state, table, key, action.span);
      return [{ kind: 'unset_properties', keys: action.keys, ifExists: action.ifExists }];
    default:
      return null;
  }
}

function bindAction(state: BinderState, table: TableSnapshot, action: AlterTableAction): Details {
  switch (action.kind) {
    case 'add-column': {
      const column = bindColumn(state, action.column);
      if (!action.ifNotExists) refuseTaken(state, table, action.column.name);
      if (action.position !== null && action.position.after !== null) columnNamed(state, table, action.position.after);
      return { column: column.name, type: formatType(column.type) };
    }
    case 'drop-column':
      return { column: action.ifExists ? action.column.name : columnNamed(state, table, action.column).name };
    case 'rename-column':
      if (!sameName(action.column.name, action.newName.name)) refuseTaken(state, table, action.newName);
      return { column: columnNamed(state, table, action.column).name, newName: action.newName.name };
    case 'rename-table': {
      const { schema, name } = relationName(action.newName, state.source);
      return { newName: `${schema}.${name}` };
    }
    case 'change-column-type':
      return { column: columnNamed(state, table, action.column).name, type: formatType(bindType(state, action.dataType)) };
    case 'set-properties':
    case 'unset-properties':
      return {};
    default:
      return bindLayout(state, table, action);
  }
}

type LayoutAction = Exclude<
  AlterTableAction,
  {
    kind: 'add-column' | 'drop-column' | 'rename-column' | 'rename-table' | 'change-column-type' | 'set-properties' | 'unset-properties';
  }
>;

function bindLayout(state: BinderState, table: TableSnapshot, action: LayoutAction): Details {
  const columns: readonly NewColumn[] = table.fields;
  switch (action.kind) {
    case 'add-partition-field':
    case 'drop-partition-field':
      return { field: bindPartitionField(state, action.field, columns).column };
    case 'replace-partition-field':
      bindPartitionField(state, action.field, columns);
      return { field: bindPartitionField(state, action.replacement, columns).column };
    case 'set-write-order':
      return { keys: action.keys.length, order: bindWriteOrder(state, table, action.keys) };
    case 'change-column-default': {
      const column = columnNamed(state, table, action.column);
      if (action.value === null) return { column: column.name };
      const value = bindWithin({ state, scope: EMPTY_SCOPE, environment: NOTHING_AROUND, calls: null, place: 'DEFAULT' }, action.value);
      coerceForAssignment(state, value, column.type, column.name, action.value.span);
      return { column: column.name };
    }
    case 'change-column-nullability':
    case 'change-column-comment':
      return { column: columnNamed(state, table, action.column).name };
    case 'move-column':
      if (action.position.after !== null) columnNamed(state, table, action.position.after);
      return { column: columnNamed(state, table, action.column).name };
    case 'change-reference': {
      const { version } = action;
      if (version !== null && version.kind !== 'number-literal' && version.kind !== 'string-literal') {
        throw bindError(state, 'SQL_INVALID_VALUE', 'AS OF VERSION takes the id of a snapshot', version.span);
      }
      return { [action.type]: action.name.name };
    }
    case 'drop-reference':
      return { [action.type]: action.name.name };
  }
}

function bindWriteOrder(
  state: BinderState,
  table: TableSnapshot,
  keys: Extract<LayoutAction, { kind: 'set-write-order' }>['keys'],
): string {
  const columns = table.fields.map(({ name, type, nullable }, position) => {
    const column = state.columns.create({ name, type, nullable });
    return { ...column, table: table.ref.name, schema: table.ref.schema, qualifiedOnly: false, position };
  });
  const scope = { columns: ScopeColumns.of(columns), aliases: null, outer: null };
  const context = { state, scope, environment: NOTHING_AROUND, calls: null, place: 'WRITE ORDERED BY' };
  return keys.map((key) => formatType(bindWithin(context, key.expression).type)).join(', ');
}

function columnNamed(state: BinderState, table: TableSnapshot, name: Identifier): NewColumn {
  const column = table.fields.find((field) => sameName(field.name, name.name));
  if (column !== undefined) return column;
  const nearest = nearestName(
    name.name,
    table.fields.map((field) => field.name),
  );
  const message = `table ${table.ref.name} has no column ${name.name}`;
  throw bindError(state, 'SQL_UNKNOWN_COLUMN', message, name.span, { hint: didYouMean(nearest) });
}

function refuseTaken(state: BinderState, table: TableSnapshot, name: Identifier): void {
  if (!table.fields.some((field) => sameName(field.name, name.name))) return;
  throw bindError(state, 'SQL_DUPLICATE_NAME', `table ${table.ref.name} has a column ${name.name} already`, name.span);
}

function refuseUnknownProperty(state: BinderState, table: TableSnapshot, key: string, span: Span): void {
  if (Object.hasOwn(table.properties, key)) return;
  const hint = didYouMean(nearestName(key, Object.keys(table.properties)));
  throw bindError(state, 'SQL_INVALID_VALUE', `table ${table.ref.name} has no property ${key}`, span, { hint });
}
