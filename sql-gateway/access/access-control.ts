import type { Catalog, RelationName } from '../../spi/index.ts';
import {
  type AccessChange,
  type BoundStatement,
  type BoundWithReferences,
  OWNER_PROPERTY,
  type PolicySource,
} from '../../sql/bind/index.ts';
import type { AccessStore } from './access-store.ts';
import type { AccessState } from './access-state.ts';
import { applyAccessChange } from './apply-access-change.ts';
import type { Caller } from './caller.ts';
import { checkScope, scopeOf } from './check-scope.ts';
import { decideAccess, decideAppend } from './decide-access.ts';
import { policyLookup } from './policies-of-reader.ts';
import { objectKey, type Rights, rightsOf } from './rights.ts';
import { relationRef, VisibleCatalog } from './visible-catalog.ts';

/** What one statement of one user is bound and judged in. */
export interface AccessView {
  /** What the user sees, in one state. */
  readonly catalog: Catalog;
  /** What the texts of views see; null where that is the same. */
  readonly definerCatalog: Catalog | null;
  /** Row filters and column masks that hold for what the user reads. */
  readonly policies: PolicySource;
  /** Null for who may do everything. */
  readonly rights: Rights | null;
  /** Decides whether the bound statement may be run.
   *  @throws AUTH_FORBIDDEN, CATALOG_UNKNOWN_TABLE */
  check(bound: BoundWithReferences): Promise<void>;
}

/** Who may do what, for all parts of the gateway. */
export interface AccessControl {
  /** Returns what a statement of the caller is bound and judged in. */
  open(caller: Caller, catalog: Catalog): Promise<AccessView>;
  /** Decides whether rows may be added to a table. @throws AUTH_FORBIDDEN, CATALOG_UNKNOWN_TABLE */
  checkAppend(caller: Caller, table: RelationName, catalog: Catalog): Promise<void>;
  /** Carries out a change of users, roles and privileges; durable when this returns. @throws AUTH_*, SQL_INVALID_VALUE */
  change(change: AccessChange, caller: Caller): Promise<void>;
  /** Runs a statement that makes or removes objects, so that what it makes has an owner and what it replaces keeps its privileges. */
  define<Result>(
    statement: BoundStatement,
    caller: Caller,
    catalog: Catalog,
    run: (statement: BoundStatement) => Promise<Result>,
  ): Promise<Result>;
  /** Tells which engines a user may use; null for all. */
  enginesOf(user: string): Promise<((engine: string) => boolean) | null>;
  /** Returns the state of this moment, and the caller's rights in it. */
  look(caller: Caller): Promise<{ readonly state: AccessState; readonly rights: Rights }>;
}

/** Creates the control over the stored privileges.
 *  @param reserved names of users that nobody may make: those of the configuration */
