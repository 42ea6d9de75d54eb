import type { CreateRole, Grantee, GrantOrRevoke, Identifier, Privilege, PrivilegeObject, QualifiedName } from '../ast/index.ts';
import { functionBySpelling } from '../functions/index.ts';
import { type AccessChange, type AccessObjectName, type BoundPrivilege, OWNER_PROPERTY } from './access-change.ts';
import { bindError } from './bind-error.ts';
import { refuseUnknownSchema } from './bind-comment.ts';
import type { BinderState } from './binder-state.ts';
import type { BoundStatement } from './bound-statement.ts';
import { existingRelation } from './existing-relation.ts';
import { findFunction } from './function-of-name.ts';
import { PROCEDURES } from './procedures.ts';
import { relationName, sameName, schemaName } from './relation-name.ts';

type BoundAccess = Extract<BoundStatement, { kind: 'access' }>;

const ROWS = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE'];

/** Which privileges there are on what. Those on the rows of a schema hold for all tables and views in it. */
const PRIVILEGES: Readonly<Record<PrivilegeObject['type'], readonly string[]>> = {
  schema: ['ALL', 'USAGE', 'CREATE', ...ROWS, 'ALTER', 'DROP'],
  table: ['ALL', ...ROWS, 'ALTER', 'DROP'],
  view: ['ALL', 'SELECT', 'ALTER', 'DROP'],
  function: ['ALL', 'EXECUTE'],
  procedure: ['ALL', 'EXECUTE'],
  engine: ['ALL', 'USAGE'],
};

const access = (change: AccessChange): BoundAccess => ({ kind: 'access', change });

/** Binds GRANT and REVOKE: the object, its columns and which privileges it has are settled. Who may do it, and whether the grantees exist, is
 *  decided when it is run.
 *  @throws CATALOG_UNKNOWN_TABLE, CATALOG_UNKNOWN_SCHEMA, SQL_UNKNOWN_COLUMN, SQL_UNKNOWN_FUNCTION, SQL_INVALID_VALUE */
export async function bindGrantOrRevoke(state: BinderState, node: GrantOrRevoke): Promise<BoundAccess> {
  const { kind, withOption: option } = node;
  const grantees = node.grantees.map(granteeName);
  if (node.privileges === null || node.object === null) {
    return access({ kind: `${kind}_roles`, roles: node.roles.map(principalName), grantees, option });
  }
  const { object, privileges } = node;
  for (const privilege of privileges) refuseUnknownPrivilege(state, object, privilege);
  const { name, columnKey } = await bindObject(state, object);
  const named = privileges.flatMap((privilege): BoundPrivilege[] => {
    if (privilege.name === 'ALL') return PRIVILEGES[object.type].slice(1).map((each) => ({ name: each, columns: null }));
    return [{ name: privilege.name, columns: privilege.columns.length === 0 ? null : privilege.columns.map(columnKey) }];
  });
  return access({ kind, privileges: named, object: name, grantees, option });
}

/** Binds CREATE USER and CREATE ROLE. */
export function bindCreateRole({ type, name, ifNotExists }: CreateRole): BoundAccess {
  return access({ kind: 'create_principal', type, name: principalName(name), ifNotExists });
}

/** Binds DROP USER and DROP ROLE. */
export function bindDropRole(
  state: BinderState,
  type: 'user' | 'role',
  { name, ifExists }: { readonly name: QualifiedName; readonly ifExists: boolean },
): BoundAccess {
  const [only, ...more] = name.parts;
  if (only === undefined || more.length > 0) throw bindError(state, 'SQL_INVALID_VALUE', `the name of a ${type} has no schema`, name.span);
  return access({ kind: 'drop_principal', type, name: principalName(only), ifExists });
}

/** Returns the name of a user, role, filter or mask as it is kept. */
export const principalName = ({ name }: Identifier): string => name.toLowerCase();

/** Returns under which name something is granted. */
export const granteeName = ({ name }: Grantee): string => (name === null ? 'public' : principalName(name));

function refuseUnknownPrivilege(state: BinderState, { type }: PrivilegeObject, privilege: Privilege): void {
  if (!PRIVILEGES[type].includes(privilege.name)) {
    const hint = `On a ${type} there are ${PRIVILEGES[type].join(', ')}.`;
    throw bindError(state, 'SQL_INVALID_VALUE', `there is no privilege ${privilege.name} on a ${type}`, privilege.span, { hint });
  }
  const byColumn = (type === 'table' || type === 'view') && (privilege.name === 'SELECT' || privilege.name === 'UPDATE');
  if (privilege.columns.length === 0 || byColumn) return;
  throw bindError(state, 'SQL_INVALID_VALUE', `${privilege.name} on a ${type} is not granted by column`, privilege.span);
}

interface BoundObject {
  readonly name: AccessObjectName;
  readonly columnKey: (column: Identifier) => string;
}

async function bindObject(state: BinderState, object: PrivilegeObject): Promise<BoundObject> {
  const columnKey = ({ name }: Identifier): string => name.toLowerCase();
  const spelling = object.name.parts.map((part) => part.name.toLowerCase()).join('.');
  switch (object.type) {
    case 'schema': {
      const schema = schemaName(object.name, state.source);
      await refuseUnknownSchema(state, schema, object.name);
      return { name: { type: 'schema', id: schema.toLowerCase(), schema: null, label: schema }, columnKey };
    }
    case 'function': {
      const [only, ...more] = object.name.parts;
      const builtIn = more.length === 0 && only !== undefined ? functionBySpelling(only.name) : null;
      const known = findFunction(state.context, object.name)?.definition ?? builtIn;
      if (known === null) throw bindError(state, 'SQL_UNKNOWN_FUNCTION', `no function of the name ${spelling}`, object.name.span);
      return { name: { type: 'function', id: known.name, schema: null, label: spelling }, columnKey };
    }
    case 'procedure': {
      const known = PROCEDURES.find((procedure) => procedure.name === (spelling.includes('.') ? spelling : `system.${spelling}`));
      if (known === undefined) throw bindError(state, 'SQL_UNKNOWN_FUNCTION', `no procedure of the name ${spelling}`, object.name.span);
      return { name: { type: 'procedure', id: known.name, schema: null, label: known.name }, columnKey };
    }
    case 'engine':
      return { name: { type: 'engine', id: spelling, schema: null, label: spelling }, columnKey };
    default:
      return bindRelationObject(state, object);
  }
}

async function bindRelationObject(state: BinderState, object: PrivilegeObject): Promise<BoundObject> {
  const found = await existingRelation(state, object.name);
  const { schema, name } = relationName(object.name, state.source);
  const label = `${schema}.${name}`;
  if (object.type === 'view' && found?.kind !== 'view') {
    throw bindError(state, 'CATALOG_NOT_A_TABLE', `${label} is not a view`, object.name.span);
  }
  if (found === null || found.kind === 'view') {
    const id = found?.uuid ?? label.toLowerCase();
    return { name: { type: 'relation', id, schema, label, owner: found?.owner }, columnKey: (column) => column.name.toLowerCase() };
  }
  return {
    name: { type: 'relation', id: found.ref.uuid, schema, label, owner: found.properties[OWNER_PROPERTY] },
    columnKey: (column) => {
      const field = found.fields.find((candidate) => sameName(candidate.name, column.name));
      if (field !== undefined) return String(field.id);
      throw bindError(state, 'SQL_UNKNOWN_COLUMN', `table ${name} has no column ${column.name}`, column.span);
    },
  };
}
