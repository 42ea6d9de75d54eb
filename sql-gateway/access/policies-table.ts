import type { Catalog } from '../../spi/index.ts';
import type { VirtualRelation } from '../../sql/bind/index.ts';
import type { AccessState } from './access-state.ts';
import type { Rights } from './rights.ts';
import { relationRef } from './visible-catalog.ts';

/** Returns `system.policies`: the row filters and column masks of the tables that a user owns; administrators see all. */
export async function policiesTable(
  { state, rights }: { readonly state: AccessState; readonly rights: Rights },
  catalog: Catalog,
): Promise<VirtualRelation> {
  const rows: VirtualRelation['rows'][number][] = [];
  const pinned = catalog.pinned();
  for (const schema of state.policies.size === 0 ? [] : await pinned.schemas()) {
    for (const entry of await pinned.relations(schema)) {
      const found = await pinned.resolve(entry);
      if (found?.kind !== 'table' || !rights.owns(relationRef(found))) continue;
      for (const { type, name, column, grantees, exceptions, expression } of state.policies.get(relationRef(found).key) ?? []) {
        const masked = column === null ? null : (found.fields.find(({ id }) => id === column.fieldId)?.name ?? column.name);
        const label = `${entry.schema}.${entry.name}`;
        rows.push([name, type.replace('-', ' '), label, masked, grantees.join(', '), exceptions.join(', '), expression]);
      }
    }
  }
  const names = ['name', 'type', 'table', 'column', 'holds_for', 'except', 'expression'];
  return { columns: names.map((name) => ({ name, type: 'varchar' })), rows };
}
