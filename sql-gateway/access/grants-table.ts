import type { Catalog, TableSnapshot } from '../../spi/index.ts';
import type { VirtualRelation } from '../../sql/bind/index.ts';
import { type AccessState, PUBLIC } from './access-state.ts';
import { membershipsOf, type ObjectRef, type Rights } from './rights.ts';
import { relationRef } from './visible-catalog.ts';

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
  const names = await objectNames(catalog);
  for (const [key, grants] of state.grants) {
    const object = names.get(key) ?? plainName(key);
    if (object === null) continue;
    for (const [grantee, held] of grants) {
      if (!isShown(grantee) && !rights.owns(object.ref)) continue;
      for (const [privilege, { columns, option }] of held) {
        const shown = columns === null ? null : columns.map((column) => object.columnName(column)).join(', ');
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

interface NamedObject {
  readonly type: string;
  readonly label: string;
  readonly ref: ObjectRef;
  columnName(key: string): string;
}

/** Tables and views by the keys of their privileges; what was dropped since has none. */
async function objectNames(catalog: Catalog): Promise<ReadonlyMap<string, NamedObject>> {
  const pinned = catalog.pinned();
  const found = new Map<string, NamedObject>();
  for (const schema of await pinned.schemas()) {
    for (const entry of await pinned.relations(schema)) {
      const relation = await pinned.resolve(entry);
      if (relation === null) continue;
      const ref = relationRef(relation);
      const columnName = (key: string): string => (relation.kind === 'table' ? fieldName(relation, key) : key);
      found.set(ref.key, { type: entry.kind, label: `${entry.schema}.${entry.name}`, ref, columnName });
    }
  }
  return found;
}

function fieldName({ fields }: TableSnapshot, key: string): string {
  return fields.find(({ id }) => String(id) === key)?.name ?? `#${key}`;
}

function plainName(key: string): NamedObject | null {
  const [type = '', ...rest] = key.split(':');
  if (type === 'relation') return null;
  return { type, label: rest.join(':'), ref: { key, schemaKey: null }, columnName: (column) => column };
}

const textOf = (row: Row): string => row.slice(0, 4).join('\0');

const compare = (left: string, right: string): number => (left < right ? -1 : Number(left > right));
