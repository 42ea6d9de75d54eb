import type {
  BoundQuery,
  Catalog,
  FileFormat,
  IfExists,
  Principal,
  RelationName,
  ScanRequest,
  TableChange,
  TableRef,
  TableSpec,
  ViewDefinition,
} from '../../spi/index.ts';
import type { FunctionSource } from '../functions/index.ts';
import type { AccessChange } from './access-change.ts';
import type { OutsideCatalogs } from './outside-catalogs.ts';
import type { ProcedureName, TransferName } from './procedures.ts';
import type { ReadPin } from './read-pin.ts';
import type { PolicySource } from './policy-lookup.ts';

/** A statement whose names, types and snapshots are settled. */
export type BoundStatement =
  | { readonly kind: 'query'; readonly query: BoundQuery; readonly hints: QueryHints }
  /** Rows for a table: the query's output has the table's fields in their order and types, missing columns as NULL. */
  | {
      readonly kind: 'insert';
      readonly mode: 'append' | 'overwrite';
      readonly table: TableRef;
      /** The schema whose fields those are. */
      readonly schemaId: number;
      readonly query: BoundQuery;
      readonly hints: QueryHints;
    }
  | {
      readonly kind: 'create_table_as';
      readonly spec: TableSpec;
      readonly ifExists: IfExists;
      readonly query: BoundQuery;
      readonly hints: QueryHints;
    }
  | RowModification
  /** Takes all rows out of a table. */
  | { readonly kind: 'truncate'; readonly table: TableRef; readonly target: ScanRequest }
  /** A query to be kept fresh in a table of its own. */
  | {
      readonly kind: 'create_materialized_view';
      readonly spec: TableSpec;
      readonly ifExists: IfExists;
      /** The query's text, and what binds it again. */
      readonly sql: string;
      readonly defaultSchema: string;
      readonly timeZone: string;
      readonly query: BoundQuery;
      readonly hints: QueryHints;
    }
  | { readonly kind: 'alter_materialized_view'; readonly name: RelationName; readonly action: 'pause' | 'resume' }
  | { readonly kind: 'create_table'; readonly spec: TableSpec; readonly ifExists: IfExists }
  | { readonly kind: 'create_schema'; readonly schema: string; readonly ifExists: 'fail' | 'keep' }
  | { readonly kind: 'create_view'; readonly view: Omit<ViewDefinition, 'kind'>; readonly ifExists: IfExists }
  /** Changes of a table that touch none of its rows; null stands for a table that is not there and need not be. */
  | { readonly kind: 'alter_table'; readonly table: TableRef | null; readonly changes: readonly TableChange[] }
  | { readonly kind: 'rename_table' | 'rename_view'; readonly name: RelationName; readonly newName: RelationName }
  | { readonly kind: 'rename_schema'; readonly schema: string; readonly newName: string }
  | { readonly kind: 'drop_table' | 'drop_view'; readonly name: RelationName; readonly ifExists: boolean }
  | { readonly kind: 'drop_materialized_view'; readonly name: RelationName; readonly ifExists: boolean }
  | { readonly kind: 'drop_schema'; readonly schema: string; readonly ifExists: boolean; readonly cascade: boolean }
  | {
      readonly kind: 'copy_from';
      readonly table: TableRef;
      readonly path: string;
      readonly format: FileFormat;
      readonly options: Readonly<Record<string, string | boolean>>;
      /** Table columns that the file's columns fill by position; null matches by name. */
      readonly columns: readonly string[] | null;
    }
  | {
      readonly kind: 'copy_to';
      readonly query: BoundQuery;
      readonly hints: QueryHints;
      readonly path: string;
      readonly format: FileFormat;
      readonly options: Readonly<Record<string, string | boolean>>;
    }
  /** Null resets to the default. */
  | { readonly kind: 'set'; readonly name: SettingName; readonly value: string | null }
  /** Makes or changes a routing rule; null forgets it. */
  | { readonly kind: 'clear_engine'; readonly engine: string }
  | { readonly kind: 'alter_route'; readonly name: string; readonly rule: RouteRuleText | null }
  /** Begins or ends the session's transaction. */
  | { readonly kind: 'transaction'; readonly action: 'begin' | 'commit' | 'rollback' }
  /** A statement to be kept under a name in the session. */
  | { readonly kind: 'prepare'; readonly name: string; readonly sql: string }
  /** Null forgets all. */
  | { readonly kind: 'deallocate'; readonly name: string | null }
  /** A change of users, roles and privileges. */
  | { readonly kind: 'access'; readonly change: AccessChange }
  | BoundCall
  | BoundTransfer
  /** A statement that is understood, and that no part of the platform carries out yet: running it is SQL_UNSUPPORTED. */
  | {
      readonly kind: 'refused';
      /** The statement and what it is about, such as `COMMENT ON TABLE main.t`. */
      readonly what: string;
      /** What to do instead. */
      readonly hint: string;
      readonly details: Readonly<Record<string, string | number | boolean | null>>;
    }
  | {
      readonly kind: 'explain';
      readonly mode: 'plan' | 'route' | 'analyze';
      /** `json` is the plan's own form, with mode `plan` only. */
      readonly format: 'text' | 'json';
      readonly statement: BoundStatement;
    };

