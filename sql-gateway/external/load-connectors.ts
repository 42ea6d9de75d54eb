import { type Connector, type ConnectorPlugin, type EngineHealth, type Logger, PlatformError } from '../../spi/index.ts';
import { checkConnectorPlugin, loadConnectorPlugin, validateConfig } from '../engine/index.ts';

/** A catalog to connect: the package name, absolute path or file URL of its connector's module, or the plugin itself. */
export interface ConnectorEntry {
  /** The first part of the names of its tables. */
  readonly catalog: string;
  readonly module: string | ConnectorPlugin;
  readonly config: Readonly<Record<string, unknown>>;
}

/** A connector at work. */
export interface RegisteredConnector {
  readonly catalog: string;
  /** Name and version of the plugin. */
  readonly name: string;
  readonly version: string;
  readonly connector: Connector;
}

/** Catalogs that statements know by other means. */
const TAKEN_NAMES = ['trivium', 'information_schema', 'system'];

/** Loads, checks and starts the connectors in the order given.
 *  Guarantees: when one fails, those that were started are closed again.
 *  @throws SPI_INVALID_PLUGIN, SPI_VERSION, CONFIG_INVALID, or what a connector's start throws */
export async function loadConnectors(entries: readonly ConnectorEntry[], log: Logger): Promise<readonly RegisteredConnector[]> {
  const connectors: RegisteredConnector[] = [];
  try {
    for (const entry of entries) {
      checkCatalog(entry.catalog, connectors);
      connectors.push(await startConnector(entry, log));
    }
  } catch (error) {
    await Promise.allSettled(connectors.map(({ connector }) => connector.close()));
    throw error;
  }
  return connectors;
}

function checkCatalog(catalog: string, others: readonly RegisteredConnector[]): void {
  const invalid = (what: string): PlatformError => new PlatformError('CONFIG_INVALID', `connectors.${catalog}: ${what}.`);
  if (!/^[a-z][a-z0-9_]{0,62}$/.test(catalog)) throw invalid('the name of a catalog has lower-case letters, digits and _');
  if (TAKEN_NAMES.includes(catalog)) throw invalid('this name is taken by the platform');
  if (others.some((other) => other.catalog === catalog)) throw invalid('two catalogs have this name');
}

async function startConnector({ catalog, module, config: given }: ConnectorEntry, log: Logger): Promise<RegisteredConnector> {
  const plugin = typeof module === 'string' ? await loadConnectorPlugin(module) : checkConnectorPlugin(module, module.name);
  const config = validateConfig(`connector '${catalog}'`, given, plugin.configSchema);
  const connector = await plugin.create(config, { catalog, log });
  log.info({ catalog, connector: plugin.name, version: plugin.version }, 'connector started');
  return { catalog, name: plugin.name, version: plugin.version, connector };
}

/** Returns how a connector is. One that cannot tell is not ready; the reason goes to whoever asked. */
export async function connectorHealth({ connector }: RegisteredConnector): Promise<EngineHealth> {
  try {
    return await connector.health();
  } catch (error) {
    return { ready: false, details: { error: PlatformError.from(error, 'CONNECTOR_FAILED').message } };
  }
}
