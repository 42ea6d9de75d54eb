import type { Expression } from './expression.ts';
import type { Identifier, QualifiedName, Span } from './identifier.ts';

/** `CREATE ( ROLE | USER ) [IF NOT EXISTS] name`. */
export interface CreateRole {
  readonly kind: 'create-role';
  readonly type: 'role' | 'user';
  readonly name: Identifier;
  readonly ifNotExists: boolean;
  readonly span: Span;
}

/** `GRANT .. TO ..` and `REVOKE .. FROM ..`, of privileges on an object or of roles. */
export interface GrantOrRevoke {
  readonly kind: 'grant' | 'revoke';
  /** Null for roles. */
  readonly privileges: readonly Privilege[] | null;
  /** Null for roles. */
  readonly object: PrivilegeObject | null;
  /** Empty for privileges. */
  readonly roles: readonly Identifier[];
  readonly grantees: readonly Grantee[];
  /** True for WITH GRANT (ADMIN) OPTION and GRANT (ADMIN) OPTION FOR. */
  readonly withOption: boolean;
  readonly span: Span;
}

/** What may be done, such as `SELECT (a, b)`; `ALL` for everything. */
export interface Privilege {
  readonly kind: 'privilege';
  /** Upper case. */
  readonly name: string;
  /** Empty for all. */
  readonly columns: readonly Identifier[];
  readonly span: Span;
}

/** What privileges are about. */
export interface PrivilegeObject {
  readonly type: 'schema' | 'table' | 'view' | 'function' | 'procedure' | 'engine';
  readonly name: QualifiedName;
}

/** Who gets privileges, or loses them. */
export interface Grantee {
  readonly kind: 'grantee';
  readonly type: 'user' | 'role' | 'public';
  /** Null for PUBLIC. */
  readonly name: Identifier | null;
  readonly span: Span;
}

/** `CREATE ( ROW FILTER name ON table | COLUMN MASK name ON table (column) ) [TO grantees] [EXCEPT grantees] USING (expression)`. */
export interface CreatePolicy {
  readonly kind: 'create-policy';
  readonly name: Identifier;
  readonly table: QualifiedName;
  /** The masked column; null for a row filter. */
  readonly column: Identifier | null;
  /** Whom it holds for; empty for everybody. */
  readonly grantees: readonly Grantee[];
  /** Whom it does not hold for. */
  readonly exceptions: readonly Grantee[];
  readonly expression: Expression;
  readonly span: Span;
}

/** `DROP ( ROW FILTER | COLUMN MASK ) [IF EXISTS] name ON table`. */
export interface DropPolicy {
  readonly kind: 'drop-policy';
  readonly type: 'row-filter' | 'column-mask';
  readonly name: Identifier;
  readonly table: QualifiedName;
  readonly ifExists: boolean;
  readonly span: Span;
}