/** CALL of a procedure that keeps a table in shape. */
export interface BoundCall {
  readonly kind: 'call';
  readonly procedure: ProcedureName;
  readonly table: TableRef;
  /** By name; those left out are not there. Whole numbers are texts, and instants texts of milliseconds since 1970 UTC. */
  readonly arguments: Readonly<Record<string, string | boolean>>;
  /** For `optimize`: what finds the files that may be written anew, and the query over all rows of the table that gives the new ones. */
  readonly rewrite: { readonly scan: ScanRequest; readonly query: BoundQuery } | null;
}

/** CALL of a procedure that brings tables into the warehouse or out of it. */
export interface BoundTransfer {
  readonly kind: 'transfer';
  readonly procedure: TransferName;
  /** Names of tables, by parameter. */
  readonly names: Readonly<Record<string, RelationName>>;
  /** As those of `BoundCall`. */
  readonly arguments: Readonly<Record<string, string | boolean>>;
}

/** DELETE, UPDATE or MERGE, or INSERT OVERWRITE of partitions: data files that hold rows meant are replaced by new ones. */
export interface RowModification {
  readonly kind: 'delete' | 'update' | 'merge' | 'overwrite';
  readonly table: TableRef;
  /** What finds the files that may hold rows meant. Its columns tell the target's scan from others of the same table in `matching` and `query`. */
  readonly target: ScanRequest;
  /** One row with the number of rows meant; null when all are. */
  readonly matching: BoundQuery | null;
  /** One row with the numbers of rows updated, deleted and inserted, where a row of the target counts once for each row of the source that
   *  changes it; null when `matching` tells the number and there is no row more than those of the target. */
  readonly changes: BoundQuery | null;
  /** Whether rows meant come out of `query` with other values, or not at all. */
  readonly updates: boolean;
  /** What takes the place of the rows that the target's scan reads, in the table's columns; with the rows inserted. */
  readonly query: BoundQuery;
  /** How the rows are changed where they lie, when the table's properties ask for that; null when files are written anew. */
  readonly onRead: MergeOnRead | null;
  readonly hints: QueryHints;
}

/** Rows are marked as deleted, and only those with other values are written. */
export interface MergeOnRead {
  /** The location of the data file and the position in it of each row meant; restricted by the target's columns. */
  readonly positions: BoundQuery;
  /** The rows with their new values, and those inserted; null when there are none. */
  readonly rows: BoundQuery | null;
}

/** What a hint comment asked for. */
export interface QueryHints {
  readonly engine: string | null;
  /** True when no stored result may answer. */
  readonly noCache?: boolean;
}

/** A routing rule as it was written: features and engines are not checked yet. */
export interface RouteRuleText {
  readonly name: string;
  /** All of them must be met; none is met by every statement. */
  readonly when: readonly RouteCondition[];
  readonly policy: 'strict' | 'prefer' | 'any';
  readonly engines: readonly string[];
  /** Whether a fresh materialized view may answer. */
  readonly views: boolean;
}

/** Compares a feature of the statement with a constant. */
export interface RouteCondition {
  readonly feature: string;
  readonly operator: '=' | '<>' | '<' | '<=' | '>' | '>=';
  readonly value: string;
}

/** Settings that a session may change. */
export type SettingName =
  | 'schema'
  | 'time_zone'
  | 'engine'
  | 'timeout_ms'
  | 'result_cache'
  | 'fresh_views'
  | 'snapshot'
  | 'read_your_writes'
  | 'read_after';

/** A relation that is not stored: `information_schema` and `system` tables. Rows hold text in the canonical form of the column's type. */
export interface VirtualRelation {
  readonly columns: readonly { readonly name: string; readonly type: 'varchar' | 'bigint' | 'boolean' | 'double' | 'timestamptz' }[];
  readonly rows: readonly (readonly (string | boolean | null)[])[];
}

/** A parameter value as it came in JSON, by position or by name. */
export type GivenParameters = readonly JsonValue[] | Readonly<Record<string, JsonValue>>;

/** A JSON scalar; big numbers come as text. */
export type JsonValue = string | number | boolean | null;

/** What binding needs to know. */
export interface BindContext {
  /** The statement's text, from which it was parsed: spans point into it. */
  readonly text: string;
  readonly catalog: Catalog;
  /** What the texts of views are looked up in, where their users do not see all of it; left out or null when it is the same catalog. */
  readonly definerCatalog?: Catalog | null;
  readonly principal: Principal;
  readonly schema: string;
  readonly timeZone: string;
  readonly startedAtUs: string;
  readonly parameters: GivenParameters;
  /** What is read where the text names no version; left out or null for the newest snapshots. */
  readonly readAt?: ReadPin | null;
  /** The session's settings for SHOW; those left out or null have their default. */
  readonly settings?: Readonly<Partial<Record<SettingName, string | null>>>;
  /** The outside databases; none when left out. */
  readonly outside?: OutsideCatalogs | undefined;
  /** Those that texts of views may name, where who asks sees fewer; `outside` when left out. */
  readonly definerOutside?: OutsideCatalogs | undefined;
  /** Filters and masks of tables; none hold when left out. */
  readonly policies?: PolicySource | undefined;
  /** Functions beside the platform's own; none when left out. */
  readonly functions?: FunctionSource | undefined;
  /** Looks up a virtual relation; null when there is none of that name. */
  virtualRelation(name: RelationName): Promise<VirtualRelation | null>;
}
