import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import semver from 'semver';
import { type ConnectorPlugin, type EnginePlugin, type FunctionPlugin, PlatformError, SPI_VERSION } from '../../spi/index.ts';

/** Loads an engine's plugin by package name or absolute path and checks its shape and the SPI version that it was made for.
 *  @throws SPI_INVALID_PLUGIN, SPI_VERSION */
export async function loadPlugin(module: string): Promise<EnginePlugin> {
  return checkPlugin(await importDefault(module, 'engine'), module);
}

/** Loads a connector's plugin as `loadPlugin` does an engine's.
 *  @throws SPI_INVALID_PLUGIN, SPI_VERSION */
export async function loadConnectorPlugin(module: string): Promise<ConnectorPlugin> {
  return checkConnectorPlugin(await importDefault(module, 'connector'), module);
}

/** Loads a set of functions as `loadPlugin` does an engine.
 *  @throws SPI_INVALID_PLUGIN, SPI_VERSION */
export async function loadFunctionPlugin(module: string): Promise<FunctionPlugin> {
  return checkFunctionPlugin(await importDefault(module, 'function'), module);
}

/** Returns the value as an engine's plugin when it has a plugin's shape and fits this SPI version.
 *  @throws SPI_INVALID_PLUGIN, SPI_VERSION */
export function checkPlugin(value: unknown, module: string): EnginePlugin {
  const plugin = checkShape(value, module, 'engine');
  if (plugin['kind'] === 'connector') throw invalid(module, 'engine', "is a connector; name it under 'connectors'");
  if (plugin['kind'] === 'functions') throw invalid(module, 'engine', "is a set of functions; name it under 'functions'");
  return value as EnginePlugin;
}

/** Returns the value as a connector's plugin when it has a plugin's shape and fits this SPI version.
 *  @throws SPI_INVALID_PLUGIN, SPI_VERSION */
export function checkConnectorPlugin(value: unknown, module: string): ConnectorPlugin {
  const plugin = checkShape(value, module, 'connector');
  if (plugin['kind'] !== 'connector') throw invalid(module, 'connector', "needs 'kind', which is 'connector'");
  return value as ConnectorPlugin;
}

/** Returns the value as a set of functions when it has a plugin's shape and fits this SPI version.
 *  @throws SPI_INVALID_PLUGIN, SPI_VERSION */
export function checkFunctionPlugin(value: unknown, module: string): FunctionPlugin {
  const plugin = checkShape(value, module, 'function');
  if (plugin['kind'] !== 'functions') throw invalid(module, 'function', "needs 'kind', which is 'functions'");
  return value as FunctionPlugin;
}

/** What a module is loaded as. */
type PluginKind = 'engine' | 'connector' | 'function';

const LABELS: Readonly<Record<PluginKind, string>> = { engine: 'Engine', connector: 'Connector', function: 'Set of functions' };

async function importDefault(module: string, kind: PluginKind): Promise<unknown> {
  try {
    const loaded = (await import(isAbsolute(module) ? pathToFileURL(module).href : module)) as { readonly default?: unknown };
    return loaded.default;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new PlatformError('SPI_INVALID_PLUGIN', `The ${kind} module '${module}' cannot be loaded: ${reason}`, { cause: error });
  }
}

function checkShape(value: unknown, module: string, kind: PluginKind): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw invalid(module, kind, 'has no default export that is an object');
  const plugin = value as Readonly<Record<string, unknown>>;
  const { name, version, spi, configSchema, create } = plugin;
  if (typeof name !== 'string' || !/^[a-z][a-z0-9_-]{0,62}$/.test(name)) throw invalid(module, kind, "needs a lower-case 'name'");
  if (typeof version !== 'string' || semver.valid(version) === null) throw invalid(module, kind, "needs a semantic 'version'");
  if (typeof spi !== 'string' || semver.validRange(spi) === null) throw invalid(module, kind, "needs 'spi', a semver range");
  if (!isConfigSchema(configSchema)) throw invalid(module, kind, "needs 'configSchema', an object schema with 'properties'");
  if (typeof create !== 'function') throw invalid(module, kind, "needs the function 'create'");
  if (!semver.satisfies(SPI_VERSION, spi)) {
    throw new PlatformError('SPI_VERSION', `${LABELS[kind]} '${name}' ${version} was made for SPI ${spi}; this is SPI ${SPI_VERSION}.`, {
      hint: 'Install a version of the plugin for this SPI.',
      details: { [kind]: name, needed: spi, present: SPI_VERSION },
    });
  }
  return plugin;
}

function isConfigSchema(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { type, properties } = value as Readonly<Record<string, unknown>>;
  return type === 'object' && typeof properties === 'object' && properties !== null;
}

function invalid(module: string, kind: PluginKind, what: string): PlatformError {
  return new PlatformError('SPI_INVALID_PLUGIN', `The ${kind} module '${module}' ${what}.`);
}
