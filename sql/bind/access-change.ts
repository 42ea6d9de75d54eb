/** The property of a table that holds the id of the user whose it is; nobody sets it but the platform, when it makes the table. */
export const OWNER_PROPERTY = 'trivium.owner';

/** What a GRANT or REVOKE is about, with its name settled. */
export interface AccessObjectName {
  readonly type: 'schema' | 'relation' | 'function' | 'engine' | 'procedure';
  /** The uuid of a table or view where it has one, else the name. */
  readonly id: string;
  /** Null for objects that lie in no schema. */
  readonly schema: string | null;
  /** As messages have it. */
  readonly label: string;
  /** Id of the user who owns a table or view. */
  readonly owner?: string | undefined;
}

/** A privilege; `columns` are null for the whole object, else field ids of a table, or lower-case names of a view's columns. */
export interface BoundPrivilege {
  readonly name: string;
  readonly columns: readonly string[] | null;
}

/** What every reader of a table is given in place of it: fewer rows, or other values. Names are lower case. */
export interface TablePolicy {
  readonly type: 'row-filter' | 'column-mask';
  readonly name: string;
  /** Text of an expression over the columns of the table. */
  readonly expression: string;
  /** The masked column, by its field id and its name at that time; null for a row filter. */
  readonly column: { readonly fieldId: number; readonly name: string } | null;
  /** Users and roles whom it holds for; `public` stands for everybody. */
  readonly grantees: readonly string[];
  /** Users and roles whom it does not hold for. */
  readonly exceptions: readonly string[];
}

/** Returns what a row filter or column mask is called in messages. */
export function policyLabel({ type, name }: Pick<TablePolicy, 'type' | 'name'>): string {
  return `${type.replace('-', ' ')} ${name}`;
}

/** A change of users, roles and privileges. Names of users and roles are lower case; `public` stands for everybody. */
export type AccessChange =
  | { readonly kind: 'create_principal'; readonly type: 'user' | 'role'; readonly name: string; readonly ifNotExists: boolean }
  | { readonly kind: 'drop_principal'; readonly type: 'user' | 'role'; readonly name: string; readonly ifExists: boolean }
  | {
      readonly kind: 'grant_roles' | 'revoke_roles';
      readonly roles: readonly string[];
      readonly grantees: readonly string[];
      /** WITH ADMIN OPTION, or ADMIN OPTION FOR, which takes away that option alone. */
      readonly option: boolean;
    }
  | { readonly kind: 'create_policy'; readonly policy: TablePolicy; readonly object: AccessObjectName }
  | {
      readonly kind: 'drop_policy';
      readonly type: TablePolicy['type'];
      readonly name: string;
      readonly ifExists: boolean;
      readonly object: AccessObjectName;
    }
  | {
      readonly kind: 'grant' | 'revoke';
      readonly privileges: readonly BoundPrivilege[];
      readonly object: AccessObjectName;
      readonly grantees: readonly string[];
      /** WITH GRANT OPTION, or GRANT OPTION FOR, which takes away that option alone. */
      readonly option: boolean;
    };
