import type {
  BoundQuery,
  Catalog,
  FileFormat,
  IfExists,
  Principal,
  RelationName,
  TableRef,
  TableSpec,
  ViewDefinition,
} from '../../spi/index.ts';

/** A statement whose names, types and snapshots are settled. */
export type BoundStatement =
  | { readonly kind: 'query'; readonly query: BoundQuery; readonly hints: QueryHints }
  /** Rows for a table: the query's output has the table's fields in their order and types, missing columns as NULL. */
  | {
      readonly kind: 'insert';
      readonly mode: 'append' | 'overwrite';
      readonly table: TableRef;
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
  | { readonly kind: 'create_table'; readonly spec: TableSpec; readonly ifExists: IfExists }
  | { readonly kind: 'create_schema'; readonly schema: string; readonly ifExists: 'fail' | 'keep' }
  | { readonly kind: 'create_view'; readonly view: Omit<ViewDefinition, 'kind'>; readonly ifExists: IfExists }
  | { readonly kind: 'drop_table' | 'drop_view'; readonly name: RelationName; readonly ifExists: boolean }
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
  | { readonly kind: 'explain'; readonly mode: 'plan' | 'route' | 'analyze'; readonly statement: BoundStatement };

/** What a hint comment asked for. */
export interface QueryHints {
  readonly engine: string | null;
}

/** Settings that a session may change. */
export type SettingName = 'schema' | 'time_zone' | 'engine' | 'timeout_ms';

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
  readonly principal: Principal;
  readonly schema: string;
  readonly timeZone: string;
  readonly startedAtUs: string;
  readonly parameters: GivenParameters;
  /** Looks up a virtual relation; null when there is none of that name. */
  virtualRelation(name: RelationName): Promise<VirtualRelation | null>;
}
