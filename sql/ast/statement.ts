import type { CreatePolicy, CreateRole, DropPolicy, GrantOrRevoke } from './access-statement.ts';
import type { AlterTable } from './alter-table.ts';
import type {
  AlterMaterializedView,
  CommentOn,
  CreateMaterializedView,
  CreateSchema,
  CreateTable,
  CreateView,
  Drop,
  RenameObject,
} from './definition-statement.ts';
import type { Expression } from './expression.ts';
import type { FunctionArgument } from './function-call.ts';
import type { Identifier, QualifiedName, Span } from './identifier.ts';
import type { Copy, Delete, Insert, Merge, Truncate, Update } from './modification-statement.ts';
import type { Query } from './query.ts';
import type { Call, CreateFunction } from './routine-statement.ts';
import type { TypeName } from './type-name.ts';

/** One statement. */
export type Statement =
  | QueryStatement
  | Explain
  | ShowObjects
  | ShowColumns
  | ShowCreate
  | ShowSetting
  | DescribeTable
  | DescribeQuery
  | CreateSchema
  | CreateTable
  | CreateView
  | CreateMaterializedView
  | Drop
  | AlterTable
  | AlterMaterializedView
  | RenameObject
  | CreateFunction
  | CreateRole
  | CreatePolicy
  | DropPolicy
  | GrantOrRevoke
  | Call
  | CommentOn
  | Insert
  | Delete
  | Update
  | Merge
  | Truncate
  | Copy
  | SetSetting
  | ResetSetting
  | SetTimeZone
  | Use
  | AlterRoute
  | ClearEngine
  | Prepare
  | Execute
  | Deallocate
  | TransactionControl;

/** A query as a statement. */
export interface QueryStatement {
  readonly kind: 'query-statement';
  readonly query: Query;
  readonly span: Span;
}

/** `EXPLAIN [ROUTE | ANALYZE | (FORMAT TEXT | JSON)] statement`. */
export interface Explain {
  readonly kind: 'explain';
  readonly mode: 'plan' | 'route' | 'analyze';
  /** `json` with mode `plan` only. */
  readonly format: 'text' | 'json';
  readonly statement: Statement;
  readonly span: Span;
}

/** What SHOW lists. */
export type ShowSubject =
  | 'schemas'
  | 'tables'
  | 'views'
  | 'functions'
  | 'procedures'
  | 'engines'
  | 'settings'
  | 'session'
  | 'queries'
  | 'streams'
  | 'routes'
  | 'grants'
  | 'policies';

/** `SHOW TABLES [FROM schema] [LIKE 'pattern']` and its kin. */
export interface ShowObjects {
  readonly kind: 'show-objects';
  readonly subject: ShowSubject;
  readonly from: QualifiedName | null;
  readonly like: string | null;
  readonly span: Span;
}

/** `SHOW COLUMNS FROM table [LIKE 'pattern']`. */
export interface ShowColumns {
  readonly kind: 'show-columns';
  readonly table: QualifiedName;
  readonly like: string | null;
  readonly span: Span;
}

/** `SHOW CREATE TABLE name`, `SHOW CREATE VIEW name` or `SHOW CREATE MATERIALIZED VIEW name`. */
export interface ShowCreate {
  readonly kind: 'show-create';
  readonly objectType: 'table' | 'view' | 'materialized-view';
  readonly name: QualifiedName;
  readonly span: Span;
}

/** `SHOW setting`. */
export interface ShowSetting {
  readonly kind: 'show-setting';
  readonly name: QualifiedName;
  readonly span: Span;
}

/** `DESCRIBE table`. */
export interface DescribeTable {
  readonly kind: 'describe-table';
  readonly table: QualifiedName;
  readonly span: Span;
}

/** `DESCRIBE query`. */
export interface DescribeQuery {
  readonly kind: 'describe-query';
  readonly query: Query;
  readonly span: Span;
}

/** `SET name = value` or `SET name TO value`. A bare word as a value is a string literal. */
export interface SetSetting {
  readonly kind: 'set-setting';
  readonly name: QualifiedName;
  readonly value: Expression;
  readonly span: Span;
}

/** `RESET name` or `RESET ALL`. */
export interface ResetSetting {
  readonly kind: 'reset-setting';
  /** Null for ALL. */
  readonly name: QualifiedName | null;
  readonly span: Span;
}

/** `SET TIME ZONE value`. */
export interface SetTimeZone {
  readonly kind: 'set-time-zone';
  /** Null for LOCAL and DEFAULT. */
  readonly zone: Expression | null;
  readonly span: Span;
}

/** `USE schema`. */
export interface Use {
  readonly kind: 'use';
  readonly schema: QualifiedName;
  readonly span: Span;
}

/** `ALTER ROUTE name [WHEN conditions] SET POLICY policy [ENGINES (names)] [VIEWS ON | OFF]`, or `ALTER ROUTE name DROP`. */
export interface AlterRoute {
  readonly kind: 'alter-route';
  readonly name: Identifier;
  /** Null drops the rule. */
  readonly rule: RouteClauses | null;
  readonly span: Span;
}

/** `ALTER ROUTE CLEAR ENGINE name`: trusts an engine again. */
export interface ClearEngine {
  readonly kind: 'clear-engine';
  readonly engine: Identifier;
  readonly span: Span;
}

/** What a routing rule says. */
export interface RouteClauses {
  /** All of them must be met. */
  readonly conditions: readonly RouteComparison[];
  readonly policy: 'strict' | 'prefer' | 'any';
  readonly engines: readonly Identifier[];
  /** Whether a fresh materialized view may answer. */
  readonly views: boolean;
}

/** Compares a feature of the statement with a constant. */
export interface RouteComparison {
  readonly kind: 'route-comparison';
  readonly feature: Identifier;
  readonly operator: '=' | '<>' | '<' | '<=' | '>' | '>=';
  readonly value: string;
  /** True when the value was written as a number. */
  readonly isNumber: boolean;
  readonly span: Span;
}

/** `PREPARE name [(types)] AS statement`. */
export interface Prepare {
  readonly kind: 'prepare';
  readonly name: Identifier;
  readonly parameterTypes: readonly TypeName[];
  readonly statement: Statement;
  readonly span: Span;
}

/** `EXECUTE name [(arguments)]`. */
export interface Execute {
  readonly kind: 'execute';
  readonly name: Identifier;
  readonly arguments: readonly FunctionArgument[];
  readonly span: Span;
}

/** `DEALLOCATE [PREPARE] name` or `DEALLOCATE ALL`. */
export interface Deallocate {
  readonly kind: 'deallocate';
  /** Null for ALL. */
  readonly name: Identifier | null;
  readonly span: Span;
}

/** `BEGIN [modes]`, `COMMIT`, `ROLLBACK [TO name]`, `SAVEPOINT name` or `RELEASE name`. */
export interface TransactionControl {
  readonly kind: 'transaction-control';
  readonly action: 'begin' | 'commit' | 'rollback' | 'savepoint' | 'release';
  /** Upper case, such as `READ ONLY`; of BEGIN only. */
  readonly modes: readonly string[];
  readonly savepoint: Identifier | null;
  readonly span: Span;
}
