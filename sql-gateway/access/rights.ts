import { type AccessGrants, type AccessState, ADMINISTRATOR, type Granted, PUBLIC } from './access-state.ts';
import type { Caller } from './caller.ts';

/** An object that privileges are about. */
export interface ObjectRef {
  /** As `objectKey` gives it. */
  readonly key: string;
  /** Key of the schema that a relation lies in: what is granted on a schema holds for all in it. Null for other objects. */
  readonly schemaKey: string | null;
  /** Id of the user whose it is; left out where administrators alone own it. */
  readonly owner?: string | undefined;
}

/** How far a privilege reaches: everything, some columns by their keys, or nothing. */
export type Extent = 'all' | 'none' | ReadonlySet<string>;

/** What one user may do, by all roles together. */
export interface Rights {
  readonly user: string;
  /** True for those who may do everything. */
  readonly administrator: boolean;
  extent(object: ObjectRef, privilege: string): Extent;
  /** Whether the object is the user's own; administrators own everything. */
  owns(object: ObjectRef): boolean;
  /** Whether anything at all may be done with the object, so that its being there is no secret. */
  sees(object: ObjectRef): boolean;
  /** Whether the privilege may be granted on. */
  mayGrant(object: ObjectRef, privilege: string): boolean;
  /** Whether members of the role may be made. */
  mayGrantRole(role: string): boolean;
}

/** Privileges of everybody on objects about which nothing was said yet. */
const DEFAULT_GRANTS: readonly (readonly [prefix: string, privilege: string])[] = [
  ['function:', 'EXECUTE'],
  ['engine:', 'USAGE'],
];

/** Returns the key of an object.
 *  @param name the uuid of a table or view, which stays through renames and is new for what is made anew; else the name */
export function objectKey(type: 'schema' | 'relation' | 'function' | 'engine' | 'procedure', name: string): string {
  return `${type}:${name.toLowerCase()}`;
}

/** Returns what everybody may do with an object about which nothing was said yet. */
export function defaultGrants(key: string): AccessGrants {
  const found = DEFAULT_GRANTS.find(([prefix]) => key.startsWith(prefix));
  return found === undefined ? new Map() : new Map([[PUBLIC, new Map([[found[1], { columns: null, option: false }]])]]);
}

const CACHE = new WeakMap<AccessState, Map<string, Rights>>();

/** Returns the rights of a user in a state. They are worked out once for each state. */
export function rightsOf(state: AccessState, { user, administrator }: Pick<Caller, 'user' | 'administrator'>): Rights {
  let known = CACHE.get(state);
  if (known === undefined) CACHE.set(state, (known = new Map<string, Rights>()));
  const key = `${administrator ? '!' : ''}${user}`;
  let rights = known.get(key);
  if (rights === undefined) known.set(key, (rights = new StateRights(state, user, administrator)));
  return rights;
}

/** Returns the rights with which the text of a view is read: those of its owner. A view without one belongs to administrators; one whose owner was dropped
 *  reads nothing.
 *  @param owner id of the owner */
export function rightsOfOwner(state: AccessState, owner: string | undefined): Rights {
  if (owner === undefined) return rightsOf(state, { user: '', administrator: true });
  const user = [...state.principals].find(([, { id }]) => id === owner)?.[0] ?? '';
  return rightsOf(state, { user, administrator: false });
}

/** Returns all names under which a user is granted something, with those that may make others members. */
export function membershipsOf({ principals }: AccessState, user: string): ReadonlyMap<string, boolean> {
  const found = new Map<string, boolean>();
  const pending = [user];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    for (const [role, { admin }] of principals.get(name)?.roles ?? []) {
      if (found.get(role) === true || (found.has(role) && !admin)) continue;
      found.set(role, admin);
      pending.push(role);
    }
  }
  return found;
}

class StateRights implements Rights {
  readonly user: string;
  readonly administrator: boolean;
  readonly #grants: AccessState['grants'];
  readonly #id: string | null;
  readonly #roles: ReadonlyMap<string, boolean>;
  readonly #grantees: readonly string[];

  constructor(state: AccessState, user: string, administrator: boolean) {
    this.user = user;
    this.#id = state.principals.get(user)?.id ?? null;
    this.#roles = membershipsOf(state, user);
    this.administrator = administrator || this.#roles.has(ADMINISTRATOR);
    this.#grants = state.grants;
    // Who was dropped while a job or a view of his goes on has nothing, not even what everybody has.
    const known = administrator || state.principals.has(user);
    this.#grantees = known ? [user, ...this.#roles.keys(), PUBLIC] : [];
  }

  extent(object: ObjectRef, privilege: string): Extent {
    if (this.administrator || this.owns(object)) return 'all';
    const columns = new Set<string>();
    for (const granted of this.#granted(object, privilege)) {
      if (granted.columns === null) return 'all';
      for (const column of granted.columns) columns.add(column);
    }
    return columns.size === 0 ? 'none' : columns;
  }

  owns({ owner }: ObjectRef): boolean {
    return this.administrator || (owner !== undefined && owner === this.#id);
  }

  sees(object: ObjectRef): boolean {
    if (this.owns(object)) return true;
    const grants = this.#grantsOn(object.key);
    if (this.#grantees.some((grantee) => (grants.get(grantee)?.size ?? 0) > 0)) return true;
    // What a schema grants beside its use is granted on all that lies in it.
    const ofSchema = object.schemaKey === null ? undefined : this.#grantsOn(object.schemaKey);
    return this.#grantees.some((grantee) => [...(ofSchema?.get(grantee)?.keys() ?? [])].some((privilege) => REACHES_IN.has(privilege)));
  }

  mayGrant(object: ObjectRef, privilege: string): boolean {
    return this.owns(object) || [...this.#granted(object, privilege)].some(({ option, columns }) => option && columns === null);
  }

  mayGrantRole(role: string): boolean {
    return this.administrator || this.#roles.get(role) === true;
  }

  #grantsOn(key: string): AccessGrants {
    return this.#grants.get(key) ?? defaultGrants(key);
  }

  *#granted({ key, schemaKey }: ObjectRef, privilege: string): Generator<Granted> {
    const keys = schemaKey !== null && REACHES_IN.has(privilege) ? [key, schemaKey] : [key];
    for (const each of keys) {
      const grants = this.#grantsOn(each);
      for (const grantee of this.#grantees) {
        const granted = grants.get(grantee)?.get(privilege);
        if (granted !== undefined) yield granted;
      }
    }
  }
}

/** Privileges that reach from a schema to the tables and views in it, those that are made later too. */
const REACHES_IN: ReadonlySet<string> = new Set(['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']);
