import { type ColumnChange, formatType, type TableChange, type TableSnapshot } from '../../spi/index.ts';
import type { AlterTableAction, ColumnPosition, Identifier } from '../ast/index.ts';
import { bindColumn } from './bind-create.ts';
import { bindError } from './bind-error.ts';
import { bindType } from './bind-type.ts';
import type { BinderState } from './binder-state.ts';
import { columnAt, partsOf } from './column-at.ts';
import { computedColumnsOf } from './computed-columns.ts';
import { refuseNamedColumn } from './named-columns.ts';
import { sameName } from './relation-name.ts';

type ColumnAction = Extract<
  AlterTableAction,
  {
    kind:
      | 'add-column'
      | 'drop-column'
      | 'rename-column'
      | 'change-column-type'
      | 'change-column-nullability'
      | 'change-column-comment'
      | 'move-column';
  }
>;

/** Binds a change of a table's columns.
 *  @throws SQL_UNKNOWN_COLUMN, SQL_DUPLICATE_NAME, SQL_UNKNOWN_TYPE, SQL_TYPE_MISMATCH, SQL_UNSUPPORTED, CATALOG_COLUMN_IN_USE */
export function bindColumnChange(state: BinderState, table: TableSnapshot, action: ColumnAction): readonly TableChange[] {
  if (action.kind === 'add-column') return [addColumn(state, table, action)];
  if (action.kind === 'drop-column') return [dropColumn(state, table, action)];
  const { names, type } = columnAt(state, table.ref.name, table.fields, action.column.parts);
  switch (action.kind) {
    case 'rename-column':
      refuseTaken(state, table, names.slice(0, -1), action.newName, names.at(-1));
      if (names.length === 1) refuseNamedColumn(state, table, names[0] ?? '', 'renamed', action.column.span);
      return [{ kind: 'rename_column', column: names, newName: action.newName.name }];
    case 'change-column-type': {
      if (partsOf(type).length > 0) {
        const message = `the type of ${names.join('.')} is ${formatType(type)}: change that of its parts, such as ${names.join('.')}.${partsOf(type)[0]?.name ?? ''}`;
        throw bindError(state, 'CATALOG_INCOMPATIBLE_CHANGE', message, action.dataType.span);
      }
      return [{ kind: 'widen_column', column: names, type: bindType(state, action.dataType) }];
    }
    case 'change-column-nullability':
      return [{ kind: 'set_column_nullability', column: names, nullable: !action.notNull }];
    case 'change-column-comment':
      return [{ kind: 'set_column_comment', column: names, comment: action.comment }];
    case 'move-column':
      return [{ kind: 'move_column', column: names, position: position(state, table, names.slice(0, -1), action.position) }];
  }
}

function addColumn(state: BinderState, table: TableSnapshot, action: Extract<ColumnAction, { kind: 'add-column' }>): ColumnChange {
  const column = bindColumn(state, action.column);
  const parent = columnAt(state, table.ref.name, table.fields, action.parents).names;
  if (!action.ifNotExists) refuseTaken(state, table, parent, action.column.name);
  return {
    kind: 'add_column',
    parent,
    column,
    position: action.position === null ? null : position(state, table, parent, action.position),
    ifNotExists: action.ifNotExists,
  };
}

function dropColumn(state: BinderState, table: TableSnapshot, action: Extract<ColumnAction, { kind: 'drop-column' }>): ColumnChange {
  const parts = action.column.parts;
  const parent = columnAt(state, table.ref.name, table.fields, parts.slice(0, -1));
  const name = parts.at(-1)?.name ?? '';
  const siblings = parts.length === 1 ? table.fields : partsOf(parent.type);
  const found = siblings.find((sibling) => sameName(sibling.name, name));
  if (found === undefined && !action.ifExists) columnAt(state, table.ref.name, table.fields, parts);
  if (found !== undefined && parts.length === 1) refuseNamedColumn(state, table, found.name, 'dropped', action.column.span);
  return { kind: 'drop_column', column: [...parent.names, found?.name ?? name], ifExists: action.ifExists };
}

function position(
  state: BinderState,
  table: TableSnapshot,
  parent: readonly string[],
  { after, span }: ColumnPosition,
): { readonly after: string | null } {
  if (after === null) return { after: null };
  const siblings = siblingsOf(state, table, parent, span);
  return { after: columnAt(state, table.ref.name, siblings, [after]).names[0] ?? after.name };
}

function refuseTaken(state: BinderState, table: TableSnapshot, parent: readonly string[], { name, span }: Identifier, own?: string): void {
  if (own !== undefined && sameName(own, name)) return;
  const computed = parent.length === 0 ? computedColumnsOf(table).map((column) => column.name) : [];
  const names = [...siblingsOf(state, table, parent, span).map((sibling) => sibling.name), ...computed];
  if (!names.some((taken) => sameName(taken, name))) return;
  throw bindError(state, 'SQL_DUPLICATE_NAME', `table ${table.ref.name} has a column ${[...parent, name].join('.')} already`, span);
}

function siblingsOf(
  state: BinderState,
  table: TableSnapshot,
  parent: readonly string[],
  span: Identifier['span'],
): TableSnapshot['fields'] {
  if (parent.length === 0) return table.fields;
  const path = parent.map((name): Identifier => ({ kind: 'identifier', name, quoted: true, span }));
  const { type } = columnAt(state, table.ref.name, table.fields, path);
  return partsOf(type).map((part) => ({ id: 0, nullable: true, ...part }));
}
