import { type FunctionPlugin, type Logger, PlatformError, type PluginFunction } from '../../spi/index.ts';
import { declareFunctions } from '../../sql/bind/index.ts';
import type { DeclaredFunction, FunctionSource } from '../../sql/functions/index.ts';
import { checkFunctionPlugin, loadFunctionPlugin, validateConfig } from '../engine/index.ts';

/** A set of functions to load: the package name, absolute path or file URL of its module, or the plugin itself. */
export interface FunctionEntry {
  /** What statements write before the names of its functions. */
  readonly namespace: string;
  readonly module: string | FunctionPlugin;
  readonly config: Readonly<Record<string, unknown>>;
}

/** Namespaces that statements know by other means. */
const TAKEN_NAMES = ['trivium', 'information_schema', 'system'];

/** Loads and checks sets of functions.
 *  @throws SPI_INVALID_PLUGIN, SPI_VERSION, CONFIG_INVALID, or what the making of a set throws */
export async function loadFunctions(entries: readonly FunctionEntry[], log: Logger): Promise<FunctionSource> {
  const sets = new Map<string, ReadonlyMap<string, DeclaredFunction>>();
  for (const entry of entries) {
    checkNamespace(entry.namespace, sets);
    sets.set(entry.namespace, await loadSet(entry, log));
  }
  return {
    find: (namespace, name) => sets.get(namespace)?.get(`${namespace}.${name}`) ?? null,
    list: () => [...sets.values()].flatMap((functions) => [...functions.values()]),
  };
}

function checkNamespace(namespace: string, others: ReadonlyMap<string, unknown>): void {
  const invalid = (what: string): PlatformError => new PlatformError('CONFIG_INVALID', `functions.${namespace}: ${what}.`);
  if (!/^[a-z][a-z0-9_]{0,62}$/.test(namespace)) throw invalid('a namespace has lower-case letters, digits and _');
  if (TAKEN_NAMES.includes(namespace)) throw invalid('this name is taken by the platform');
  if (others.has(namespace)) throw invalid('two sets of functions have this namespace');
}

async function loadSet({ namespace, module, config: given }: FunctionEntry, log: Logger): Promise<ReadonlyMap<string, DeclaredFunction>> {
  const plugin = typeof module === 'string' ? await loadFunctionPlugin(module) : checkFunctionPlugin(module, module.name);
  const config = validateConfig(`functions '${namespace}'`, given, plugin.configSchema);
  const functions: unknown = await plugin.create(config, { namespace, log });
  if (!isFunctionList(functions)) {
    throw new PlatformError('SPI_INVALID_PLUGIN', `The set of functions '${plugin.name}' has made no list of functions.`);
  }
  const declared = await declareFunctions(functions, { namespace, origin: `${plugin.name} ${plugin.version}` });
  log.info({ namespace, set: plugin.name, version: plugin.version, functions: declared.length }, 'functions loaded');
  return new Map(declared.map((each) => [each.definition.name, each]));
}

/** What is in each of them is checked where they are declared. */
function isFunctionList(value: unknown): value is readonly PluginFunction[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'object' && each !== null);
}
