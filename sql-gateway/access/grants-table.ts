import type { Catalog } from '../../spi/index.ts';
import type { VirtualRelation } from '../../sql/bind/index.ts';
import { type AccessState, PUBLIC } from './access-state.ts';
import { type NamedObject, namedRelations } from './named-relations.ts';
import { membershipsOf, type Rights } from './rights.ts';

type Row = VirtualRelation['rows'][number];

/** Returns `system.grants`: memberships of roles and privileges. Users see those of their own and of their roles, and those on what they own;
 *  administrators see all. */
export async function grantsTable(
  { state, rights }: { readonly state: AccessState; readonly rights: Rights },
  catalog: Catalog,
): Promise<VirtualRelation> {
  const own = new Set([rights.user, ...membershipsOf(state, rights.user).keys(), PUBLIC]);
  const isShown = (grantee: string): boolean => rights.administrator || own.has(grantee);
  const rows: Row[] = [];
  for (const [grantee, { roles }] of state.principals) {
    if (!isShown(grantee)) continue;
    for (const [role, { admin }] of roles) rows.push([grantee, 'MEMBER', 'role', role, null, admin]);
  }
  const names = await namedRelations(catalog);
  for (const [key, grants] of state.grants) {
    const object = names.get(key) ?? plainName(key);
    if (object === null) continue;
    for (const [grantee, held] of grants) {
      if (!isShown(grantee) && !rights.owns(object.ref)) continue;
      for (const [privilege, { columns, option }] of held) {
        const shown = columns === null ? null : columns.map((key) => object.columnName(key) ?? `#${key}`).join(', ');
        rows.push([grantee, privilege, object.type, object.label, shown, option]);
      }
    }
  }
  return {
    columns: [
      { name: 'grantee', type: 'varchar' },
      { name: 'privilege', type: 'varchar' },
      { name: 'object_type', type: 'varchar' },
      { name: 'object', type: 'varchar' },
      { name: 'columns', type: 'varchar' },
      { name: 'grantable', type: 'boolean' },
    ],
    rows: rows.sort((left, right) => compare(textOf(left), textOf(right))),
  };
}

function plainName(key: string): NamedObject | null {
  const [type = '', ...rest] = key.split(':');
  if (type === 'relation') return null;
  return { type, label: rest.join(':'), ref: { key, schemaKey: null }, columnName: (column) => column };
}

const textOf = (row: Row): string => row.slice(0, 4).join('\0');

const compare = (left: string, right: string): number => (left < right ? -1 : Number(left > right));
