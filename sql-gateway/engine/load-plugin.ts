import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import semver from 'semver';
import { type EnginePlugin, PlatformError, SPI_VERSION } from '../../spi/index.ts';

/** Loads a plugin by package name or absolute path and checks its shape and the SPI version that it was made for.
 *  @throws SPI_INVALID_PLUGIN, SPI_VERSION */
export async function loadPlugin(module: string): Promise<EnginePlugin> {
  let loaded: { readonly default?: unknown };
  try {
    loaded = (await import(isAbsolute(module) ? pathToFileURL(module).href : module)) as { readonly default?: unknown };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new PlatformError('SPI_INVALID_PLUGIN', `The engine module '${module}' cannot be loaded: ${reason}`, { cause: error });
  }
  return checkPlugin(loaded.default, module);
}

/** Returns the value as a plugin when it has a plugin's shape and fits this SPI version.
 *  @throws SPI_INVALID_PLUGIN, SPI_VERSION */
export function checkPlugin(value: unknown, module: string): EnginePlugin {
  if (typeof value !== 'object' || value === null) throw invalid(module, 'has no default export that is an object');
  const plugin = value as Readonly<Record<string, unknown>>;
  const { name, version, spi, configSchema, create } = plugin;
  if (typeof name !== 'string' || !/^[a-z][a-z0-9_-]{0,62}$/.test(name)) throw invalid(module, "needs a lower-case 'name'");
  if (typeof version !== 'string' || semver.valid(version) === null) throw invalid(module, "needs a semantic 'version'");
  if (typeof spi !== 'string' || semver.validRange(spi) === null) throw invalid(module, "needs 'spi', a semver range");
  if (!isConfigSchema(configSchema)) throw invalid(module, "needs 'configSchema', an object schema with 'properties'");
  if (typeof create !== 'function') throw invalid(module, "needs the function 'create'");
  if (!semver.satisfies(SPI_VERSION, spi)) {
    throw new PlatformError('SPI_VERSION', `Engine '${name}' ${version} was made for SPI ${spi}; this is SPI ${SPI_VERSION}.`, {
      hint: 'Install a version of the plugin for this SPI.',
      details: { engine: name, needed: spi, present: SPI_VERSION },
    });
  }
  return value as EnginePlugin;
}

function isConfigSchema(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { type, properties } = value as Readonly<Record<string, unknown>>;
  return type === 'object' && typeof properties === 'object' && properties !== null;
}

function invalid(module: string, what: string): PlatformError {
  return new PlatformError('SPI_INVALID_PLUGIN', `The engine module '${module}' ${what}.`);
}
