import { randomBytes } from 'node:crypto';
import { nearestName, PlatformError } from '../../spi/index.ts';
import { type AccessChange, type AccessObjectName, policyLabel, type TablePolicy } from '../../sql/bind/index.ts';
import { type AccessGrants, type AccessPrincipal, type AccessState, ADMINISTRATOR, type Granted, PUBLIC } from './access-state.ts';
import { defaultGrants, membershipsOf, objectKey, type Rights } from './rights.ts';

type ChangeOf<Kind extends AccessChange['kind']> = AccessChange extends infer Change
  ? Change extends { readonly kind: infer Known }
    ? Kind extends Known
      ? Change
      : never
    : never
  : never;

/** What a change works on: the state, the rights of who asks for it, and the names that no user may have. */
export interface ChangeCircumstances {
  readonly state: AccessState;
  readonly rights: Rights;
  /** Users of the configuration and of the server itself. */
  readonly reserved: ReadonlySet<string>;
}

/** Returns the state after a change; the same one when there is nothing to change.
 *  @throws AUTH_FORBIDDEN when the user may not do that, AUTH_UNKNOWN, AUTH_EXISTS, SQL_INVALID_VALUE */
export function applyAccessChange(change: AccessChange, circumstances: ChangeCircumstances): AccessState {
  switch (change.kind) {
    case 'create_principal':
      return createPrincipal(change, circumstances);
    case 'drop_principal':
      return dropPrincipal(change, circumstances);
    case 'grant_roles':
    case 'revoke_roles':
      return changeRoles(change, circumstances);
    case 'create_policy':
      return createPolicy(change, circumstances);
    case 'drop_policy':
      return dropPolicy(change, circumstances);
    case 'grant':
    case 'revoke':
      return changeGrants(change, circumstances);
  }
}

function createPrincipal(
  { type, name, ifNotExists }: ChangeOf<'create_principal'>,
  { state, rights, reserved }: ChangeCircumstances,
): AccessState {
  requireAdministrator(rights, `CREATE ${type.toUpperCase()}`);
  const found = state.principals.get(name);
  if (found?.type === type && ifNotExists) return state;
  if (found !== undefined || reserved.has(name) || name === PUBLIC || name === ADMINISTRATOR) {
    throw new PlatformError('AUTH_EXISTS', `There is a user or role '${name}' already.`, {
      hint: 'Users and roles share one space of names; take another one.',
    });
  }
  const made: AccessPrincipal = { type, id: randomBytes(8).toString('hex'), roles: new Map() };
  return { ...state, principals: new Map(state.principals).set(name, made) };
}

function dropPrincipal({ type, name, ifExists }: ChangeOf<'drop_principal'>, { state, rights }: ChangeCircumstances): AccessState {
  requireAdministrator(rights, `DROP ${type.toUpperCase()}`);
  if (state.principals.get(name)?.type !== type) {
    if (ifExists) return state;
    throw unknown(state, type, name);
  }
  const principals = new Map<string, AccessPrincipal>();
  for (const [other, principal] of state.principals) {
    if (other !== name) principals.set(other, { ...principal, roles: without(principal.roles, name) });
  }
  return {
    ...state,
    principals,
    tokens: new Map([...state.tokens].filter(([, { user }]) => user !== name)),
    grants: new Map([...state.grants].map(([key, grants]) => [key, without(grants, name)])),
    policies: new Map([...state.policies].map(([key, policies]) => [key, policies.map((policy) => withoutPrincipal(policy, name))])),
  };
}

/** Whoever has the name later is not whom it holds for, or does not. */
function withoutPrincipal(policy: TablePolicy, name: string): TablePolicy {
  const others = (names: readonly string[]): readonly string[] => names.filter((other) => other !== name);
  return { ...policy, grantees: others(policy.grantees), exceptions: others(policy.exceptions) };
}

function changeRoles(change: ChangeOf<'grant_roles'>, { state, rights }: ChangeCircumstances): AccessState {
  const { kind, roles, grantees, option } = change;
  const principals = new Map(state.principals);
  for (const role of roles) {
    if (role !== ADMINISTRATOR && state.principals.get(role)?.type !== 'role') throw unknown(state, 'role', role);
    if (!rights.mayGrantRole(role)) {
      throw new PlatformError('AUTH_FORBIDDEN', `You may not make or unmake members of the role ${role}.`, {
        hint: 'Administrators may, and members WITH ADMIN OPTION.',
      });
    }
    for (const name of grantees) {
      const grantee = principals.get(name);
      if (grantee === undefined) throw unknown(state, 'user or role', name);
      if (kind === 'grant_roles' && (name === role || membershipsOf({ ...state, principals }, role).has(name))) {
        throw new PlatformError('SQL_INVALID_VALUE', `The role ${role} would be a member of itself by ${name}.`);
      }
      principals.set(name, { ...grantee, roles: changedMembership(grantee.roles, role, kind, option) });
    }
  }
  return { ...state, principals };
}

function changedMembership(
  roles: AccessPrincipal['roles'],
  role: string,
  kind: ChangeOf<'grant_roles'>['kind'],
  option: boolean,
): AccessPrincipal['roles'] {
  const known = roles.get(role);
  if (kind === 'grant_roles') return new Map(roles).set(role, { admin: option || known?.admin === true });
  if (!option) return without(roles, role);
  return known === undefined ? roles : new Map(roles).set(role, { admin: false });
}

