import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { assert, type Engine, type EnginePlugin, type Logger } from '../../spi/index.ts';
import { type EngineEntry, loadEngines } from '../../sql-gateway/engine/index.ts';
import { ObservedSource } from '../world/observed-source.ts';
import type { World } from '../world/open-world.ts';

/** What is tested: a module (package name, absolute path, file URL) or the plugin itself, with its configuration. */
export interface Subject {
  readonly module: string | EnginePlugin;
  readonly config: Readonly<Record<string, unknown>>;
  /** Where it runs; in process when left out. */
  readonly host?: NonNullable<EngineEntry['host']>;
}

/** An engine at work, with all that it was given. */
export interface StartedEngine {
  readonly name: string;
  readonly version: string;
  readonly engine: Engine;
  readonly source: ObservedSource;
  readonly spoolDirectory: string;
  close(): Promise<void>;
}

/** Starts an engine in the way of the platform, with a source and a spool directory of its own.
 *  @throws SPI_INVALID_PLUGIN, SPI_VERSION, CONFIG_INVALID, what the engine throws */
export async function startEngine(subject: Subject, world: World): Promise<StartedEngine> {
  const spoolDirectory = await mkdtemp(join(world.directory, 'spool-'));
  const source = new ObservedSource(world.warehouse.source);
  const surroundings = { tables: source, log: silentLog(), spoolDirectory, dataDirectory: world.warehouse.dataDirectory };
  const registry = await loadEngines([subject], surroundings);
  const [registered] = registry.engines;
  assert(registered !== undefined, 'loadEngines starts what it is given');
  return {
    ...registered,
    source,
    spoolDirectory,
    close: async () => {
      await registry.close();
      await rm(spoolDirectory, { recursive: true, force: true });
    },
  };
}

function silentLog(): Logger {
  const silent = (): void => undefined;
  return { debug: silent, info: silent, warn: silent, error: silent };
}
