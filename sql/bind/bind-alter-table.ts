import { nearestName, type NewColumn, type NewSortKey, type TableChange, type TableSnapshot } from '../../spi/index.ts';
import type { AlterTable, AlterTableAction, ChangeReference, RenameObject, Span } from '../ast/index.ts';
import { bindColumnChange } from './bind-column-change.ts';
import { refuseUnknownSchema } from './bind-comment.ts';
import { bindPartitionField, bindProperties, refuseOwnProperties } from './bind-create.ts';
import { bindError, didYouMean, unsupported } from './bind-error.ts';
import { bindDefault } from './bind-default.ts';
import type { BinderState } from './binder-state.ts';
import type { BoundStatement } from './bound-statement.ts';
import { columnAt } from './column-at.ts';
import { existingRelation } from './existing-relation.ts';
import { refuseMaintained } from './maintained-table.ts';
import { relationName, schemaName } from './relation-name.ts';

const MS_PER_DAY = 86_400_000;

/** Binds ALTER TABLE: the table, its columns and the types and values given are settled.
 *  @throws CATALOG_UNKNOWN_TABLE, CATALOG_NOT_A_TABLE, SQL_UNKNOWN_COLUMN, SQL_DUPLICATE_NAME and what else the action can be refused for */
export async function bindAlterTable(state: BinderState, node: AlterTable): Promise<BoundStatement> {
  const { schema, name } = relationName(node.table, state.source);
  const found = await existingRelation(state, node.table, node.ifExists);
  if (found === null) return { kind: 'alter_table', table: null, changes: [] };
  if (found.kind !== 'table') {
    throw bindError(state, 'CATALOG_NOT_A_TABLE', `${schema}.${name} is a view and not a table`, node.table.span);
  }
  await refuseMaintained(state, node.table, 'is not altered as a table');
  const { action } = node;
  if (action.kind === 'rename-table') return { kind: 'rename_table', name: found.ref, newName: relationName(action.newName, state.source) };
  return { kind: 'alter_table', table: found.ref, changes: bindAction(state, found, action) };
}

/** Binds ALTER VIEW and ALTER SCHEMA.
 *  @throws CATALOG_UNKNOWN_TABLE, CATALOG_UNKNOWN_SCHEMA, CATALOG_NOT_A_TABLE */
export async function bindRenameObject(state: BinderState, node: RenameObject): Promise<BoundStatement> {
  if (node.objectType === 'schema') {
    const schema = schemaName(node.name, state.source);
    await refuseUnknownSchema(state, schema, node.name);
    return { kind: 'rename_schema', schema, newName: schemaName(node.newName, state.source) };
  }
  const found = await existingRelation(state, node.name);
  const { schema, name } = relationName(node.name, state.source);
  if (found?.kind !== 'view') throw bindError(state, 'CATALOG_NOT_A_TABLE', `${schema}.${name} is not a view`, node.name.span);
  return { kind: 'rename_view', name: found.name, newName: relationName(node.newName, state.source) };
}

function bindAction(
  state: BinderState,
  table: TableSnapshot,
  action: Exclude<AlterTableAction, { kind: 'rename-table' }>,
): readonly TableChange[] {
  const columns: readonly NewColumn[] = table.fields;
  switch (action.kind) {
    case 'set-properties':
      return [{ kind: 'set_properties', properties: bindProperties(state, action.properties) }];
    case 'unset-properties':
      refuseOwnProperties(state, action.keys, action.span);
      if (!action.ifExists) for (const key of action.keys) refuseUnknownProperty(state, table, key, action.span);
      return [{ kind: 'unset_properties', keys: action.keys, ifExists: action.ifExists }];
    case 'add-partition-field':
      return [{ kind: 'add_partition_field', field: bindPartitionField(state, action.field, columns) }];
    case 'drop-partition-field':
      return [{ kind: 'drop_partition_field', field: bindPartitionField(state, action.field, columns) }];
    case 'replace-partition-field': {
      const [field, replacement] = [action.field, action.replacement].map((each) => bindPartitionField(state, each, columns));
      return field === undefined || replacement === undefined ? [] : [{ kind: 'replace_partition_field', field, replacement }];
    }
    case 'set-write-order':
      return [{ kind: 'set_sort_order', keys: action.keys.map((key) => bindSortKey(state, table, key)) }];
    case 'change-column-default': {
      const { names, type } = columnAt(state, table.ref.name, table.fields, action.column.parts);
      const value = action.value === null ? null : bindDefault(state, action.value, type, names.join('.'));
      return [{ kind: 'set_column_default', column: names, value }];
    }
    case 'change-reference':
      return [bindReference(state, action)];
    case 'drop-reference':
      return [{ kind: 'drop_reference', type: action.type, name: action.name.name, ifExists: action.ifExists }];
    case 'fast-forward':
      return [{ kind: 'fast_forward', branch: action.branch.name }];
    default:
      return bindColumnChange(state, table, action);
  }
}

function bindSortKey(
  state: BinderState,
  table: TableSnapshot,
  { expression, direction, nulls }: Extract<AlterTableAction, { kind: 'set-write-order' }>['keys'][number],
): NewSortKey {
  const [name, ...more] = expression.kind === 'column-reference' ? expression.parts : [];
  if (name === undefined || more.length > 0) {
    throw unsupported(state, 'WRITE ORDERED BY anything but a column', expression.span, 'Name columns of the table.');
  }
  const { names } = columnAt(state, table.ref.name, table.fields, [name]);
  return { column: names[0] ?? name.name, descending: direction === 'descending', nullsFirst: nulls === 'first' };
}

function bindReference(state: BinderState, { action, type, name, ifNotExists, version, retainDays }: ChangeReference): TableChange {
  const maxAgeMs = retainDays === null ? null : retainDays * MS_PER_DAY;
  const reference = { kind: 'set_reference', action, type, name: name.name, ifNotExists, maxAgeMs } as const;
  if (version === null) return { ...reference, snapshotId: null };
  const text = version.kind === 'number-literal' ? version.text : version.kind === 'string-literal' ? version.value : '';
  if (/^\d{1,19}$/.test(text)) return { ...reference, snapshotId: text };
  throw bindError(state, 'SQL_INVALID_VALUE', 'AS OF VERSION takes the id of a snapshot', version.span);
}

function refuseUnknownProperty(state: BinderState, table: TableSnapshot, key: string, span: Span): void {
  if (Object.hasOwn(table.properties, key)) return;
  const hint = didYouMean(nearestName(key, Object.keys(table.properties)));
  throw bindError(state, 'SQL_INVALID_VALUE', `table ${table.ref.name} has no property ${key}`, span, { hint });
}