function changeGrants(change: ChangeOf<'grant'>, { state, rights }: ChangeCircumstances): AccessState {
  const { kind, privileges, object, grantees, option } = change;
  const key = objectKey(object.type, object.id);
  const schemaKey = object.schema === null ? null : objectKey('schema', object.schema);
  const denied = privileges.find(({ name }) => !rights.mayGrant({ key, schemaKey, owner: object.owner }, name));
  if (denied !== undefined) {
    throw new PlatformError('AUTH_FORBIDDEN', `You may not ${kind} ${denied.name} on ${object.label}.`, {
      hint: 'Its owner may, administrators, and who has the privilege WITH GRANT OPTION.',
    });
  }
  let grants: AccessGrants = state.grants.get(key) ?? defaultGrants(key);
  for (const grantee of grantees) {
    if (grantee !== PUBLIC && !state.principals.has(grantee)) throw unknown(state, 'user or role', grantee);
    const held = new Map(grants.get(grantee));
    for (const { name, columns } of privileges) {
      const granted = kind === 'grant' ? extended(held.get(name), columns, option) : reduced(held.get(name), columns, option, name);
      if (granted === null) held.delete(name);
      else held.set(name, granted);
    }
    grants = new Map(grants).set(grantee, held);
  }
  return { ...state, grants: new Map(state.grants).set(key, grants) };
}

function createPolicy({ policy, object }: ChangeOf<'create_policy'>, { state, rights }: ChangeCircumstances): AccessState {
  const { key, policies } = ownPolicies(object, { state, rights }, `set ${policyLabel(policy)} on`);
  const same = policies.find(({ type, name }) => type === policy.type && name === policy.name);
  const onColumn = policies.find(({ column }) => column !== null && column.fieldId === policy.column?.fieldId);
  const taken = same ?? onColumn;
  if (taken !== undefined) {
    throw new PlatformError(
      'AUTH_EXISTS',
      `${object.label} has ${policyLabel(taken)} already${same === undefined ? ' on that column' : ''}.`,
      {
        hint: `DROP ${taken.type.replace('-', ' ').toUpperCase()} ${taken.name} ON ${object.label} takes it away.`,
      },
    );
  }
  for (const name of [...policy.grantees, ...policy.exceptions]) {
    if (name !== PUBLIC && !state.principals.has(name)) throw unknown(state, 'user or role', name);
  }
  return { ...state, policies: new Map(state.policies).set(key, [...policies, policy]) };
}

function dropPolicy({ type, name, ifExists, object }: ChangeOf<'drop_policy'>, { state, rights }: ChangeCircumstances): AccessState {
  const { key, policies } = ownPolicies(object, { state, rights }, `drop ${policyLabel({ type, name })} of`);
  const rest = policies.filter((policy) => policy.type !== type || policy.name !== name);
  if (rest.length < policies.length) {
    return { ...state, policies: rest.length === 0 ? without(state.policies, key) : new Map(state.policies).set(key, rest) };
  }
  if (ifExists) return state;
  const nearest = nearestName(
    name,
    policies.filter((policy) => policy.type === type).map((policy) => policy.name),
  );
  throw new PlatformError('AUTH_UNKNOWN', `${object.label} has no ${policyLabel({ type, name })}.`, {
    hint: nearest === null ? 'SHOW POLICIES lists them.' : `Did you mean '${nearest}'?`,
  });
}

/** Row filters and column masks are the business of who owns the table. */
function ownPolicies(
  { id, owner, schema, label }: AccessObjectName,
  { state, rights }: Pick<ChangeCircumstances, 'state' | 'rights'>,
  what: string,
): { readonly key: string; readonly policies: readonly TablePolicy[] } {
  const key = objectKey('relation', id);
  const object = { key, schemaKey: schema === null ? null : objectKey('schema', schema), owner };
  if (rights.owns(object)) return { key, policies: state.policies.get(key) ?? [] };
  throw new PlatformError('AUTH_FORBIDDEN', `You may not ${what} ${label}.`, { hint: 'Its owner may, and administrators.' });
}

function extended(held: Granted | undefined, columns: Granted['columns'], option: boolean): Granted {
  if (held === undefined) return { columns, option };
  const all = columns === null || held.columns === null;
  return { columns: all ? null : [...new Set([...held.columns, ...columns])], option: held.option || option };
}

function reduced(held: Granted | undefined, columns: Granted['columns'], optionOnly: boolean, name: string): Granted | null {
  if (held === undefined) return null;
  if (optionOnly) return { ...held, option: false };
  if (columns === null) return null;
  if (held.columns === null) {
    throw new PlatformError('SQL_INVALID_VALUE', `${name} is granted on all columns, so that it is not revoked on some.`, {
      hint: `REVOKE ${name} as a whole, and GRANT it on the columns that stay.`,
    });
  }
  const rest = held.columns.filter((column) => !columns.includes(column));
  return rest.length === 0 ? null : { ...held, columns: rest };
}

function requireAdministrator(rights: Rights, what: string): void {
  if (rights.administrator) return;
  throw new PlatformError('AUTH_FORBIDDEN', `${what} is for administrators, and ${rights.user} is none.`, {
    hint: 'An administrator may GRANT administrator to you.',
  });
}

function unknown({ principals }: AccessState, type: string, name: string): PlatformError {
  const nearest = nearestName(name, [...principals.keys()]);
  return new PlatformError('AUTH_UNKNOWN', `There is no ${type} '${name}'.`, {
    hint: nearest === null ? `CREATE ${type === 'role' ? 'ROLE' : 'USER'} makes one.` : `Did you mean '${nearest}'?`,
  });
}

function without<Value>(map: ReadonlyMap<string, Value>, key: string): ReadonlyMap<string, Value> {
  const rest = new Map(map);
  rest.delete(key);
  return rest;
}
