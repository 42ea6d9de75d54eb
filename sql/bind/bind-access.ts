import type { CreateRole, GrantOrRevoke, Privilege, PrivilegeObject } from '../ast/index.ts';
import { functionBySpelling } from '../functions/index.ts';
import { bindError } from './bind-error.ts';
import { refuseUnknownSchema } from './bind-comment.ts';
import type { BinderState } from './binder-state.ts';
import { existingRelation } from './existing-relation.ts';
import { refusedStatement, type RefusedStatement } from './refused-statement.ts';
import { relationName, sameName, schemaName } from './relation-name.ts';

const HINT = 'There are no roles and privileges yet: everybody who has a token of the server may run every statement.';

/** Which privileges there are on what. */
const PRIVILEGES: Readonly<Record<PrivilegeObject['type'], readonly string[]>> = {
  schema: ['ALL', 'CREATE', 'USAGE', 'DROP', 'ALTER'],
  table: ['ALL', 'SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'ALTER', 'DROP'],
  view: ['ALL', 'SELECT', 'DROP'],
  function: ['ALL', 'EXECUTE'],
};

/** Binds GRANT and REVOKE: the object, its columns and which privileges it has are settled; there is nothing that keeps them yet.
 *  @throws CATALOG_UNKNOWN_TABLE, CATALOG_UNKNOWN_SCHEMA, SQL_UNKNOWN_COLUMN, SQL_UNKNOWN_FUNCTION, SQL_INVALID_VALUE */
export async function bindGrantOrRevoke(state: BinderState, node: GrantOrRevoke): Promise<RefusedStatement> {
  const word = node.kind.toUpperCase();
  const grantees = node.grantees.map(({ type, name }) => (name === null ? 'PUBLIC' : `${type} ${name.name}`)).join(', ');
  if (node.privileges === null || node.object === null) {
    const roles = node.roles.map((role) => role.name).join(', ');
    return refusedStatement(`${word} of roles`, HINT, { roles, grantees });
  }
  const { object, privileges } = node;
  for (const privilege of privileges) refuseUnknownPrivilege(state, object, privilege);
  const name = await bindObject(state, object, privileges);
  const names = privileges.map((privilege) => privilege.name).join(', ');
  return refusedStatement(`${word} on ${object.type} ${name}`, HINT, { privileges: names, grantees, withGrantOption: node.withOption });
}

/** Binds CREATE ROLE. */
export function bindCreateRole({ name }: CreateRole): RefusedStatement {
  return refusedStatement(`CREATE ROLE ${name.name}`, HINT);
}

/** Binds DROP ROLE. */
export function refusedDropRole(name: string): RefusedStatement {
  return refusedStatement(`DROP ROLE ${name}`, HINT);
}

function refuseUnknownPrivilege(state: BinderState, { type }: PrivilegeObject, privilege: Privilege): void {
  if (!PRIVILEGES[type].includes(privilege.name)) {
    const hint = `On a ${type} there are ${PRIVILEGES[type].join(', ')}.`;
    throw bindError(state, 'SQL_INVALID_VALUE', `there is no privilege ${privilege.name} on a ${type}`, privilege.span, { hint });
  }
  if (privilege.columns.length === 0 || privilege.name === 'SELECT' || privilege.name === 'UPDATE') return;
  throw bindError(state, 'SQL_INVALID_VALUE', `${privilege.name} is not granted by column`, privilege.span);
}

async function bindObject(state: BinderState, object: PrivilegeObject, privileges: readonly Privilege[]): Promise<string> {
  if (object.type === 'schema') {
    const schema = schemaName(object.name, state.source);
    await refuseUnknownSchema(state, schema, object.name);
    return schema;
  }
  if (object.type === 'function') {
    const spelling = object.name.parts.at(-1)?.name ?? '';
    if (functionBySpelling(spelling) !== null) return spelling;
    throw bindError(state, 'SQL_UNKNOWN_FUNCTION', `no function of the name ${spelling}`, object.name.span);
  }
  const found = await existingRelation(state, object.name);
  const { schema, name } = relationName(object.name, state.source);
  if (object.type === 'view' && found?.kind !== 'view') {
    throw bindError(state, 'CATALOG_NOT_A_TABLE', `${schema}.${name} is not a view`, object.name.span);
  }
  for (const column of privileges.flatMap((privilege) => privilege.columns)) {
    if (found?.kind !== 'table' || found.fields.some((field) => sameName(field.name, column.name))) continue;
    throw bindError(state, 'SQL_UNKNOWN_COLUMN', `table ${name} has no column ${column.name}`, column.span);
  }
  return `${schema}.${name}`;
}
