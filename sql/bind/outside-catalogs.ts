import type { RelationName, TableSnapshot } from '../../spi/index.ts';

/** The schemas and tables of an outside database. @throws CONNECTOR_UNAVAILABLE, CONNECTOR_FAILED */
export interface OutsideCatalog {
  schemas(): Promise<readonly string[]>;
  tables(schema: string): Promise<readonly string[]>;
  /** Returns the table as it is now, without a snapshot; null for none of the name. */
  resolve(name: RelationName): Promise<TableSnapshot | null>;
}

/** The outside databases whose tables a statement may name as `catalog.schema.table`. */
export interface OutsideCatalogs {
  readonly names: readonly string[];
  /** Finds a catalog without regard to case; null for none. */
  find(catalog: string): OutsideCatalog | null;
}