export function createAccessControl(store: AccessStore, reserved: ReadonlySet<string>): AccessControl {
  const look: AccessControl['look'] = async (caller) => {
    const state = await store.current();
    return { state, rights: rightsOf(state, caller) };
  };
  return {
    look,
    open: async (caller, given) => {
      const catalog = given.pinned();
      const seen = caller.administrator ? null : await look(caller);
      const limited = seen === null || seen.rights.administrator ? null : seen.rights;
      const visible = limited === null ? null : new VisibleCatalog(catalog, limited);
      return {
        catalog: visible ?? catalog,
        policies: async (readsViews) => {
          // Administrators are shown less by the rights of those whose views they read, and by nothing else.
          if (limited === null && !readsViews) return null;
          const { state, rights } = seen ?? (await look(caller));
          return policyLookup(state, rights, (table) => visible?.wholeOf(table) ?? table);
        },
        definerCatalog: limited === null ? null : catalog,
        rights: limited,
        check: async (bound) => {
          const { statement } = bound;
          checkScope(caller, scopeOf(statement), `A statement of the kind ${statement.kind.replaceAll('_', ' ')}`);
          // Nothing is in the way of administrators but the rights of those whose views they read.
          if (limited === null && !bound.readsViews()) return;
          const { state, rights: all } = seen ?? (await look(caller));
          await decideAccess({ statement, references: bound.references(), state, rights: all, catalog });
        },
      };
    },
    enginesOf: async (user) => {
      if (reserved.has(user.toLowerCase())) return null;
      const { state, rights } = await look({ user, administrator: false, scopes: [] });
      if (rights.administrator || ![...state.grants.keys()].some((key) => key.startsWith('engine:'))) return null;
      return (engine) => rights.extent({ key: objectKey('engine', engine), schemaKey: null }, 'USAGE') === 'all';
    },
    checkAppend: async (caller, table, catalog) => {
      if (caller.administrator) return;
      const { rights } = await look(caller);
      if (!rights.administrator) await decideAppend(table, rights, catalog);
    },
    change: (change, caller) => store.change((state) => applyAccessChange(change, { state, rights: rightsOf(state, caller), reserved })),
    define: async (statement, caller, catalog, run) => {
      const name = definedName(statement);
      if (name === null) return run(statement);
      const { state, rights } = await look(caller);
      const id = rights.administrator ? undefined : state.principals.get(caller.user)?.id;
      const before = state.grants.size === 0 && state.policies.size === 0 ? null : await keyOf(name, catalog);
      const result = await run(id === undefined ? statement : owned(statement, id));
      if (before !== null && (state.grants.has(before) || state.policies.has(before)))
        await store.change(await movedGrants(before, statement, name, catalog));
      return result;
    },
  };
}

/** Returns the relation or schema that a statement makes, replaces, renames or drops; null for other statements. */
function definedName(statement: BoundStatement): RelationName | string | null {
  switch (statement.kind) {
    case 'create_table':
    case 'create_table_as':
    case 'create_materialized_view':
      return statement.spec.name;
    case 'create_view':
      return statement.view.name;
    case 'drop_table':
    case 'drop_view':
    case 'drop_materialized_view':
      return statement.name;
    case 'drop_schema':
    case 'rename_schema':
      return statement.schema;
    default:
      return null;
  }
}

/** A view is read with its owner's rights, so it must not exist for a moment without one: he stands in what is written. */
function owned(statement: BoundStatement, id: string): BoundStatement {
  switch (statement.kind) {
    case 'create_table':
    case 'create_table_as':
    case 'create_materialized_view': {
      const { spec } = statement;
      return { ...statement, spec: { ...spec, properties: { ...spec.properties, [OWNER_PROPERTY]: id } } };
    }
    case 'create_view':
      return { ...statement, view: { ...statement.view, owner: id } };
    default:
      return statement;
  }
}

async function keyOf(name: RelationName | string, catalog: Catalog): Promise<string | null> {
  if (typeof name === 'string') return objectKey('schema', name);
  const found = await catalog.resolve(name);
  return found === null ? null : relationRef(found).key;
}

/** Privileges, row filters and column masks go over to what took the place of an object, and are forgotten with an object that is gone. */
async function movedGrants(
  before: string,
  statement: BoundStatement,
  name: RelationName | string,
  catalog: Catalog,
): Promise<(state: AccessState) => AccessState> {
  const after =
    statement.kind === 'rename_schema'
      ? objectKey('schema', statement.newName)
      : statement.kind.startsWith('drop_')
        ? null
        : await keyOf(name, catalog);
  if (after === before) return (state) => state;
  return (state) => {
    return { ...state, grants: moved(state.grants, before, after), policies: moved(state.policies, before, after) };
  };
}

function moved<Value>(map: ReadonlyMap<string, Value>, before: string, after: string | null): ReadonlyMap<string, Value> {
  const held = map.get(before);
  if (held === undefined) return map;
  const rest = new Map(map);
  rest.delete(before);
  if (after !== null) rest.set(after, held);
  return rest;
}
