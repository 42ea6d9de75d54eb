import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Engine, type EnginePlugin, type Logger, PlatformError, type TableSource } from '../../spi/index.ts';
import type { EngineHostKind } from './host-kind.ts';
import { type HostedPlugin, hostPlugin } from './host/hosted-plugin.ts';
import { checkPlugin, loadPlugin } from './load-plugin.ts';
import { validateConfig } from './validate-config.ts';

/** An engine to start: the package name, absolute path or file URL of its module, or the plugin itself. */
export interface EngineEntry {
  readonly module: string | EnginePlugin;
  readonly config: Readonly<Record<string, unknown>>;
  /** Where the engine runs; `in-process` when left out. */
  readonly host?: EngineHostKind;
  /** What an engine in a worker or a process may use: JavaScript objects of a thread, data of a process. Units: MiB; 1024 when left out. */
  readonly memoryMb?: number;
  /** Whether an engine in a process may reach the network; not when left out. */
  readonly network?: boolean;
}

/** What all engines are given. */
export interface EngineSurroundings {
  readonly tables: TableSource;
  readonly log: Logger;
  /** Below it each engine gets a directory of its own, emptied at start. */
  readonly spoolDirectory: string;
  readonly dataDirectory: string;
  readonly foreignDirectories?: readonly string[];
}

/** Units: MiB. */
const MEMORY_MB = 1024;

/** Loads a plugin where its engine is to work.
 *  @throws SPI_INVALID_PLUGIN, SPI_VERSION, CONFIG_INVALID, ENGINE_UNAVAILABLE */
export async function openPlugin({ module, memoryMb, network }: EngineEntry, kind: EngineHostKind, log: Logger): Promise<HostedPlugin> {
  const inProcess = (plugin: EnginePlugin): HostedPlugin => ({ plugin, discard: () => undefined });
  if (typeof module === 'string') {
    if (kind === 'in-process') return inProcess(await loadPlugin(module));
    return hostPlugin(module, { kind, memoryMb: memoryMb ?? MEMORY_MB, network: network ?? false }, log);
  }
  if (kind === 'in-process') return inProcess(checkPlugin(module, module.name));
  throw new PlatformError(
    'CONFIG_INVALID',
    `The engine '${module.name}' is an object of this process; name its module to run it elsewhere.`,
  );
}

/** Checks the configuration and creates the plugin's engine, with a spool directory of its own below the common one.
 *  @throws CONFIG_INVALID, or what an engine's start throws */
export async function startEngine(
  plugin: EnginePlugin,
  given: Readonly<Record<string, unknown>>,
  { spoolDirectory, ...surroundings }: EngineSurroundings,
  spoolName: string = plugin.name,
): Promise<Engine> {
  const config = validateConfig(`engine '${plugin.name}'`, given, plugin.configSchema);
  const ownDirectory = join(spoolDirectory, spoolName);
  await rm(ownDirectory, { recursive: true, force: true });
  await mkdir(ownDirectory, { recursive: true });
  const engine = await plugin.create(config, { ...surroundings, spoolDirectory: ownDirectory });
  surroundings.log.info({ engine: plugin.name, version: plugin.version }, 'engine started');
  return engine;
}
