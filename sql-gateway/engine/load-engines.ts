import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Engine,
  type EngineHealth,
  type EnginePlugin,
  type Logger,
  nearestName,
  PlatformError,
  type TableSource,
} from '../../spi/index.ts';
import { type HostedPlugin, hostPlugin } from './host/hosted-plugin.ts';
import { type EngineHostKind, readHostKind } from './host-kind.ts';
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

/** Units: MiB. */
const MEMORY_MB = 1024;

/** What all engines are given. */
export interface EngineSurroundings {
  readonly tables: TableSource;
  readonly log: Logger;
  /** Below it each engine gets a directory of its own, emptied at start. */
  readonly spoolDirectory: string;
  readonly dataDirectory: string;
  readonly foreignDirectories?: readonly string[];
}

/** An engine at work. */
export interface RegisteredEngine {
  readonly name: string;
  readonly version: string;
  readonly engine: Engine;
}

/** The engines of this server by name. */
export interface EngineRegistry {
  readonly engines: readonly RegisteredEngine[];
  /** @throws ENGINE_UNKNOWN with the nearest name */
  get(name: string): RegisteredEngine;
  health(): Promise<readonly (RegisteredEngine & { readonly health: EngineHealth })[]>;
  drain(timeoutMs: number): Promise<void>;
  close(): Promise<void>;
}

/** Loads, checks and starts the engines in the order given.
 *  Guarantees: when one fails, those that were started are closed again.
 *  @throws SPI_INVALID_PLUGIN, SPI_VERSION, CONFIG_INVALID, or what an engine's start throws */
export async function loadEngines(entries: readonly EngineEntry[], surroundings: EngineSurroundings): Promise<EngineRegistry> {
  const engines: RegisteredEngine[] = [];
  try {
    for (const [index, entry] of entries.entries()) {
      const kind = readHostKind(entry.host, `engines[${String(index)}].host`);
      const { plugin, discard } = await openPlugin(entry, kind, surroundings.log);
      try {
        if (engines.some(({ name }) => name === plugin.name)) {
          throw new PlatformError('CONFIG_INVALID', `Two engines are called '${plugin.name}'; configure one of them.`);
        }
        engines.push(await startEngine(plugin, entry.config, surroundings));
      } finally {
        discard();
      }
    }
  } catch (error) {
    await Promise.allSettled(engines.map(({ engine }) => engine.close()));
    throw error;
  }
  return registryOf(engines);
}

/** Loads a plugin where its engine is to work. */
async function openPlugin({ module, memoryMb, network }: EngineEntry, kind: EngineHostKind, log: Logger): Promise<HostedPlugin> {
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

async function startEngine(
  plugin: EnginePlugin,
  given: Readonly<Record<string, unknown>>,
  { spoolDirectory, ...surroundings }: EngineSurroundings,
): Promise<RegisteredEngine> {
  const config = validateConfig(plugin.name, given, plugin.configSchema);
  const ownDirectory = join(spoolDirectory, plugin.name);
  await rm(ownDirectory, { recursive: true, force: true });
  await mkdir(ownDirectory, { recursive: true });
  const engine = await plugin.create(config, { ...surroundings, spoolDirectory: ownDirectory });
  surroundings.log.info({ engine: plugin.name, version: plugin.version }, 'engine started');
  return { name: plugin.name, version: plugin.version, engine };
}

function registryOf(engines: readonly RegisteredEngine[]): EngineRegistry {
  return {
    engines,
    get: (name) => {
      const found = engines.find((entry) => entry.name === name.toLowerCase());
      if (found !== undefined) return found;
      const names = engines.map((entry) => entry.name);
      const nearest = nearestName(name, names);
      throw new PlatformError('ENGINE_UNKNOWN', `No engine is called '${name}'.`, {
        hint: nearest === null ? `Registered: ${names.join(', ')}.` : `Did you mean '${nearest}'?`,
      });
    },
    health: () => Promise.all(engines.map(async (entry) => ({ ...entry, health: await readHealth(entry.engine) }))),
    drain: async (timeoutMs) => {
      await Promise.all(engines.map(({ engine }) => engine.drain(timeoutMs)));
    },
    close: async () => {
      await Promise.all(engines.map(({ engine }) => engine.close()));
    },
  };
}

async function readHealth(engine: Engine): Promise<EngineHealth> {
  try {
    return await engine.health();
  } catch (error) {
    // An engine that cannot tell its health is not ready; the reason goes to whoever asked.
    return { ready: false, details: { error: error instanceof Error ? error.message : String(error) } };
  }
}
