import type { DataType } from '../../spi/index.ts';

/** A table that the kit wants to find in the outside database. */
export interface FixtureSource {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: DataType }[];
  /** Values in the columns' order, in the canonical text of their types (as in `LiteralExpression.value`); null for NULL. */
  readonly rows: readonly (readonly (string | boolean | null)[])[];
}

/** An outside database with the kit's tables. */
export interface FixtureDatabase {
  /** The plugin's configuration. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The schema that the tables are in. */
  readonly schema: string;
  /** Columns, as `table.column`, of types that the database does not have, which are no part of its tables; and values, as `table.column=value`, in whose place
   *  it holds NULL. */
  readonly leftOut: readonly string[];
  remove(): Promise<void>;
}

/** What the author of a connector gives the kit: the default export of a module that makes a database. Types that are compared otherwise there than here, or do
 *  not hold all values, are best left out. */
export type ConnectorFixture = (tables: readonly FixtureSource[]) => Promise<FixtureDatabase>;
