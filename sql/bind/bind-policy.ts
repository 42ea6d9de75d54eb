import type { TableSnapshot } from '../../spi/index.ts';
import type { CreatePolicy, DropPolicy, QualifiedName } from '../ast/index.ts';
import { type AccessObjectName, OWNER_PROPERTY, type TablePolicy } from './access-change.ts';
import { granteeName, principalName } from './bind-access.ts';
import { bindError } from './bind-error.ts';
import type { BinderState } from './binder-state.ts';
import type { BoundStatement } from './bound-statement.ts';
import { existingRelation } from './existing-relation.ts';
import { sameName } from './relation-name.ts';
import { isMaintained } from './stream-table.ts';
import { checkPolicy } from './table-policies.ts';

type BoundAccess = Extract<BoundStatement, { kind: 'access' }>;

/** Binds CREATE ROW FILTER and CREATE COLUMN MASK.
 *  @throws CATALOG_UNKNOWN_TABLE, CATALOG_NOT_A_TABLE, SQL_UNKNOWN_COLUMN, SQL_TYPE_MISMATCH, SQL_UNSUPPORTED */
export async function bindCreatePolicy(state: BinderState, node: CreatePolicy): Promise<BoundAccess> {
  const table = await storedTable(state, node.table);
  const column = node.column === null ? null : maskedColumn(state, table, node.column);
  const { start, end } = node.expression.span;
  const policy: TablePolicy = {
    type: column === null ? 'row-filter' : 'column-mask',
    name: principalName(node.name),
    expression: state.source.text.slice(start, end),
    column,
    grantees: node.grantees.length === 0 ? ['public'] : node.grantees.map(granteeName),
    exceptions: node.exceptions.map(granteeName),
  };
  checkPolicy(state, table, policy, node.expression);
  return { kind: 'access', change: { kind: 'create_policy', policy, object: objectOf(table) } };
}

/** Binds DROP ROW FILTER and DROP COLUMN MASK.
 *  @throws CATALOG_UNKNOWN_TABLE, CATALOG_NOT_A_TABLE */
export async function bindDropPolicy(state: BinderState, { type, name, table, ifExists }: DropPolicy): Promise<BoundAccess> {
  const object = objectOf(await storedTable(state, table));
  return { kind: 'access', change: { kind: 'drop_policy', type, name: principalName(name), ifExists, object } };
}

async function storedTable(state: BinderState, name: QualifiedName): Promise<TableSnapshot> {
  const found = await existingRelation(state, name);
  if (found?.kind === 'table' && !isMaintained(found)) return found;
  const label = name.parts.map((part) => part.name).join('.');
  throw bindError(state, 'CATALOG_NOT_A_TABLE', `${label} is a view: row filters and column masks are about tables`, name.span, {
    hint: 'Set them on the tables that it reads; a view is read with the rights of its owner.',
  });
}

function objectOf({ ref, properties }: TableSnapshot): AccessObjectName {
  return { type: 'relation', id: ref.uuid, schema: ref.schema, label: `${ref.schema}.${ref.name}`, owner: properties[OWNER_PROPERTY] };
}

function maskedColumn(
  state: BinderState,
  { ref, fields }: TableSnapshot,
  { name, span }: NonNullable<CreatePolicy['column']>,
): TablePolicy['column'] {
  const field = fields.find((candidate) => sameName(candidate.name, name));
  if (field !== undefined) return { fieldId: field.id, name: field.name.toLowerCase() };
  throw bindError(state, 'SQL_UNKNOWN_COLUMN', `table ${ref.name} has no stored column ${name}`, span);
}
