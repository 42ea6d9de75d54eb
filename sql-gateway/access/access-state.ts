import type { TablePolicy } from '../../sql/bind/index.ts';
import type { Scope } from './caller.ts';

/** A user or role. Names are lower case, and users and roles share one space of names. */
export interface AccessPrincipal {
  readonly type: 'user' | 'role';
  /** What owners are noted by in tables and views: new for a name that is used again, so that nobody takes over what the one before him owned. */
  readonly id: string;
  /** Roles that it is a member of, and whether it may make others members. */
  readonly roles: ReadonlyMap<string, { readonly admin: boolean }>;
}

/** A token as it is kept: the secret itself is nowhere. Units: milliseconds since 1970 UTC. */
export interface StoredToken {
  readonly user: string;
  /** SHA-256 of the whole token, hexadecimal. The token holds 256 random bits, so that a plain digest cannot be guessed back. */
  readonly digest: string;
  readonly scopes: readonly Scope[];
  readonly createdAtMs: number;
  /** Null for never. */
  readonly expiresAtMs: number | null;
}

/** How far a privilege reaches, and whether its holder may grant it on. */
export interface Granted {
  /** Keys of columns: field ids of tables, lower-case names of views; null for the whole object. */
  readonly columns: readonly string[] | null;
  readonly option: boolean;
}

/** Who may do what with an object: by grantee, then by privilege. `public` stands for everybody. */
export type AccessGrants = ReadonlyMap<string, ReadonlyMap<string, Granted>>;

/** Users, roles, tokens and privileges of a warehouse at one moment. Never changed in place. */
export interface AccessState {
  readonly principals: ReadonlyMap<string, AccessPrincipal>;
  /** By id. */
  readonly tokens: ReadonlyMap<string, StoredToken>;
  /** By the key that `objectKey` gives. */
  readonly grants: ReadonlyMap<string, AccessGrants>;
  /** Row filters and column masks of tables, by the key that `objectKey` gives. */
  readonly policies: ReadonlyMap<string, readonly TablePolicy[]>;
}

/** Name under which everybody is granted something. */
export const PUBLIC = 'public';

/** The role whose members may do everything. It is always there. */
export const ADMINISTRATOR = 'administrator';

/** A warehouse in which nobody was named yet. */
export const EMPTY_STATE: AccessState = { principals: new Map(), tokens: new Map(), grants: new Map(), policies: new Map() };

/** What stands for a Map in JSON, so that no name is taken for a property of objects. */
interface MapJson {
  readonly map: readonly (readonly [string, unknown])[];
}

/** Returns the text under which a state is kept. */
export function printAccessState(state: AccessState): string {
  return JSON.stringify(state, (_key, value: unknown) => (value instanceof Map ? { map: [...value] } : value));
}

/** Reads what `printAccessState` wrote. */
export function parseAccessState(text: string): AccessState {
  const read = JSON.parse(text, (_key, value: unknown) => (isMapJson(value) ? new Map(value.map) : value)) as AccessState;
  return { ...EMPTY_STATE, ...read };
}

function isMapJson(value: unknown): value is MapJson {
  return typeof value === 'object' && value !== null && Array.isArray((value as Partial<MapJson>).map);
}
