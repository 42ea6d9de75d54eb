import {
  type Catalog,
  type ConnectorSink,
  type EngineHealth,
  type Field,
  type Logger,
  PlatformError,
  type TableRef,
  type TableSink,
  type TableSource,
} from '../../spi/index.ts';
import type { OutsideCatalogs } from '../../sql/bind/index.ts';
import { connectorError } from './connector-error.ts';
import { type ConnectorEntry, connectorHealth, loadConnectors, type RegisteredConnector } from './load-connectors.ts';
import { createOutsideCatalogs } from './outside-catalogs.ts';
import { openOutsideReads, type OutsideReads, type OutsideRun } from './outside-reads.ts';
import { OutsideSource } from './outside-source.ts';

/** The outside databases of one server. */
export interface OutsideDatabases {
  readonly catalogs: OutsideCatalogs;
  /** Gives engines the rows of all tables: stored ones, and outside ones as far as they were fetched. */
  readonly tables: TableSource;
  /** Opens the reads of one statement, which are to be closed. */
  reads(run: OutsideRun): OutsideReads;
  /** Begins to write into an outside table, under a key or none. @throws CATALOG_OUTSIDE when its connector does not write or keeps no keys, CONNECTOR_* */
  sink(table: TableRef, fields: readonly Field[], key: string | null): Promise<ConnectorSink>;
  health(): Promise<readonly (Omit<RegisteredConnector, 'connector'> & { readonly health: EngineHealth })[]>;
  /** Units: milliseconds. */
  drain(timeoutMs: number): Promise<void>;
  close(): Promise<void>;
}

/** What outside databases are opened with. */
export interface OutsideParts {
  readonly connectors: readonly ConnectorEntry[];
  readonly catalog: Pick<Catalog, 'schemas'>;
  readonly tables: TableSource;
  /** Writes the files of fetched rows. */
  readonly sink: Pick<TableSink, 'begin'>;
  /** Units: bytes of rows that one statement may fetch. */
  readonly bytesMax: number;
  readonly log: Logger;
}

/** Starts the connectors of the configuration.
 *  @throws CONFIG_INVALID, SPI_INVALID_PLUGIN, SPI_VERSION, what a connector's start throws */
export async function openOutsideDatabases(parts: OutsideParts): Promise<OutsideDatabases> {
  const connectors = await loadConnectors(parts.connectors, parts.log);
  const source = new OutsideSource(parts.tables);
  const schema = async (): Promise<string> => {
    const [first] = await parts.catalog.schemas();
    if (first !== undefined) return first;
    throw new PlatformError('CATALOG_UNKNOWN_SCHEMA', 'Rows of outside tables are kept beside stored ones, and there is no schema.', {
      hint: 'CREATE SCHEMA main',
    });
  };
  const { sink, bytesMax } = parts;
  const catalogs = createOutsideCatalogs(connectors, (uuid, rows) => {
    source.observe(uuid, rows);
  });
  return {
    catalogs,
    tables: source,
    reads: (run) => openOutsideReads({ connectors, source, sink, schema, bytesMax }, run),
    sink: (table, fields, key) => beginSink(connectors, table, fields, key),
    health: () =>
      Promise.all(
        connectors.map(async (entry) => {
          const { catalog, name, version } = entry;
          return { catalog, name, version, health: await connectorHealth(entry) };
        }),
      ),
    drain: async (timeoutMs) => {
      await Promise.all(connectors.map(({ connector }) => connector.drain(timeoutMs)));
    },
    close: async () => {
      await Promise.all(connectors.map(({ connector }) => connector.close()));
    },
  };
}

async function beginSink(
  connectors: readonly RegisteredConnector[],
  { catalog = '', schema, name }: TableRef,
  fields: readonly Field[],
  key: string | null,
): Promise<ConnectorSink> {
  const connector = connectors.find((entry) => entry.catalog === catalog)?.connector;
  if (connector?.sink === undefined) {
    throw new PlatformError('CATALOG_OUTSIDE', `The connector of the catalog '${catalog}' reads tables and does not write them.`);
  }
  let sink: ConnectorSink;
  try {
    sink = await connector.sink({ schema, name }, fields, key);
  } catch (error) {
    throw connectorError(catalog, error);
  }
  if (key === null || sink.repeated !== undefined) return sink;
  await sink.abort();
  throw new PlatformError('CATALOG_OUTSIDE', `Rows cannot be inserted into ${catalog}.${schema}.${name} with an idempotency key.`, {
    hint: 'Its connector keeps no keys, so that a repeated statement would insert its rows twice. Send the INSERT without one.',
  });
}
