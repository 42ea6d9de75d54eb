import type { Catalog } from '../../spi/index.ts';
import type { VirtualRelation } from '../../sql/bind/index.ts';
import type { AccessState } from './access-state.ts';
import { namedRelations } from './named-relations.ts';
import type { Rights } from './rights.ts';

/** Returns `system.policies`: the row filters and column masks of the tables that a user owns; administrators see all. */
export async function policiesTable(
  { state, rights }: { readonly state: AccessState; readonly rights: Rights },
  catalog: Catalog,
): Promise<VirtualRelation> {
  const rows: VirtualRelation['rows'][number][] = [];
  const relations = state.policies.size === 0 ? [] : await namedRelations(catalog);
  for (const [key, { label, ref, columnName }] of relations) {
    if (!rights.owns(ref)) continue;
    for (const { type, name, column, grantees, exceptions, expression } of state.policies.get(key) ?? []) {
      const masked = column === null ? null : (columnName(String(column.fieldId)) ?? column.name);
      rows.push([name, type.replace('-', ' '), label, masked, grantees.join(', '), exceptions.join(', '), expression]);
    }
  }
  const names = ['name', 'type', 'table', 'column', 'holds_for', 'except', 'expression'];
  return { columns: names.map((name) => ({ name, type: 'varchar' })), rows };
}
