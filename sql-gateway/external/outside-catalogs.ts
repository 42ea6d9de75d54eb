import { createHash } from 'node:crypto';
import { type Connector, type ConnectorTable, type Field, PlatformError, type TableSnapshot } from '../../spi/index.ts';
import type { OutsideCatalog, OutsideCatalogs } from '../../sql/bind/index.ts';
import { connectorError } from './connector-error.ts';
import type { RegisteredConnector } from './load-connectors.ts';

/** Called with each table that a statement names, and what its statistics say. */
export type TableObserver = (uuid: string, rows: number | null) => void;

/** Shows the binder the tables behind connectors. */
export function createOutsideCatalogs(connectors: readonly RegisteredConnector[], observe: TableObserver): OutsideCatalogs {
  const catalogs = new Map(connectors.map((entry) => [entry.catalog, catalogOf(entry.catalog, entry.connector, observe)]));
  return { names: [...catalogs.keys()], find: (catalog) => catalogs.get(catalog.toLowerCase()) ?? null };
}

function catalogOf(catalog: string, connector: Connector, observe: TableObserver): OutsideCatalog {
  const coded = <Result>(call: Promise<Result>): Promise<Result> =>
    call.catch((error: unknown) => {
      throw connectorError(catalog, error);
    });
  return {
    schemas: () => coded(connector.schemas()),
    tables: (schema) => coded(connector.tables(schema)),
    resolve: async ({ schema, name }) => {
      const found = await coded(connector.describe({ schema, name }));
      if (found === null) return null;
      const table = tableOf(catalog, found);
      observe(table.ref.uuid, found.rows);
      return table;
    },
  };
}

function tableOf(catalog: string, { name: { schema, name }, fields, rows }: ConnectorTable): TableSnapshot {
  checkFields(`${catalog}.${schema}.${name}`, fields);
  return {
    kind: 'table',
    ref: { catalog, schema, name, uuid: uuidOf(catalog, schema, name) },
    snapshotId: null,
    schemaId: 0,
    fields,
    partitionSpec: { specId: 0, fields: [] },
    properties: {},
    rows,
    bytes: null,
    files: null,
    comment: null,
  };
}

/** @throws CATALOG_OUTSIDE for a table that has nothing that can be read */
function checkFields(label: string, fields: readonly Field[]): void {
  if (fields.length > 0) return;
  throw new PlatformError('CATALOG_OUTSIDE', `${label} has no column of a type that can be read.`, {
    hint: 'Make a view in that database that casts its columns to other types.',
  });
}

/** The same name is the same table, as far as anyone can tell. */
function uuidOf(...parts: readonly string[]): string {
  const hex = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}
